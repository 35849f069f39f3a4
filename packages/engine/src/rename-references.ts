/**
 * Follows a rename through the components that mention what is renamed: paths in views and layouts, targets of
 * lookups, items of apps. The model knows where each mention stands; here the text at that place is rewritten. A
 * mention that can't be rewritten is left alone, and the compiler then reports it.
 */
import { type Component, componentId, objectOf, shortName } from '@trellis/metadata';
import type { Model, Reference } from '@trellis/model';
import { type Entry, renamedTo, stableText } from './merge-change-set.ts';

type Mention = Pick<Reference, 'pointer' | 'to'>;

export interface Rename {
  readonly kind: Component['kind'];
  readonly from: string;
  readonly to: string;
}

/**
 * The entries with every mention brought up to date. `given` are components that the request itself wrote: they say
 * what their author meant and are left alone.
 */
export function renameReferences(
  entries: readonly Entry[],
  before: Model,
  renames: readonly Rename[],
  given: ReadonlySet<string>,
): Entry[] {
  if (renames.length === 0) return [...entries];
  const referencesByComponent = Map.groupBy(before.references, (reference) => reference.from);
  return entries.map((entry) => {
    const old = entry.stored?.component;
    if (!old || given.has(componentId(entry.component))) return entry;
    const body = structuredClone(entry.component.body) as Record<string, unknown>;
    // Grants are named by the keys of an object, which `renameRights` renames.
    const mentions = old.kind === 'permission_set' ? [] : referencesByComponent.get(componentId(old));
    for (const reference of mentions ?? []) {
      rewriteAt(body, reference, renames);
    }
    renameNamedProperties(old, body, renames);
    if (old.kind === 'permission_set') renameRights(body, renames);
    return stableText(body) === stableText(entry.component.body)
      ? entry
      : { ...entry, component: { ...entry.component, body } as unknown as Component };
  });
}

/** A body that is no component's, with the mentions of it renamed. Pointers of references begin with `/body`. */
export function renamedBody<T extends object>(
  body: T,
  references: readonly Mention[],
  renames: readonly Rename[],
): T {
  const copy = structuredClone(body);
  for (const reference of references) rewriteAt(copy as Record<string, unknown>, reference, renames);
  return copy;
}

function rewriteAt(body: Record<string, unknown>, reference: Mention, renames: readonly Rename[]): void {
  const segments = reference.pointer
    .split('/')
    .slice(2)
    .map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'));
  let holder: unknown = body;
  for (const segment of segments.slice(0, -1))
    holder = (holder as Record<string, unknown> | undefined)?.[segment];
  const last = segments.at(-1);
  if (typeof holder !== 'object' || holder === null || last === undefined) return;
  const value = (holder as Record<string, unknown>)[last];
  if (typeof value === 'string')
    (holder as Record<string, unknown>)[last] = renameInText(value, reference, renames);
  else if (isVariable(value)) value.var = renameRelation(value.var, reference, renames);
}

function isVariable(value: unknown): value is { var: string } {
  return typeof value === 'object' && value !== null && 'var' in value && typeof value.var === 'string';
}

/** Related records without a name of their own are called by the lookup that ties them: `contact_account`. */
function renameRelation(text: string, { to }: Mention, renames: readonly Rename[]): string {
  const name = to.slice(to.indexOf(':') + 1);
  const [before, after] = [name, finalName({ kind: 'field', name }, renames)].map((each) =>
    each.replace('.', '_'),
  ) as [string, string];
  const segments = text.split('.');
  return segments.at(-1) === before ? [...segments.slice(0, -1), after].join('.') : text;
}

/**
 * The text at a mention, renamed. A mention of an object is its name alone; one of a view or of a related list's
 * lookup is a full name (`contact.account`); any other of a field is a path, of which the segment changes.
 */
function renameInText(text: string, { pointer, to }: Mention, renames: readonly Rename[]): string {
  const kind = to.slice(0, to.indexOf(':')) as Component['kind'];
  const name = to.slice(to.indexOf(':') + 1);
  const renamed = finalName({ kind, name }, renames);
  if (renamed === name) return text;
  if (kind !== 'field' || pointer.endsWith('/lookup')) return text === name ? renamed : text;
  const sign = text.startsWith('-') ? '-' : '';
  const segments = text.slice(sign.length).split('.');
  return sign + segments.map((each) => (each === shortName(name) ? shortName(renamed) : each)).join('.');
}

/** Objects are renamed first; other renames name things as they are after that. */
function finalName(
  component: { readonly kind: Component['kind']; readonly name: string },
  renames: readonly Rename[],
): string {
  return [true, false].reduce((name, isOfObject) => {
    const matching = renames.filter((rename) => (rename.kind === 'object') === isOfObject);
    const rename = matching.find((each) => renamedTo({ kind: component.kind, name }, each) !== undefined);
    return rename ? renamedTo({ kind: component.kind, name }, rename)! : name;
  }, component.name);
}

/** Properties that name a field or layout by its short name: the name field, and what stands in a record type. */
function renameNamedProperties(
  old: Component,
  body: Record<string, unknown>,
  renames: readonly Rename[],
): void {
  const object = old.kind === 'object' ? old.name : objectOf(old);
  if (object === undefined) return;
  const newShort = (kind: Component['kind'], short: unknown) =>
    shortName(finalName({ kind, name: `${object}.${String(short)}` }, renames));
  if (old.kind === 'object') body.name_field = newShort('field', body.name_field);
  if (old.kind !== 'record_type') return;
  if (body.layout !== undefined) body.layout = newShort('layout', body.layout);
  if (typeof body.options === 'object' && body.options !== null) {
    body.options = Object.fromEntries(
      Object.entries(body.options).map(([field, value]) => [newShort('field', field), value]),
    );
  }
}

/** What a permission set grants is keyed by the names of objects, and within them by those of fields. */
function renameRights(body: Record<string, unknown>, renames: readonly Rename[]): void {
  const { objects } = body;
  if (typeof objects !== 'object' || objects === null) return;
  body.objects = Object.fromEntries(
    Object.entries(objects as Record<string, Record<string, unknown>>).map(([object, rights]) => {
      const newShort = (kind: Component['kind'], short: string) =>
        shortName(finalName({ kind, name: `${object}.${short}` }, renames));
      const fields = rights.fields as Record<string, unknown> | undefined;
      const types = rights.record_types as readonly string[] | undefined;
      const renamed = {
        ...rights,
        ...(fields && {
          fields: Object.fromEntries(
            Object.entries(fields).map(([field, right]) => [newShort('field', field), right]),
          ),
        }),
        ...(types && { record_types: types.map((type) => newShort('record_type', type)) }),
      };
      return [finalName({ kind: 'object', name: object }, renames), renamed];
    }),
  );
}
