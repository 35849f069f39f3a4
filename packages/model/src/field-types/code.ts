/** Source text of a language: shown in a fixed pitch, never rendered, and kept letter by letter. */
import type { FieldType } from '../field-type.ts';
import { blankToNull } from './facets.ts';
import { longText } from './long-text.ts';
import { withoutBlankLines } from './markdown.ts';

const SAMPLE = 'if (amount > 1000) {\n  notify("manager");\n}';

export const code = {
  ...longText,
  name: 'code',
  label: 'Code',
  description: 'A script, a query, a template: text that a program reads.',
  icon: 'code',
  properties: ['language', 'max_length'],
  widget: 'code',
  convertsTo: ['long_text', 'text'],
  check: () => [],
  // No normalisation of characters: a program may tell them apart.
  canonicalise: (value) => (typeof value === 'string' ? blankToNull(withoutBlankLines(value)) : value),
  sample: (_random, field) => SAMPLE.slice(0, field.body.max_length ?? SAMPLE.length).trimEnd(),
} as const satisfies FieldType;
