/**
 * Lays a change set over components: renames, then deletions, then writes. An entry keeps its identity through all
 * of that (`stored`), so that afterwards the difference to what is stored can be told exactly, however many change
 * sets were laid over each other (a rollback lays several).
 */
import {
  type Component,
  type ComponentKind,
  type ComponentOf,
  componentId,
  KINDS,
  nearest,
  objectOf,
  type Problem,
  shortName,
} from '@trellis/metadata';
import {
  canConvert,
  conversionTargets,
  fieldOfRecord,
  type Model,
  readsSameValues,
  typeOfBody,
} from '@trellis/model';
import type { StoredComponent, StoredMetadata } from '@trellis/storage';
import { Siblings } from './siblings.ts';

export interface Entry {
  readonly component: Component;
  readonly key: string;
  readonly package: StoredComponent['package'];
  /** What is in the database for it; undefined for a new one. */
  readonly stored: StoredComponent | undefined;
}

/** A component in a recorded change set, with what a rollback needs to bring it back as it was. */
export type RecordedComponent = Component & {
  readonly key?: string;
  readonly package?: StoredComponent['package'];
};

export interface Change {
  readonly renames: readonly {
    readonly kind: ComponentKind;
    readonly from: string;
    readonly to: string;
    readonly pointer?: string;
  }[];
  readonly deletions: readonly {
    readonly kind: ComponentKind;
    readonly name: string;
    readonly pointer?: string;
  }[];
  readonly components: readonly RecordedComponent[];
}

export interface MergeOptions {
  readonly retiredKeys: StoredMetadata['retiredKeys'];
  /** Whether components of the system package may be changed: by its own installation only. */
  readonly mayChangeSystem: boolean;
  /** `to` of a deleted lookup that left its key behind, or undefined when nobody knows. */
  retiredTargets(object: string, key: string): unknown;
  /** Objects without a single record: their fields may change to any type. By object key. */
  readonly emptyObjects: ReadonlySet<string>;
  /** Fields whose values are being converted: `object key` and `field key` with a space between. */
  readonly converting: ReadonlySet<string>;
  /** Components of the entries by their ids, which need not be put together again: those of the model. */
  readonly known?: Model['components'];
}

export const SYSTEM_PACKAGE = 'system';

export function toEntries(stored: readonly StoredComponent[]): Entry[] {
  return stored.map((each) => ({
    component: each.component,
    key: each.key,
    package: each.package,
    stored: each,
  }));
}

/** The entries after the change, in their old order with new ones at the end. Problems point into the request. */
export function mergeChangeSet(
  entries: readonly Entry[],
  change: Change,
  options: MergeOptions,
): { readonly entries: Entry[]; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const start = byId(entries, options.known);
  const isOfObject = (rename: Change['renames'][number]) => rename.kind === 'object';
  // What is deleted makes room for what takes its name: it goes by the rename already.
  const doomed = new Set(change.deletions.map(componentId));
  const gone = new Set<string>();
  const context = { options, problems, doomed, gone };
  const moved = applyRenames(start, change.renames.filter(isOfObject), context);
  const renamed = applyRenames(
    moved,
    change.renames.filter((each) => !isOfObject(each)),
    context,
  );
  for (const deletion of change.deletions) {
    if (!gone.has(componentId(deletion))) applyDeletion(renamed, deletion, options, problems);
  }
  const siblings = new Siblings(renamed);
  for (const [index, component] of change.components.entries()) {
    applyWrite({ entries: renamed, siblings, options, problems }, component, `/components/${index}`);
  }
  return { entries: [...renamed.values()], problems };
}

type Entries = Map<string, Entry>;

function byId(entries: readonly Entry[], known: MergeOptions['known']): Entries {
  const found: Entries = new Map();
  const ids = (known ?? new Map()).entries();
  for (const entry of entries) {
    const { component } = entry;
    // Both stand in the order of what is stored, where neither has anything that the other has not.
    const [id, same] = ids.next().value ?? [];
    found.set(id !== undefined && same === component ? id : componentId(component), entry);
  }
  return found;
}

