/**
 * A number that the platform gives: text made from a pattern with one counter, such as `C-{YYYY}-{00000}`. Numbers
 * are never given twice; a refused save may leave a gap, since a gapless counter would make all writers wait.
 */
import type { FieldType } from '../field-type.ts';
import { textFamily } from './facets.ts';

const TOKEN = /\{(0+|YYYY|YY|MM|DD)\}/g;

export const autoNumber = {
  ...textFamily,
  name: 'auto_number',
  label: 'Auto-number',
  description: 'A running number such as C-00042, given on creation.',
  category: 'computed',
  icon: 'number',
  properties: ['format'],
  isReadOnly: true,
  widget: 'auto_number',
  column: { type: 'text', index: 'btree', searchedAs: 'number' },
  convertsTo: ['text'],
  check: (body) => {
    if (body.format === undefined)
      return [
        {
          code: 'required',
          pointer: '/format',
          message: 'An auto-number needs a `format`, such as `C-{00000}`.',
        },
      ];
    const faults: { code: string; pointer: string; message: string; hint?: string }[] = [];
    const unknown = body.format.replaceAll(TOKEN, '').match(/\{[^}]*\}?/)?.[0];
    if (unknown !== undefined) {
      faults.push({
        code: 'invalid_format',
        pointer: '/format',
        message: `\`${unknown}\` means nothing in a format.`,
        hint: 'Known are {0000}, {YYYY}, {YY}, {MM} and {DD}.',
      });
    }
    if ((body.format.match(/\{0+\}/g) ?? []).length !== 1) {
      faults.push({
        code: 'invalid_format',
        pointer: '/format',
        message: 'The format needs exactly one counter, such as `{0000}`.',
      });
    }
    return faults;
  },
  valueSchema: () => ({ type: 'string', maxLength: 255 }),
  sample: (random, field) =>
    formatAutoNumber(field.body.format ?? '{0000}', Math.floor(random() * 10_000), '2026-01-01'),
} as const satisfies FieldType;

/** Text of a number given on a day (`YYYY-MM-DD`): `C-{YYYY}-{000}`, 7 → `C-2026-007`. */
export function formatAutoNumber(format: string, number: number, day: string): string {
  return format.replaceAll(TOKEN, (_match, token: string) => {
    if (token === 'YYYY') return day.slice(0, 4);
    if (token === 'YY') return day.slice(2, 4);
    if (token === 'MM') return day.slice(5, 7);
    if (token === 'DD') return day.slice(8, 10);
    return String(number).padStart(token.length, '0');
  });
}
