/**
 * Several addresses or numbers in one field (`multiple: true` on e-mail and phone): a list of `{value, label?}`, the
 * first of which is the primary one. Made from the type of one, so that both keep values in the same form.
 */
import type { FieldType, JsonValue, ParsedText } from '../field-type.ts';
import type { CompiledField } from '../model.ts';
import { COUNTS, compareCodePoints } from './facets.ts';
import { longText } from './long-text.ts';
import { ALL_PART, entryValues, PRIMARY_PART } from './several-text.ts';
import { isSameJson, textPart } from './structure.ts';

const MOST_ENTRIES = 50;
const LONGEST_LABEL = 40;
/** A link that names its own kind: the first colon of it ends no label. */
const SCHEME = /^(tel|mailto):/i;

interface Entry {
  readonly value: string;
  readonly label?: string;
}

interface Words {
  readonly label: string;
  readonly description: string;
  readonly widget: string;
  /** What may stand between two entries of a text, besides semicolons and line breaks. */
  readonly separators: string;
}

export function severalOf(one: FieldType, words: Words): FieldType {
  return {
    ...one,
    label: words.label,
    description: words.description,
    widget: words.widget,
    valueType: 'texts',
    column: {
      type: 'text[]',
      index: 'gin',
      entry: 'value',
      ...(one.column?.searchedAs ? { searchedAs: one.column.searchedAs } : {}),
    },
    parts: {
      [PRIMARY_PART]: { label: 'Primary', type: one },
      [ALL_PART]: { label: 'All', type: longText, isForExpressions: true },
    },
    sortedBy: PRIMARY_PART,
    filterOperators: ['includes_any', 'includes_all', 'contains', 'is_blank'],
    aggregates: COUNTS.slice(0, 1),
    isGroupable: false,
    merge: 'union',
    convertsTo: [...one.convertsTo, 'tags'],
    valueSchema: (field) => ({
      type: 'array',
      minItems: 1,
      maxItems: MOST_ENTRIES,
      items: {
        type: 'object',
        properties: { value: one.valueSchema(field), label: textPart(LONGEST_LABEL) },
        required: ['value'],
        additionalProperties: false,
      },
    }),
    canonicalise: (value, field) => {
      if (value === null || value === '') return null;
      const given: unknown = typeof value === 'string' ? [value] : value;
      if (!Array.isArray(given)) return value;
      const entries = given.map((entry) => tidyEntry(entry, one, field)).filter((entry) => entry !== null);
      const seen = new Set<unknown>();
      const distinct = entries.filter((entry) => {
        const key = isEntry(entry) ? entry.value : entry;
        if (typeof key !== 'string') return true;
        if (seen.has(key)) return false;
        seen.add(key);
        return true;
      });
      return distinct.length === 0 ? null : distinct;
    },
    parseText: (text, field): ParsedText => {
      const parts = splitEntries(text, words.separators);
      if (parts.length > MOST_ENTRIES) return { problem: `There are at most ${MOST_ENTRIES} of them.` };
      return { value: field.type.canonicalise(parts.map(readEntry), field) as JsonValue };
    },
    toText: (value) =>
      entriesOf(value)
        .map((entry) => writeEntry(entry, words.separators))
        .join('; '),
    display: (value, field, display) =>
      entriesOf(value)
        .map((entry) => one.display(entry.value, field, display))
        .join(', '),
    compare: (left, right, field) =>
      one.compare(entriesOf(left)[0]?.value ?? '', entriesOf(right)[0]?.value ?? '', field) ||
      compareCodePoints(JSON.stringify(left), JSON.stringify(right)),
    isEqual: isSameJson,
    mask: (value) =>
      entriesOf(value)
        .map((entry) => one.mask(entry.value))
        .join(', '),
    sample: (random, field) => {
      const labels = ['Work', 'Home'];
      const drawn = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => ({
        value: one.sample(random, field),
        ...(labels[index] === undefined ? {} : { label: labels[index] }),
      }));
      return field.type.canonicalise(drawn, field) as JsonValue;
    },
  };
}

/** An entry as it is kept; null for one without content. What is not understood is left for the schema to refuse. */
function tidyEntry(entry: unknown, one: FieldType, field: CompiledField): unknown {
  if (entry === null || entry === undefined) return null;
  if (typeof entry === 'string') {
    const value = tidyValue(entry, one, field);
    return value === null ? null : { value };
  }
  if (!isEntry(entry)) return entry;
  const { value: given, label, ...rest } = entry as { value?: unknown; label?: unknown };
  const value = given === undefined ? undefined : tidyValue(given, one, field);
  const tidied = typeof label === 'string' ? label.normalize('NFC').replaceAll(/\s+/g, ' ').trim() : label;
  const hasLabel = tidied !== undefined && tidied !== null && tidied !== '';
  if (
    (value === null || value === undefined) &&
    Object.keys(rest).length === 0 &&
    !(hasLabel && value === undefined)
  )
    return null;
  return {
    ...(value === null || value === undefined ? {} : { value }),
    ...(hasLabel ? { label: tidied } : {}),
    ...rest,
  };
}

/** On one line: entries stand on lines of their own in the text of all of them. */
function tidyValue(given: unknown, one: FieldType, field: CompiledField): unknown {
  const value = one.canonicalise(given, field);
  return typeof value === 'string' ? value.replaceAll(/\s+/g, ' ') : value;
}

function isEntry(value: unknown): value is Partial<Entry> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf(value: JsonValue): readonly Entry[] {
  return entryValues(value).length === 0 ? [] : (value as unknown as readonly Entry[]);
}

/** `Work: ada@example.com`; what would read as a separator is escaped. */
function writeEntry({ value, label }: Entry, separators: string): string {
  const special = new RegExp(`[\\\\;:${separators}]`, 'g');
  const escaped = (text: string) => text.replaceAll(special, '\\$&').replaceAll(/\s+/g, ' ');
  if (label === undefined) return escaped(value);
  const written = escaped(label);
  return `${/^(tel|mailto)$/i.test(written) ? `\\${written}` : written}: ${escaped(value)}`;
}

/** The entries of a text, with their escapes. */
function splitEntries(text: string, separators: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === '\\' && at + 1 < text.length) parts[parts.length - 1] += letter + text[++at]!;
    else if (letter === ';' || letter === '\n' || separators.includes(letter)) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function readEntry(text: string): { value: string; label?: string } {
  const colon = SCHEME.test(text) ? -1 : (/^(?:[^\\:]|\\.)*/.exec(text)?.[0].length ?? -1);
  if (colon < 0 || colon >= text.length) return { value: bare(text) };
  return { label: bare(text.slice(0, colon)), value: bare(text.slice(colon + 1)) };
}

function bare(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1').trim();
}