interface RenameContext {
  readonly options: MergeOptions;
  readonly problems: Problem[];
  /** Ids of what the change deletes. */
  readonly doomed: ReadonlySet<string>;
  /** Filled with the ids of those that went because a rename takes their name. */
  readonly gone: Set<string>;
}

/** All at once, so that two components may swap their names. */
function applyRenames(
  entries: Entries,
  renames: Change['renames'],
  { options, problems, doomed, gone }: RenameContext,
): Entries {
  if (renames.length === 0) return entries;
  const accepted = renames.filter((rename) => {
    const { kind, from, pointer = '' } = rename;
    const entry = entries.get(componentId({ kind, name: from }));
    if (!entry) problems.push(unknownComponent(entries, kind, from, `${pointer}/from`));
    else if (isProtected(entry, options)) problems.push(protectedComponent(entry, `${pointer}/from`));
    else return true;
    return false;
  });
  for (const { kind, to, pointer = '' } of accepted) {
    const id = componentId({ kind, name: to });
    const overtaken = entries.get(id);
    if (!overtaken || !doomed.has(id) || accepted.some((each) => each.kind === kind && each.from === to))
      continue;
    if (isProtected(overtaken, options)) problems.push(protectedComponent(overtaken, `${pointer}/to`));
    else gone.add(id);
  }
  const result: Entries = new Map();
  for (const entry of entries.values()) {
    const rename = accepted.find((each) => renamedTo(entry.component, each) !== undefined);
    const owner = objectOf(entry.component);
    const isGone = (id: string) => gone.has(id) && !rename;
    if (isGone(componentId(entry.component))) continue;
    if (owner !== undefined && isGone(componentId({ kind: 'object', name: owner }))) continue;
    const component = rename
      ? ({ ...entry.component, name: renamedTo(entry.component, rename) } as Component)
      : entry.component;
    const id = componentId(component);
    if (result.has(id)) {
      const culprit =
        rename ?? accepted.find((each) => each.kind === component.kind && each.to === component.name);
      problems.push(
        fault(
          'name_taken',
          `${culprit?.pointer ?? ''}/to`,
          `There is a ${component.kind} ${component.name} already.`,
        ),
      );
      continue;
    }
    result.set(id, rename ? { ...entry, component } : entry);
  }
  return result;
}

/** The new name of a component under a rename, of itself or of its object; undefined when it keeps its name. */
export function renamedTo(
  component: { readonly kind: ComponentKind; readonly name: string },
  rename: { readonly kind: ComponentKind; readonly from: string; readonly to: string },
): string | undefined {
  if (component.kind === rename.kind && component.name === rename.from) return rename.to;
  if (rename.kind === 'object' && objectOf(component) === rename.from)
    return `${rename.to}.${shortName(component.name)}`;
  return undefined;
}

function applyDeletion(
  entries: Entries,
  deletion: Change['deletions'][number],
  options: MergeOptions,
  problems: Problem[],
): void {
  const { kind, name, pointer = '' } = deletion;
  const entry = entries.get(componentId({ kind, name }));
  if (!entry) {
    problems.push(unknownComponent(entries, kind, name, `${pointer}/name`));
    return;
  }
  if (isProtected(entry, options)) {
    problems.push(protectedComponent(entry, pointer));
    return;
  }
  entries.delete(componentId(entry.component));
  if (kind !== 'object') return;
  for (const [id, each] of entries) if (objectOf(each.component) === name) entries.delete(id);
}

interface WriteContext {
  readonly entries: Entries;
  /** Of the same entries. */
  readonly siblings: Siblings<Entry>;
  readonly options: MergeOptions;
  readonly problems: Problem[];
}

