/**
 * The fields that every record has. They are compiled fields like any other, so that filters, sorts and paths need
 * no second way; what is special about them is that a column of their own holds them.
 */
import type { FieldBody } from '@trellis/metadata';
import type { CompiledOption, FieldType } from './field-type.ts';
import { datetime } from './field-types/datetime.ts';
import { integer } from './field-types/integer.ts';
import { select } from './field-types/select.ts';
import { text } from './field-types/text.ts';
import { user } from './field-types/user.ts';
import type { CompiledField } from './model.ts';

/** API names of the system objects that can own records and act. */
export const PRINCIPAL_OBJECTS: readonly string[] = ['user', 'team'];
/** Id of the principal that stands for the platform itself. */
export const SYSTEM_PRINCIPAL_ID = '00000000-0000-0000-0000-000000000000';

/** Names that no own field may have. `owner` is the name of the path through `owner_id`. */
export const RESERVED_FIELD_NAMES: ReadonlySet<string> = new Set([
  'id',
  'owner_id',
  'owner',
  'record_type',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
  'version',
  'deleted_at',
  'deleted_by',
  'deletion_id',
  'derived',
  'data',
  // Every JavaScript object has it already: `record.constructor` would never read as blank.
  'constructor',
]);

/** Names that no object may have: every JavaScript object answers to them. */
export const RESERVED_OBJECT_NAMES: ReadonlySet<string> = new Set(['constructor']);

/** The first segment of a path through a principal, and the field that it goes through. */
export const PRINCIPAL_PATHS: ReadonlyMap<string, string> = new Map([
  ['owner', 'owner_id'],
  ['created_by', 'created_by'],
  ['updated_by', 'updated_by'],
  ['deleted_by', 'deleted_by'],
]);

const idType = {
  ...user,
  label: 'Id',
  description: 'Identifies the record for ever.',
  isReadOnly: true,
} as FieldType;

/** The system fields of an object, in the order in which they are shown. */
export function systemFields(object: string, recordTypes: readonly CompiledOption[]): CompiledField[] {
  return [
    systemField(object, 'id', 'Id', idType, { targets: [] }),
    systemField(object, 'owner_id', 'Owner', user as FieldType, {
      targets: PRINCIPAL_OBJECTS,
      isWritable: true,
    }),
    systemField(object, 'record_type', 'Record type', select as FieldType, {
      options: recordTypes,
      isWritable: true,
    }),
    systemField(object, 'created_at', 'Created', datetime as FieldType),
    systemField(object, 'created_by', 'Created by', user as FieldType, { targets: PRINCIPAL_OBJECTS }),
    systemField(object, 'updated_at', 'Last changed', datetime as FieldType),
    systemField(object, 'updated_by', 'Last changed by', user as FieldType, { targets: PRINCIPAL_OBJECTS }),
    systemField(object, 'version', 'Version', integer as FieldType),
    systemField(object, 'deleted_at', 'Deleted', datetime as FieldType),
    systemField(object, 'deleted_by', 'Deleted by', user as FieldType, { targets: PRINCIPAL_OBJECTS }),
  ];
}

/** The title of a record at the end of a path through a principal or a polymorphic lookup, whatever its object calls it. */
export const TITLE_FIELD: CompiledField = systemField('*', 'name', 'Name', text as FieldType);

function systemField(
  object: string,
  name: string,
  label: string,
  type: FieldType,
  special: Partial<Pick<CompiledField, 'targets' | 'options' | 'isWritable'>> = {},
): CompiledField {
  const body: FieldBody = { label, type: type.name };
  return Object.freeze({
    name,
    key: name,
    object,
    label,
    type,
    body,
    systemColumn: name,
    isRequired: false,
    isUnique: name === 'id',
    isIndexed: true,
    isSearchable: false,
    isWritable: special.isWritable ?? false,
    options: special.options ?? [],
    targets: special.targets ?? [],
    isPolymorphic: false,
    junction: undefined,
    default: undefined,
  });
}
