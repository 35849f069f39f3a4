/**
 * Tells the exact difference between what is stored and what shall be: what storage has to write, the change set both
 * ways for the revision, and the lines of the plan. Derived from the two states and not from the request, so that a
 * rollback and an upgrade are described by the same means as a click in the builder.
 */
import { type Component, type ComponentKind, componentId, objectOf, shortName } from '@trellis/metadata';
import { diffBodies } from '@trellis/model';
import type { ChangeSet, StoredComponent } from '@trellis/storage';
import type { PlannedComponent } from './engine.ts';
import { type Entry, type RecordedComponent, renamedTo, sameBody, stableText } from './merge-change-set.ts';

export interface DerivedChange {
  readonly write: readonly StoredComponent[];
  readonly remove: readonly { readonly kind: ComponentKind; readonly name: string }[];
  /** Every component that changes its name, those that follow their object too. */
  readonly renames: ChangeSet['renames'];
  readonly forward: ChangeSet;
  readonly backward: ChangeSet;
  /** The lines of the plan that change anything. */
  readonly planned: readonly PlannedComponent[];
  readonly isEmpty: boolean;
}

export function deriveChange(stored: readonly StoredComponent[], entries: readonly Entry[]): DerivedChange {
  const after = adoptRecreated(stored, entries);
  const kept = new Set<StoredComponent | undefined>();
  for (const entry of after) kept.add(entry.stored);
  const removed = stored.filter((each) => !kept.has(each));
  const added = after.filter((entry) => !entry.stored);
  const changed = after.filter((entry) => entry.stored && !isSame(entry, entry.stored));
  const renames = findRenames(after);
  const reworded = changed.filter((entry) => !sameBody(entry.component, entry.stored!.component));
  const planned = [
    ...renames.map(planRename),
    ...added.map((entry) => planLine(entry.component, 'add', [])),
    ...reworded.map((entry) =>
      planLine(entry.component, 'change', differences(entry.stored!.component, entry.component)),
    ),
    ...removed.map((each) => planLine(each.component, 'remove', [])),
  ];
  const remove = removed.map(({ component }) => ({
    kind: component.kind,
    name: nameAfter(component, objectRenames(renames)),
  }));
  const write = [...changed, ...added].map(toStored);
  return {
    write,
    ...inPlace(removed, remove, { after, renames, write }),
    forward: { renames, deletions: topmost(remove), components: [...reworded, ...added].map(record) },
    backward: {
      renames: invertRenames(renames),
      deletions: topmost(
        added.map(({ component }) => ({
          kind: component.kind,
          name: nameBefore({ kind: component.kind, from: component.name }, renames),
        })),
      ),
      components: [...changed.map((entry) => record(entry.stored!)), ...removed.map(record)],
    },
    planned,
    isEmpty: renames.length === 0 && removed.length === 0 && added.length === 0 && changed.length === 0,
  };
}

/** A component that was removed and made again is the old one, changed. */
function adoptRecreated(stored: readonly StoredComponent[], entries: readonly Entry[]): readonly Entry[] {
  if (entries.length >= stored.length && stored.every((each, index) => entries[index]!.stored === each))
    return entries;
  const kept = new Set(entries.flatMap((entry) => entry.stored ?? []));
  const gone = new Map(
    stored.filter((each) => !kept.has(each)).map((each) => [componentId(each.component), each]),
  );
  if (gone.size === 0) return entries;
  const position = new Map(stored.map((each, index) => [each, index]));
  return entries
    .map((entry) => {
      const before = entry.stored ? undefined : gone.get(componentId(entry.component));
      return before ? { ...entry, stored: before } : entry;
    })
    .sort(
      (left, right) =>
        (position.get(left.stored!) ?? Infinity) - (position.get(right.stored!) ?? Infinity) || 0,
    );
}

function isSame(entry: Entry, stored: StoredComponent): boolean {
  // Nearly all components of a large workspace are untouched, and are the very same values.
  const isUntouched = entry.component === stored.component && entry.package === stored.package;
  if (isUntouched && entry.key === stored.key) return true;
  return (
    entry.key === stored.key &&
    entry.component.name === stored.component.name &&
    stableText(entry.package ?? null) === stableText(stored.package ?? null) &&
    sameBody(entry.component, stored.component)
  );
}

function toStored({ component, key, package: origin }: Entry): StoredComponent {
  return { component, key, package: origin };
}

/** With key and package, so that a rollback brings back the values and the origin too. */
function record({ component, key, package: origin }: StoredComponent | Entry): Component {
  const recorded: RecordedComponent = { ...component, key, ...(origin ? { package: origin } : {}) };
  return recorded;
}