function applyWrite(context: WriteContext, written: RecordedComponent, pointer: string): void {
  const { entries, siblings, options, problems } = context;
  const { kind, name, body, key, package: origin } = written;
  const component = { kind, name, body } as Component;
  const id = componentId(component);
  const existing = entries.get(id);
  if (!existing) {
    entries.set(id, {
      component,
      key: key ?? freshKey(context, component),
      package: origin,
      stored: undefined,
    });
    siblings.add(component);
    return;
  }
  if (isProtected(existing, options)) {
    if (sameBody(existing.component, component)) return;
    problems.push(protectedComponent(existing, pointer));
    return;
  }
  if (kind === 'field' && key === undefined) {
    const [before, after] = [existing.component, component] as ComponentOf<'field'>[];
    const object = entries.get(componentId({ kind: 'object', name: objectOf(component)! }));
    const isEmpty = object !== undefined && options.emptyObjects.has(object.key);
    const way = retype(before!, after!, isEmpty);
    if (way === 'refused') {
      problems.push(typeChange(before!, after!, pointer));
      return;
    }
    if (way === 'convert' && object && options.converting.has(`${object.key} ${existing.key}`)) {
      problems.push(stillConverting(before!, pointer));
      return;
    }
    if (way !== 'keep') {
      const fresh = way === 'convert' ? unusedKey(context, component) : freshKey(context, component);
      entries.set(id, { ...existing, component, key: fresh });
      return;
    }
  }
  entries.set(id, { ...existing, component, key: key ?? existing.key, package: origin ?? existing.package });
}

/**
 * The key of a new component: its name, unless a field of that key lives or has left values of another type behind;
 * then `name_2` and so on. Keys of objects work alike.
 */
function freshKey({ entries, siblings, options }: WriteContext, component: Component): string {
  const { kind, name } = component;
  const short = shortName(name);
  if (kind !== 'object' && kind !== 'field') return name;
  const object = objectOf(component);
  const taken = siblings.keysBeside(component);
  if (kind === 'object') return firstFree(short, (key) => !taken.has(key));
  const objectKey = entries.get(componentId({ kind: 'object', name: object! }))?.key ?? object!;
  const retired = options.retiredKeys.get(objectKey);
  return firstFree(short, (key) => {
    if (taken.has(key)) return false;
    const type = retired?.get(key);
    if (type === undefined) return true;
    const body = component.body as ComponentOf<'field'>['body'];
    if (columnType(body) !== type) return false;
    return (
      body.to === undefined ||
      JSON.stringify(options.retiredTargets(object!, key)) === JSON.stringify(body.to)
    );
  });
}

/** A key that no field has ever had: values that an earlier change left under one would pass for converted ones. */
function unusedKey({ entries, siblings, options }: WriteContext, component: Component): string {
  const object = objectOf(component);
  const objectKey = entries.get(componentId({ kind: 'object', name: object! }))?.key ?? object!;
  const retired = options.retiredKeys.get(objectKey);
  const taken = siblings.keysBeside(component);
  return firstFree(shortName(component.name), (key) => !taken.has(key) && !retired?.has(key));
}

type Retype = 'keep' | 'new_key' | 'convert' | 'refused';

/** What a changed definition does to the field's values. */
function retype(before: ComponentOf<'field'>, after: ComponentOf<'field'>, isEmpty: boolean): Retype {
  // What is there is sealed by a job, and read as it stands until then.
  const isSealedNow = isSameType(before, after) && !before.body.encrypted && after.body.encrypted === true;
  if (isSealedNow) return 'keep';
  const keeps = keepsColumn(before, after);
  if (isEmpty || isSameType(before, after)) {
    return keeps ? 'keep' : isEmpty ? 'new_key' : 'refused';
  }
  const [from, to] = [before, after].map(({ body }) =>
    fieldOfRecord({
      name: shortName(after.name),
      key: '',
      object: objectOf(after)!,
      body,
      options: (body.options ?? []).map((option) => ({ isActive: true, color: undefined, ...option })),
      targets: [],
      isPolymorphic: false,
    }),
  );
  if (!from || !to) return keeps ? 'keep' : 'refused';
  if (readsSameValues(from, to)) return 'keep';
  if (canConvert(from.type, to.type)) return 'convert';
  return keeps ? 'keep' : 'refused';
}

