/** The first numbers that a format would give, as one types it. */
import { formatAutoNumber } from '@trellis/model';
import { useMessages } from '../messages.ts';

export function AutoNumberPreview({ format }: { format: string }) {
  const t = useMessages();
  const today = new Date().toISOString().slice(0, 10);
  const numbers = [1, 2, 3].map((number) => formatAutoNumber(format, number, today));
  return <>{t('property.format.preview', { numbers: numbers.join(', ') })}</>;
}
