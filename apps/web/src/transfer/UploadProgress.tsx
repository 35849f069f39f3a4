/** How much of a file has been sent, with a way to stop; nothing once it is there. */
import { Button, Progress } from '@mantine/core';
import { useDisplay } from '../runtime/use-display.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';
import type { ImportFile } from './use-import-file.ts';

interface UploadProgressProps {
  readonly sent: ImportFile;
  onCancel(): void;
  onAgain(): void;
}

const MEGABYTE = 1024 * 1024;

export function UploadProgress({ sent, onCancel, onAgain }: UploadProgressProps) {
  const t = useMessages();
  const { locale } = useDisplay();
  const { file, share, id, error } = sent;
  if (error !== undefined) return <ProblemAlert error={error} onRetry={onAgain} />;
  if (id !== undefined) return null;
  const megabytes = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percent = Math.floor(share * 100);
  const label = t('upload.label', { file: file.name });
  return (
    <div className={classes.upload}>
      <Progress.Root size={6}>
        <Progress.Section value={percent} aria-label={label} aria-valuetext={`${percent} %`} />
      </Progress.Root>
      <div className={classes.uploadText}>
        <span className={classes.dim}>
          {share < 1
            ? t('upload.sent', {
                sent: megabytes.format((share * file.size) / MEGABYTE),
                size: megabytes.format(file.size / MEGABYTE),
              })
            : t('upload.stored')}
        </span>
        <Button variant="default" size="compact-sm" onClick={onCancel}>
          {t('upload.cancel')}
        </Button>
      </div>
    </div>
  );
}
