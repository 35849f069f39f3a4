/** Made-up values for a preview: the same for the same object, so that the picture stands still while one edits. */
import type { FieldDescription, ObjectDescription } from '@trellis/forms';

export type Samples = Readonly<Record<string, unknown>>;

const WORDS = ['Amber', 'Birch', 'Cedar', 'Delta', 'Fjord', 'Grove', 'Harbour', 'Ivory', 'Juniper', 'Linden'];
const SENTENCE = 'A few words that someone has written here, long enough to see how they wrap.';

export function sampleValues(description: ObjectDescription): Samples {
  return Object.fromEntries(description.fields.map((field) => [field.name, sampleOf(field)]));
}

function sampleOf(field: FieldDescription): unknown {
  const seed = hash(field.name);
  const word = WORDS[seed % WORDS.length] ?? 'Amber';
  const other = WORDS[(seed + 3) % WORDS.length] ?? 'Birch';
  const options = field.options.filter((option) => option.is_active);
  switch (field.value_type) {
    case 'number':
      return sampleNumber(field, seed);
    case 'boolean':
      return seed % 2 === 0;
    case 'date':
      return `2026-${two(1 + (seed % 12))}-${two(1 + (seed % 28))}`;
    case 'datetime':
      return `2026-${two(1 + (seed % 12))}-${two(1 + (seed % 28))}T09:30:00.000Z`;
    case 'time':
      return `${two(8 + (seed % 10))}:${two((seed % 4) * 15)}`;
    case 'option':
      return options[seed % Math.max(1, options.length)]?.value ?? null;
    case 'options':
      return options.slice(0, 2).map((option) => option.value);
    case 'id':
    case 'reference':
      return {
        id: 'sample',
        name: field.targets.includes('user') ? `${word} ${other}son` : `${word} ${other}`,
      };
    case 'structure':
      return sampleStructure(field, word, other);
    case 'texts':
      return field.widget === 'tags'
        ? [word.toLowerCase(), other.toLowerCase()]
        : [word, other].map((each) => ({
            value: sampleText({ ...field, widget: field.widget.replace(/s$/, '') }, each, other),
            label: 'Work',
          }));
    case 'ids':
      return null;
    default:
      return sampleText(field, word, other);
  }
}

function sampleStructure(field: FieldDescription, word: string, other: string): unknown {
  switch (field.widget) {
    case 'person_name':
      return { first: word, last: `${other}son` };
    case 'address':
      return { street: `12 ${word} Street`, city: other, postal_code: '10115', country: 'DE' };
    case 'date_range':
      return { start: '2026-03-01', end: '2026-03-31' };
    case 'secret':
      return { is_set: true };
    case 'file':
    case 'image':
      return { id: 'sample', name: `${word}.pdf`, size: 125_000 };
    case 'files':
      return [{ id: 'sample', name: `${word}.pdf`, size: 125_000 }];
    case 'geolocation':
      return { latitude: 52.5163, longitude: 13.3777 };
    default:
      return { note: word.toLowerCase() };
  }
}

function sampleText(field: FieldDescription, word: string, other: string): string {
  switch (field.widget) {
    case 'email':
      return `${word.toLowerCase()}@example.com`;
    case 'phone':
      return '+44 20 7946 0000';
    case 'url':
      return `https://${word.toLowerCase()}.example.com`;
    case 'code':
      return 'select name\nfrom account';
    case 'rich_text':
      return `<p><b>${word}.</b> ${SENTENCE}</p>`;
    case 'markdown':
    case 'long_text':
      return SENTENCE;
    case 'color':
      return '#1f6feb';
    case 'auto_number':
      return '00042';
    default:
      return `${word} ${other.toLowerCase()}`;
  }
}

function sampleNumber(field: FieldDescription, seed: number): number {
  if (field.type === 'percent') return (seed % 20) * 5;
  if (field.type === 'rating') return 1 + (seed % Number(field.schema.maximum ?? 5));
  if (field.type === 'duration') return 900 * (1 + (seed % 20));
  if (field.type === 'currency') return 1000 + (seed % 90) * 500;
  return seed % 100;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function hash(text: string): number {
  let value = 7;
  for (const letter of text) value = (value * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return value;
}
