/** What is said of a question that would have to look at too many records: which fields, and what would help. */
import { jsonPointer } from '@trellis/metadata';
import type { ScannedField, WouldScanError } from '@trellis/storage';
import type { InputError } from './engine.ts';
import { EngineError } from './errors.ts';

/** A field that would have to be given a column for the question to be answered. */
export interface ScanSuggestion {
  readonly object: string;
  readonly field: string;
  readonly label: string;
  /** `building`: its column is on its way. Null: it can't have one. */
  readonly remedy: 'indexed' | 'searchable' | 'building' | null;
}

/** `pointer`: to what has asked it, where that is no query. */
export function wouldScan(error: WouldScanError, pointer?: string): EngineError {
  const suggestions = error.scanned.map(suggestionOf);
  const { records } = error;
  const names = error.scanned.map(({ path }) => `\`${path.text}\``).join(', ');
  const many = records === undefined ? 'very many records' : `about ${records.toLocaleString('en')} records`;
  return new EngineError(
    'would_scan',
    `No index serves ${names}, so ${many} would have to be read one by one.`,
    {
      errors: error.scanned.map((each) => ({
        ...entryOf(each),
        ...(pointer === undefined ? {} : { pointer }),
      })),
      details: { suggestions, ...(records === undefined ? {} : { records }) },
      cause: error,
    },
  );
}

function suggestionOf({ field, remedy }: ScannedField): ScanSuggestion {
  return { object: field.object, field: field.name, label: field.label, remedy: remedy ?? null };
}

function entryOf({ field, path, part, remedy }: ScannedField): InputError {
  const name = `\`${field.object}.${field.name}\``;
  return {
    code: 'would_scan',
    pointer: part === 'value' ? '' : jsonPointer(part),
    message: field.question
      ? 'A question to related records has no index.'
      : `\`${path.text}\` has no index.`,
    hint:
      remedy === 'building'
        ? `The index of ${name} is being built: try again when it is ready.`
        : remedy === undefined
          ? 'Narrow it down by a field that has an index.'
          : `Publish ${name} with \`${remedy}: true\`, or narrow it down by a field that has an index.`,
  };
}
