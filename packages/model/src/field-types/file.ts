/** One file of any kind, or of those that the field accepts. */
import type { FieldType } from '../field-type.ts';
import { checkFileBody, FILE_SCHEMA, fileFamily } from './file-family.ts';
import { integer } from './integer.ts';
import { text } from './text.ts';

export const file = {
  ...fileFamily,
  name: 'file',
  label: 'File',
  description: 'One document, kept with the record and seen by whoever may see the record.',
  icon: 'paperclip',
  widget: 'file',
  parts: {
    name: { label: 'File name', type: text },
    size: { label: 'Size in bytes', type: integer },
    type: { label: 'Media type', type: text },
  },
  check: (body) => checkFileBody(body),
  valueSchema: () => FILE_SCHEMA,
} as const satisfies FieldType;
