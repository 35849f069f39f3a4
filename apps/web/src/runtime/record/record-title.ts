import { type ObjectDescription, titleOf } from '@trellis/forms';
import { i18next } from '../../i18n.ts';

/** What a record is called: the value of its name field. */
export function recordTitle(
  description: ObjectDescription,
  record: Readonly<Record<string, unknown>>,
): string {
  return titleOf(record[description.name_field]) || i18next.t('value.untitled');
}
