/** The columns that every object's table has besides its promoted ones, and their SQL types. */
import type { CompiledField } from '@trellis/model';

export type SqlType =
  | 'text'
  | 'numeric'
  | 'integer'
  | 'boolean'
  | 'date'
  | 'timestamptz'
  | 'text[]'
  | 'uuid'
  | 'jsonb';

export const SYSTEM_COLUMNS: Readonly<
  Record<string, { readonly type: SqlType; readonly isNullable: boolean }>
> = {
  id: { type: 'uuid', isNullable: false },
  owner_id: { type: 'uuid', isNullable: false },
  record_type: { type: 'text', isNullable: true },
  created_at: { type: 'timestamptz', isNullable: false },
  created_by: { type: 'uuid', isNullable: false },
  updated_at: { type: 'timestamptz', isNullable: false },
  updated_by: { type: 'uuid', isNullable: false },
  version: { type: 'integer', isNullable: false },
  deleted_at: { type: 'timestamptz', isNullable: true },
  deleted_by: { type: 'uuid', isNullable: true },
  deletion_id: { type: 'uuid', isNullable: true },
};

/** The principal that owns what no user owns. */
export const SYSTEM_PRINCIPAL_ID = '00000000-0000-0000-0000-000000000000';

/** How a field's value is held in SQL: `jsonb` for values that have no column of their own. */
export function sqlTypeOf(field: CompiledField): SqlType {
  if (field.systemColumn !== undefined) return SYSTEM_COLUMNS[field.systemColumn]?.type ?? 'text';
  return field.type.column?.type ?? 'jsonb';
}
