/** Text in Markdown. It is kept as written; whoever shows it renders it and cleans the result. */
import type { FieldType } from '../field-type.ts';
import { blankToNull } from './facets.ts';
import { longText } from './long-text.ts';

export const markdown = {
  ...longText,
  name: 'markdown',
  label: 'Markdown',
  description: 'Text with headings, lists and links, written in Markdown.',
  icon: 'markdown',
  properties: ['max_length'],
  widget: 'markdown',
  convertsTo: ['long_text', 'text'],
  check: () => [],
  // Spaces before the first word mean something (a code block), blank lines before it don't.
  canonicalise: (value) =>
    typeof value === 'string' ? blankToNull(withoutBlankLines(value.normalize('NFC'))) : value,
} as const satisfies FieldType;

/** The text with line feeds alone, without blank lines at its ends and spaces at its very end. */
export function withoutBlankLines(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n').trimEnd().split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  return first < 0 ? '' : lines.slice(first).join('\n');
}
