/** A mapping as it is put together on screen, and as it is sent. */
import type { CellFormat, ImportMapping, ImportPreviewResponse, MatchField } from '@trellis/api';
import type { FieldDescription, ObjectDescription } from '@trellis/forms';

export interface ColumnDraft {
  /** Name of a field; undefined leaves the column out. */
  readonly field: string | undefined;
  /** Of a lookup: the field of its target by which it is found; undefined: by id. */
  readonly match: string | undefined;
  /** Of `match`: how the text is spelled does not count. */
  readonly folded: boolean;
  /** Of a lookup with several targets: which is meant. */
  readonly object: string | undefined;
  /** Of dates and numbers: how they are written; undefined: as a text alone says. */
  readonly format: CellFormat | undefined;
}

/** What becomes of rows, by whether their record exists. */
export const POLICIES = ['create', 'skip', 'upsert', 'update'] as const;
export type Policy = (typeof POLICIES)[number];

/** How the file is read; found out, and changed where that was wrong. */
export type Source = Pick<
  ImportPreviewResponse,
  'format' | 'delimiter' | 'encoding' | 'sheet' | 'header_row'
>;

export interface Draft {
  readonly policy: Policy;
  /** By which records are recognised: `id`, or fields that need not be unique. */
  readonly match: readonly MatchField[];
  readonly blank: 'keep' | 'clear';
  /** One per column of the file, in its order. */
  readonly columns: readonly { readonly name: string; readonly to: ColumnDraft }[];
  /** Values for all rows, as texts of cells. */
  readonly defaults: readonly { readonly id: number; readonly field: string; readonly value: string }[];
  readonly source: Source;
}

export const LEFT_OUT: ColumnDraft = {
  field: undefined,
  match: undefined,
  folded: false,
  object: undefined,
  format: undefined,
};
const ID = /^([a-z_0-9]+:)?[0-9a-f]{8}-[0-9a-f-]{27}$/i;
const FORMATS: Readonly<Record<'date' | 'number', readonly CellFormat[]>> = {
  date: ['ymd', 'dmy', 'mdy'],
  number: ['point', 'comma'],
};

type PreviewColumn = ImportPreviewResponse['columns'][number];

/** What the preview suggests; a field is suggested for one column only. */
export function draftOf(preview: ImportPreviewResponse, description: ObjectDescription): Draft {
  const taken = new Set<string>();
  const columns = preview.columns.map((column) => {
    const field = takeableFields(description).find((each) => each.name === column.suggestion);
    if (!field || taken.has(field.name)) return { name: column.name, to: LEFT_OUT };
    taken.add(field.name);
    return { name: column.name, to: targetOf(field, column) };
  });
  return { policy: 'create', match: [], blank: 'keep', columns, defaults: [], source: preview };
}

/** A column that goes into a field; a lookup is found by name unless the samples are ids. */
export function targetOf(field: FieldDescription, { samples, formats }: PreviewColumn): ColumnDraft {
  const kind = formatKind(field);
  const format = kind === undefined ? undefined : (formats[kind] ?? undefined);
  const plain = { ...LEFT_OUT, field: field.name, format };
  if (field.targets.length === 0 || samples.some((sample) => ID.test(sample.trim()))) return plain;
  return { ...plain, object: field.targets[0], match: 'name' };
}

/** Whether a field's values are written in different ways, and which. */
export function formatKind({ value_type, type }: FieldDescription): 'date' | 'number' | undefined {
  if (value_type === 'date' || value_type === 'datetime') return 'date';
  return value_type === 'number' && type !== 'duration' ? 'number' : undefined;
}

export function formatsFor(field: FieldDescription): readonly CellFormat[] {
  const kind = formatKind(field);
  return kind === undefined ? [] : FORMATS[kind];
}

export function takeableFields(description: ObjectDescription): readonly FieldDescription[] {
  return description.fields.filter((field) => field.access === 'update');
}

const LONG = new Set(['long_text', 'rich_text', 'markdown', 'code']);
const SOUGHT = new Set(['text', 'texts', 'number', 'date', 'datetime', 'time', 'option', 'id', 'boolean']);

/** Whether records can be recognised by a field. */
export function canMatch({ type, value_type, name, is_encrypted }: FieldDescription): boolean {
  return SOUGHT.has(value_type) && !LONG.has(type) && name !== 'id' && is_encrypted !== true;
}

/** Whether a field holds texts that people spell in different ways. */
export function canFold({ type, value_type }: FieldDescription): boolean {
  return (value_type === 'text' || value_type === 'texts') && !LONG.has(type) && type !== 'auto_number';
}

/** Fields by which records can be recognised: those that the file has something for, `id` under `update`. */
export function matchCandidates(description: ObjectDescription, draft: Draft): readonly string[] {
  const { columns, defaults, policy } = draft;
  const given = new Set([...columns.map(({ to }) => to.field), ...defaults.map(({ field }) => field)]);
  const names = description.fields
    .filter((field) => given.has(field.name) && canMatch(field))
    .map((field) => field.name);
  return policy === 'update' && given.has('id') ? ['id', ...names] : names;
}

/** What records are recognised by, as far as the file still has it; else what tells them apart best. */
export function settledMatch(description: ObjectDescription, draft: Draft): readonly MatchField[] {
  if (draft.policy === 'create') return [];
  const candidates = matchCandidates(description, draft);
  const kept = draft.match.filter(({ field }) => candidates.includes(field));
  if (kept.length > 0) return kept;
  const isUnique = (name: string) =>
    description.fields.some((field) => field.name === name && field.is_unique);
  const best = candidates.find((name) => name === 'id' || isUnique(name));
  return best === undefined ? [] : [{ field: best }];
}

/** The part of a mapping that says how the file is read. */
export function sourceOptions({ format, delimiter, encoding, sheet, header_row }: Source): ImportMapping {
  return {
    format,
    ...(format === 'csv' && { delimiter }),
    ...(format !== 'xlsx' && { encoding }),
    ...(sheet !== null && { sheet }),
    ...(format !== 'ndjson' && { header_row }),
  };
}

export function columnsOf({ columns }: Pick<Draft, 'columns'>): NonNullable<ImportMapping['columns']> {
  return Object.fromEntries(
    columns.map(({ name, to: { field, match, folded, object, format } }) => {
      if (field === undefined) return [name, null];
      if (match === undefined && format === undefined) return [name, field];
      const isMatched = match !== undefined;
      return [
        name,
        {
          field,
          ...(isMatched && { match }),
          ...(isMatched && folded && { folded }),
          ...(isMatched && object !== undefined && { object }),
          ...(!isMatched && format !== undefined && { format }),
        },
      ];
    }),
  );
}

/** What becomes of rows, and by what their records are recognised. */
export function recognition({ policy, match }: Draft): ImportMapping {
  const [first] = match;
  const isById = match.length === 1 && first!.field === 'id';
  return {
    operation: policy === 'skip' ? 'upsert' : policy,
    ...(policy === 'skip' && { existing: 'skip' as const }),
    ...(policy !== 'create' && match.length > 0 && (isById ? { key: 'id' } : { match })),
  };
}

export function mappingOf(draft: Draft, isTrial: boolean): ImportMapping {
  const { blank, defaults, source } = draft;
  const given = defaults.filter(({ field, value }) => field !== '' && value.trim() !== '');
  return {
    ...recognition(draft),
    blank,
    dry_run: isTrial,
    ...sourceOptions(source),
    columns: columnsOf(draft),
    ...(given.length > 0 && {
      defaults: Object.fromEntries(given.map(({ field, value }) => [field, value])),
    }),
  };
}
