/** A mapping as it is put together on screen, and as it is sent. */
import type { CellFormat, ImportMapping, ImportPreviewResponse } from '@trellis/api';
import type { FieldDescription, ObjectDescription } from '@trellis/forms';

export interface ColumnDraft {
  /** Name of a field; undefined leaves the column out. */
  readonly field: string | undefined;
  /** Of a lookup: the field of its target by which it is found; undefined: by id. */
  readonly match: string | undefined;
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
  readonly key: string | undefined;
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
  return { policy: 'create', key: undefined, blank: 'keep', columns, defaults: [], source: preview };
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

/** Fields by which records can be recognised. */
export function keysFor(description: ObjectDescription, policy: Policy): readonly string[] {
  if (policy === 'create') return [];
  const unique = description.fields
    .filter((field) => field.is_unique && !field.is_system)
    .map((field) => field.name);
  return policy === 'update' ? ['id', ...unique] : unique;
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
    columns.map(({ name, to: { field, match, object, format } }) => {
      if (field === undefined) return [name, null];
      if (match === undefined && format === undefined) return [name, field];
      const isMatched = match !== undefined;
      return [
        name,
        {
          field,
          ...(isMatched && { match }),
          ...(isMatched && object !== undefined && { object }),
          ...(!isMatched && format !== undefined && { format }),
        },
      ];
    }),
  );
}

export function mappingOf(draft: Draft, isTrial: boolean): ImportMapping {
  const { policy, key, blank, defaults, source } = draft;
  const given = defaults.filter(({ field, value }) => field !== '' && value.trim() !== '');
  return {
    operation: policy === 'skip' ? 'upsert' : policy,
    ...(policy === 'skip' && { existing: 'skip' as const }),
    ...(policy !== 'create' && key !== undefined && { key }),
    blank,
    dry_run: isTrial,
    ...sourceOptions(source),
    columns: columnsOf(draft),
    ...(given.length > 0 && {
      defaults: Object.fromEntries(given.map(({ field, value }) => [field, value])),
    }),
  };
}
