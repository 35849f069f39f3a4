/**
 * What a permission set grants on one object, and how its rights hang together: what needs another right brings it
 * along, and what is left without it goes. So the editor cannot write a grant that does nothing. Pure.
 */
import type { Bodies } from '@trellis/metadata';

export type Grant = NonNullable<Bodies['permission_set']['objects']>[string];
export type FieldRight = NonNullable<Grant['default_field']>;

export const RIGHTS = [
  'read',
  'create',
  'update',
  'delete',
  'import',
  'export',
  'view_all',
  'modify_all',
] as const;
export type Right = (typeof RIGHTS)[number];
export const FIELD_RIGHTS = ['none', 'read', 'update'] as const;

/** What each right does nothing without. */
const NEEDS: { readonly [right in Right]: readonly Right[] } = {
  read: [],
  create: ['read'],
  update: ['read'],
  delete: ['read'],
  import: ['read', 'create'],
  export: ['read'],
  view_all: ['read'],
  modify_all: ['read', 'update', 'view_all'],
};

export const LEVELS = ['none', 'read', 'edit', 'all'] as const;
export type Level = (typeof LEVELS)[number];
const OF_LEVEL: { readonly [level in Level]: readonly Right[] } = {
  none: [],
  read: ['read'],
  edit: ['read', 'create', 'update'],
  all: RIGHTS,
};

/**
 * The grant with a right given or taken, and everything that follows; undefined: nothing is granted any more.
 * `recordTypes` are the object's, all of which may be chosen by somebody who is first allowed to make records.
 */
export function withRight(
  grant: Grant | undefined,
  right: Right,
  isOn: boolean,
  recordTypes: readonly string[],
): Grant | undefined {
  const before = RIGHTS.filter((each) => grant?.[each] === true);
  const after = isOn
    ? new Set([...before, right, ...NEEDS[right]])
    : new Set(before.filter((each) => each !== right && !NEEDS[each].includes(right)));
  return granting(grant, after, recordTypes);
}

export function withLevel(
  grant: Grant | undefined,
  level: Level,
  recordTypes: readonly string[],
): Grant | undefined {
  return granting(grant, new Set(OF_LEVEL[level]), recordTypes);
}

function granting(
  grant: Grant = {},
  rights: ReadonlySet<Right>,
  recordTypes: readonly string[],
): Grant | undefined {
  if (rights.size === 0) return undefined;
  const writes = (has: (right: Right) => boolean) => has('create') || has('update');
  const wrote = writes((right) => grant[right] === true);
  const isWriting = writes((right) => rights.has(right));
  const { default_field: given, fields, record_types: types } = grant;
  // Who may read or edit for the first time may do so with the fields; what was chosen by hand stays.
  const defaultField: FieldRight =
    given === undefined || (given === 'read' && isWriting && !wrote)
      ? isWriting
        ? 'update'
        : 'read'
      : given === 'update' && wrote && !isWriting
        ? 'read'
        : given;
  const mayChoose = types ?? (isWriting && recordTypes.length > 0 ? [...recordTypes] : undefined);
  return {
    ...Object.fromEntries(RIGHTS.filter((right) => rights.has(right)).map((right) => [right, true])),
    default_field: defaultField,
    ...(fields === undefined ? {} : { fields }),
    ...(mayChoose === undefined ? {} : { record_types: mayChoose }),
  };
}

/** The grant with one field's right; undefined: as fields in general. */
export function withFieldRight(grant: Grant, field: string, right: FieldRight | undefined): Grant {
  const { fields: before = {}, ...rest } = grant;
  const { [field]: _, ...others } = before;
  const fields = right === undefined ? others : { ...others, [field]: right };
  return Object.keys(fields).length === 0 ? rest : { ...rest, fields };
}

/**
 * The grant with another right on fields in general. The field that titles records stays readable: nobody can work
 * with records that have no name.
 */
export function withDefaultField(grant: Grant, right: FieldRight, nameField: string | undefined): Grant {
  const after = { ...grant, default_field: right };
  const isNameless = right === 'none' && nameField !== undefined && grant.fields?.[nameField] === undefined;
  return isNameless ? withFieldRight(after, nameField, 'read') : after;
}

/** The body with the grant on an object put in its place, or taken out. */
export function withGrant(
  body: Bodies['permission_set'],
  object: string,
  grant: Grant | undefined,
): Bodies['permission_set'] {
  const { [object]: _, ...others } = body.objects ?? {};
  if (grant !== undefined && body.objects?.[object] !== undefined) {
    // Where it stood before: the difference that is shown at publishing is then the difference.
    return { ...body, objects: { ...body.objects, [object]: grant } };
  }
  return { ...body, objects: grant === undefined ? others : { ...others, [object]: grant } };
}
