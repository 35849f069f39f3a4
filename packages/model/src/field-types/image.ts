/** One picture that browsers show: a photo of a person, a logo. */
import type { FieldType } from '../field-type.ts';
import { file } from './file.ts';
import { checkFileBody, FILE_SCHEMA, fileFamily, SHOWN_IMAGES } from './file-family.ts';

export const image = {
  ...fileFamily,
  name: 'image',
  label: 'Image',
  description: 'One picture, shown in lists and on the record: a photo, a logo.',
  icon: 'photo',
  widget: 'image',
  parts: file.parts,
  check: (body) => checkFileBody(body, SHOWN_IMAGES),
  valueSchema: () => FILE_SCHEMA,
} as const satisfies FieldType;
