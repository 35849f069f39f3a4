import type { ApiRecord } from '@trellis/api';
import { type ListColumn, relationOf } from '@trellis/forms';
import { stepInto } from '@trellis/model';

/** The value of a column in a record as listed: the expanded lookup for a link, what a path ends at, or the field. */
export function cellValue(record: ApiRecord, column: ListColumn): unknown {
  if (column.lookup !== null) {
    const expanded = record[relationOf(column.lookup.name)];
    return expanded ?? record[column.lookup.name];
  }
  let current: unknown = record;
  for (const segment of column.path.split('.')) {
    if (typeof current !== 'object' || current === null) return null;
    current = stepInto(current, segment);
  }
  return current;
}

/** Whether the search of the list looks into the column. */
export function isSearched(column: ListColumn): boolean {
  return column.lookup === null && column.field.is_searchable === true && !column.path.includes('.');
}