/** Renames of objects first, then of others, which are named as they are after the first. */
function findRenames(after: readonly Entry[]): ChangeSet['renames'] {
  // What an object takes along with its rename has another component, too.
  const pairs = after.flatMap(({ component, stored }) =>
    stored && stored.component !== component
      ? [{ kind: component.kind, from: stored.component.name, to: component.name }]
      : [],
  );
  const ofObjects = pairs.filter((pair) => pair.kind === 'object' && pair.from !== pair.to);
  const others = pairs
    .filter((pair) => pair.kind !== 'object')
    .map((pair) => ({ ...pair, from: nameAfter({ kind: pair.kind, name: pair.from }, ofObjects) }))
    .filter((pair) => pair.from !== pair.to);
  return [...ofObjects, ...others];
}

/**
 * What storage removes and renames before it writes. Where a component takes the name of one that goes, names are not
 * changed in place: both old names are removed and the new one is written, with its key.
 */
function inPlace(
  removed: readonly StoredComponent[],
  remove: DerivedChange['remove'],
  { after, renames, write }: { readonly after: readonly Entry[] } & Pick<DerivedChange, 'renames' | 'write'>,
): Pick<DerivedChange, 'remove' | 'renames'> {
  const going = new Set(remove.map(componentId));
  const renamed = after.flatMap(({ component, stored }) =>
    stored && stored.component.name !== component.name ? [{ now: component, before: stored.component }] : [],
  );
  if (!renamed.some(({ now }) => going.has(componentId(now)))) {
    return { remove, renames: renamesInPlace(after, renames) };
  }
  const written = new Set(write.map((each) => componentId(each.component)));
  const gone = [...removed.map((each) => each.component), ...renamed.map((each) => each.before)];
  return {
    remove: gone.filter((each) => !written.has(componentId(each))).map(({ kind, name }) => ({ kind, name })),
    renames: [],
  };
}

/**
 * The same renames from the stored name straight to the new one, what moves with its object by itself left out;
 * objects last, because they take along whatever still has their old name.
 */
function renamesInPlace(after: readonly Entry[], renames: ChangeSet['renames']): ChangeSet['renames'] {
  const others = after.flatMap(({ component, stored }) => {
    if (!stored || component.kind === 'object') return [];
    const { kind, name: from } = stored.component;
    return nameAfter({ kind, name: from }, objectRenames(renames)) === component.name
      ? []
      : [{ kind, from, to: component.name }];
  });
  return [...others, ...objectRenames(renames)];
}

function objectRenames(renames: ChangeSet['renames']): ChangeSet['renames'] {
  return renames.filter((rename) => rename.kind === 'object');
}

/** The change set's inverse: others are named as they are once the objects have their old names again. */
function invertRenames(renames: ChangeSet['renames']): ChangeSet['renames'] {
  const ofObjects = objectRenames(renames).map(({ kind, from, to }) => ({ kind, from: to, to: from }));
  const others = renames
    .filter((rename) => rename.kind !== 'object')
    .map(({ kind, from, to }) => ({
      kind,
      from: nameAfter({ kind, name: to }, ofObjects),
      to: nameAfter({ kind, name: from }, ofObjects),
    }));
  return [...ofObjects, ...others];
}

function nameAfter(
  component: { readonly kind: ComponentKind; readonly name: string },
  renames: ChangeSet['renames'],
): string {
  const rename = renames.find((each) => renamedTo(component, each) !== undefined);
  return rename ? renamedTo(component, rename)! : component.name;
}

/** The name with the object's part as it was before the object's rename. */
function nameBefore(
  { kind, from }: { readonly kind: ComponentKind; readonly from: string },
  renames: ChangeSet['renames'],
): string {
  if (kind === 'object') return from;
  return nameAfter(
    { kind, name: from },
    objectRenames(renames).map((each) => ({ kind: each.kind, from: each.to, to: each.from })),
  );
}

/** Deletions without those that follow from the deletion of their object. */
function topmost<T extends { readonly kind: ComponentKind; readonly name: string }>(
  deletions: readonly T[],
): T[] {
  const objects = new Set(deletions.filter((each) => each.kind === 'object').map((each) => each.name));
  return deletions.filter((each) => !objects.has(objectOf(each) ?? ''));
}

function planRename({ kind, from, to }: ChangeSet['renames'][number]): PlannedComponent {
  const difference = { pointer: '/name', before: from, after: to };
  return { kind, name: to, label: shortName(to), change: 'rename', differences: [difference] };
}

function planLine(
  component: Component,
  change: PlannedComponent['change'],
  found: PlannedComponent['differences'],
): PlannedComponent {
  const { kind, name, body } = component;
  return {
    kind,
    name,
    label: (body as { label?: string }).label ?? shortName(name),
    change,
    differences: found,
  };
}

function differences(before: Component, after: Component): PlannedComponent['differences'] {
  return diffBodies(before, after).map((each) => ({
    pointer: each.pointer,
    before: each.before ?? null,
    after: each.after ?? null,
  }));
}
