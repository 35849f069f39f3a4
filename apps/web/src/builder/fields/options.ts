/** Operations on a list of options, pure. A value is stored in records and never changes; a label may. */
import type { ColorName, Option } from '@trellis/metadata';
import { suggestFreeName } from '../metadata/naming.ts';

/** Colours handed out in turn, so that neighbours differ. */
const TURN: readonly ColorName[] = [
  'blue',
  'cyan',
  'teal',
  'green',
  'lime',
  'yellow',
  'orange',
  'red',
  'pink',
  'grape',
  'violet',
  'indigo',
];

export function newOption(label: string, options: readonly Option[], isColored: boolean): Option {
  const taken = new Set(options.map((option) => option.value));
  // A label without Latin letters gives no name; the label itself is a fine value.
  const value = suggestFreeName(label, (name) => taken.has(name)) || freeText(label, taken);
  const color = TURN[options.length % TURN.length];
  return isColored && color !== undefined ? { value, label, color } : { value, label };
}

function freeText(label: string, taken: ReadonlySet<string>): string {
  const base =
    label
      .replaceAll(/[\n\r\0]+/g, ' ')
      .trim()
      .slice(0, 240) || 'option';
  if (!taken.has(base)) return base;
  for (let number = 2; ; number++) {
    if (!taken.has(`${base} ${number}`)) return `${base} ${number}`;
  }
}

/** One option per line; `value | Label` gives both. Lines whose label or value is there already are left out. */
export function addLines(options: readonly Option[], text: string, isColored: boolean): Option[] {
  const result = [...options];
  for (const line of text.split(/[\r\n]+/)) {
    const [first = '', ...rest] = line.split('|').map((part) => part.trim());
    const label = rest.length > 0 ? rest.join('|') : first;
    if (label === '' || result.some((option) => option.label.toLowerCase() === label.toLowerCase())) continue;
    const option = newOption(label, result, isColored);
    const value = rest.length > 0 && first !== '' ? first : option.value;
    if (result.some((each) => each.value === value)) continue;
    result.push({ ...option, value });
  }
  return result;
}

export function moveOption(options: readonly Option[], from: number, to: number): Option[] {
  const option = options[from];
  return option === undefined ? [...options] : options.toSpliced(from, 1).toSpliced(to, 0, option);
}
