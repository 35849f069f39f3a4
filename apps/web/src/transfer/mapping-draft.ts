/** A mapping as it is put together on screen, and as it is sent. */
import type { ImportMapping, ImportPreviewResponse } from '@trellis/api';
import type { FieldDescription, ObjectDescription } from '@trellis/forms';

export interface ColumnDraft {
  /** Name of a field; undefined leaves the column out. */
  readonly field: string | undefined;
  /** Of a lookup: the field of its target by which it is found; undefined: by id. */
  readonly match: string | undefined;
  /** Of a lookup with several targets: which is meant. */
  readonly object: string | undefined;
}

export interface Draft {
  readonly operation: 'create' | 'update' | 'upsert';
  readonly key: string | undefined;
  readonly blank: 'keep' | 'clear';
  readonly decimalComma: boolean;
  /** One per column of the file, in its order. */
  readonly columns: readonly { readonly name: string; readonly to: ColumnDraft }[];
  readonly source: Pick<ImportPreviewResponse, 'format' | 'delimiter' | 'sheet' | 'header_row'>;
}

export const LEFT_OUT: ColumnDraft = { field: undefined, match: undefined, object: undefined };
const ID = /^([a-z_0-9]+:)?[0-9a-f]{8}-[0-9a-f-]{27}$/i;

/** What the preview suggests; a field is suggested for one column only. */
export function draftOf(preview: ImportPreviewResponse, description: ObjectDescription): Draft {
  const taken = new Set<string>();
  const columns = preview.columns.map(({ name, suggestion, samples }) => {
    const field = takeableFields(description).find((each) => each.name === suggestion);
    if (!field || taken.has(field.name)) return { name, to: LEFT_OUT };
    taken.add(field.name);
    return { name, to: targetOf(field, samples) };
  });
  return {
    operation: 'create',
    key: undefined,
    blank: 'keep',
    decimalComma:
      preview.delimiter === ';' &&
      preview.columns.some(({ samples }) => samples.some((each) => /^-?[\d.]*\d,\d+$/.test(each.trim()))),
    columns,
    source: preview,
  };
}

/** A column that goes into a field; a lookup is found by name unless the samples are ids. */
export function targetOf(field: FieldDescription, samples: readonly string[]): ColumnDraft {
  const isLookup = field.targets.length > 0 && field.value_type !== 'ids';
  if (!isLookup || samples.some((sample) => ID.test(sample.trim())))
    return { ...LEFT_OUT, field: field.name };
  return { field: field.name, object: field.targets[0], match: 'name' };
}

export function takeableFields(description: ObjectDescription): readonly FieldDescription[] {
  return description.fields.filter((field) => field.access === 'update');
}

/** Fields by which records can be recognised, for an operation. */
export function keysFor(description: ObjectDescription, operation: Draft['operation']): readonly string[] {
  if (operation === 'create') return [];
  const unique = description.fields
    .filter((field) => field.is_unique && !field.is_system)
    .map((field) => field.name);
  return operation === 'update' ? ['id', ...unique] : unique;
}

export function mappingOf(draft: Draft, isTrial: boolean): ImportMapping {
  const { operation, key, blank, decimalComma, columns, source } = draft;
  return {
    operation,
    ...(operation !== 'create' && key !== undefined && { key }),
    blank,
    decimal_comma: decimalComma,
    dry_run: isTrial,
    format: source.format,
    ...(source.format === 'csv' && { delimiter: source.delimiter }),
    ...(source.sheet !== null && { sheet: source.sheet }),
    ...(source.format !== 'ndjson' && { header_row: source.header_row }),
    columns: Object.fromEntries(
      columns.map(({ name, to }) => {
        if (to.field === undefined) return [name, null];
        if (to.match === undefined) return [name, to.field];
        return [
          name,
          { field: to.field, match: to.match, ...(to.object !== undefined && { object: to.object }) },
        ];
      }),
    ),
  };
}