function stillConverting(before: ComponentOf<'field'>, pointer: string): Problem {
  return {
    ...fault(
      'type_change_running',
      `${pointer}/body/type`,
      `${before.name}: its values are still being converted from an earlier change of type.`,
      'Wait until it is done, or roll the earlier change back.',
    ),
    component: { kind: 'field', name: before.name },
  };
}

function firstFree(name: string, isFree: (key: string) => boolean): string {
  if (isFree(name)) return name;
  let number = 2;
  while (!isFree(`${name}_${number}`)) number++;
  return `${name}_${number}`;
}

function columnType(body: ComponentOf<'field'>['body']): string | undefined {
  if (body.type === 'formula') return body.type;
  const type = typeOfBody(body);
  if (type?.isEncrypted) return 'sealed';
  const column = type?.column;
  return column?.entry === undefined ? column?.type : `${column.type} of ${column.entry}`;
}

/** One address and several of them are two types of one name. */
function isSameType(before: ComponentOf<'field'>, after: ComponentOf<'field'>): boolean {
  return (
    before.body.type === after.body.type && (before.body.multiple ?? false) === (after.body.multiple ?? false)
  );
}

/** Whether values stored under the old definition mean the same under the new one. */
function keepsColumn(before: ComponentOf<'field'>, after: ComponentOf<'field'>): boolean {
  if (columnType(before.body) !== columnType(after.body)) return false;
  if (before.body.to === undefined || after.body.to === undefined) return before.body.to === after.body.to;
  if (typeof before.body.to === 'string' && before.body.to !== '*') return before.body.to === after.body.to;
  return Array.isArray(after.body.to) || after.body.to === '*';
}

function typeChange(before: ComponentOf<'field'>, after: ComponentOf<'field'>, pointer: string): Problem {
  if (before.body.encrypted && !after.body.encrypted) {
    return {
      ...fault(
        'type_change',
        `${pointer}/body/encrypted`,
        `${before.name}: records hold sealed values, which are not opened by a change of the definition.`,
        'Make a new field, and write the values to it.',
      ),
      component: { kind: 'field', name: before.name },
    };
  }
  const isTarget = before.body.type === after.body.type;
  return {
    ...fault(
      'type_change',
      `${pointer}/body/${isTarget ? 'to' : 'type'}`,
      isTarget
        ? `${before.name}: records hold links to the old target, so \`to\` can't be changed.`
        : `${before.name}: records hold values of the type ${before.body.type}, which ${after.body.type} can't take over.`,
      isTarget
        ? 'Make a new field and move the values, or delete this field and create it anew.'
        : `Its values can become ${conversionTargets(before.body.type).join(', ') || 'nothing else'}; else make a new field.`,
    ),
    component: { kind: 'field', name: before.name },
  };
}

export function sameBody(left: Component, right: Component): boolean {
  return left.body === right.body || stableText(left.body) === stableText(right.body);
}

/** JSON with sorted keys: equal for bodies that say the same. */
export function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
      : each,
  );
}

function isProtected(entry: Entry, options: MergeOptions): boolean {
  return !options.mayChangeSystem && entry.package?.name === SYSTEM_PACKAGE;
}

function protectedComponent(entry: Entry, pointer: string): Problem {
  const { kind, name } = entry.component;
  return {
    ...fault(
      'system_component',
      pointer,
      `The ${kind} ${name} belongs to the platform and can't be changed.`,
      KINDS[kind].ofObject || kind === 'object'
        ? 'You may add your own fields, layouts and views to the object.'
        : undefined,
    ),
    component: { kind, name },
  };
}

function unknownComponent(entries: Entries, kind: ComponentKind, name: string, pointer: string): Problem {
  const names = [...entries.values()]
    .filter((each) => each.component.kind === kind)
    .map((each) => each.component.name);
  const near = nearest(name, names);
  return fault(
    'unknown_component',
    pointer,
    `There is no ${kind} ${name}.`,
    near ? `Did you mean \`${near}\`?` : undefined,
  );
}

function fault(code: string, pointer: string, message: string, hint?: string): Problem {
  return { code, severity: 'error', pointer, message, ...(hint === undefined ? {} : { hint }) };
}
