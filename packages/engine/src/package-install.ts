/**
 * Lays a package over what is stored: the three-way decision of an upgrade, per component. What the workspace has
 * changed or deleted since is left alone and told; what is still as the package brought it takes the new body; what
 * is new is added. Nothing is silent: the message stands in the revision, the notes in the log.
 */
import {
  type Component,
  componentId,
  objectOf,
  type Package,
  type Problem,
  shortName,
} from '@trellis/metadata';
import type { Revision, StoredComponent, StoredMetadata } from '@trellis/storage';
import { type Entry, type RecordedComponent, sameBody, stableText, toEntries } from './merge-change-set.ts';
import { Siblings } from './siblings.ts';

export interface MergedPackage {
  readonly entries: readonly Entry[];
  readonly isNothing: boolean;
  /** For the revision. */
  readonly message: string;
  /** What was left alone, a sentence each. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export function mergePackage(
  stored: StoredMetadata,
  folder: Package,
  revisions: readonly Revision[],
): MergedPackage {
  const { manifest } = folder;
  if (isInstalled(stored, folder)) return nothing(stored, checkRequirements(stored, folder));
  const entries = new Map(toEntries(stored.components).map((entry) => [componentId(entry.component), entry]));
  const versionBefore = stored.components.find((each) => each.package?.name === manifest.name)?.package
    ?.version;
  if (versionBefore === undefined && wasInstalled(manifest.name, revisions))
    return removedAsAWhole(stored, folder);
  const notes: string[] = [];
  const counts = { added: 0, updated: 0, left: 0 };
  const currentNames = findRenamedObjects(entries.values(), manifest.name);
  const siblings = new Siblings(entries);
  for (const offered of folder.components) {
    const component = underCurrentObject(offered, currentNames);
    const id = componentId(component);
    const origin = { name: manifest.name, version: manifest.version, body: component.body };
    const existing = entries.get(id);
    if (!existing && findRenamed(siblings, component, manifest.name)) {
      counts.left++;
      notes.push(`${describe(offered)} is left as it is: the workspace has renamed it.`);
      continue;
    }
    if (!existing) {
      if (versionBefore !== undefined && wasDeletedByWorkspace(component, manifest.name, revisions)) {
        counts.left++;
        notes.push(`${describe(component)} stays deleted: the workspace has removed it.`);
        continue;
      }
      entries.set(id, { component, key: keyOf(component, siblings), package: origin, stored: undefined });
      siblings.add(component);
      counts.added++;
      continue;
    }
    const decision = decideUpgrade(existing, component, manifest.name);
    if (decision === 'update') {
      const isChanged = !sameBody(existing.component, component);
      entries.set(id, { ...existing, component, package: origin });
      if (isChanged || existing.package === undefined) counts.updated++;
    } else if (decision === 'leave') {
      counts.left++;
      notes.push(`${describe(component)} is left as it is: the workspace has changed it.`);
    }
  }
  const problems = checkRequirements(stored, folder);
  if (counts.added + counts.updated === 0) return nothing(stored, problems);
  const from =
    versionBefore === undefined || versionBefore === manifest.version ? '' : ` from ${versionBefore}`;
  const tally = `${counts.added} added, ${counts.updated} updated, ${counts.left} left alone`;
  return {
    entries: [...entries.values()],
    isNothing: false,
    message: `${versionBefore === undefined ? 'Installed' : 'Upgraded'} package ${manifest.name} ${manifest.version}${from}: ${tally}.${notes.length > 0 ? ` ${notes.slice(0, 20).join(' ')}` : ''}`,
    notes,
    problems,
  };
}

function nothing(
  stored: StoredMetadata,
  problems: readonly Problem[],
  notes: readonly string[] = [],
): MergedPackage {
  return {
    // Asked for only where something is at fault: every start of a server finds nothing to install.
    get entries() {
      return toEntries(stored.components);
    },
    isNothing: true,
    message: '',
    notes,
    problems,
  };
}

/**
 * Whether nothing of the package is missing, and nothing that the workspace has left alone would change. Every start of a
 * server asks, so that only what is of the package is looked at.
 */
function isInstalled(stored: StoredMetadata, { manifest, components }: Package): boolean {
  const own = new Map(
    stored.components
      .filter((each) => each.package?.name === manifest.name)
      .map((each) => [componentId(each.component), each]),
  );
  return components.every((offered) => {
    const there = own.get(componentId(offered));
    if (!there) return false;
    return decideUpgrade(there, offered, manifest.name) !== 'update' || sameBody(there.component, offered);
  });
}

/** Whether some revision brought components of the package. */
function wasInstalled(packageName: string, revisions: readonly Revision[]): boolean {
  return revisions.some((revision) =>
    (revision.forward.components as readonly RecordedComponent[]).some(
      (each) => each.package?.name === packageName,
    ),
  );
}

/** Rolled back or deleted by the workspace: it does not come back by itself at the next start. */
function removedAsAWhole(stored: StoredMetadata, { manifest }: Package): MergedPackage {
  const note = `The package ${manifest.name} stays removed: the workspace has taken all of it out.`;
  return nothing(stored, [], [note]);
}

function decideUpgrade(
  existing: Pick<Entry, 'component' | 'package'>,
  component: Component,
  packageName: string,
): 'update' | 'leave' | 'same' {
  const { package: origin } = existing;
  if (!origin) return sameBody(existing.component, component) ? 'update' : 'leave';
  if (origin.name !== packageName) return 'leave';
  const isUntouched = stableText(origin.body) === stableText(existing.component.body);
  const isOffered = stableText(origin.body) !== stableText(component.body);
  if (!isOffered) return isUntouched ? 'update' : 'same';
  return isUntouched ? 'update' : 'leave';
}

function wasDeletedByWorkspace(
  component: Component,
  packageName: string,
  revisions: readonly Revision[],
): boolean {
  return revisions.some((revision) =>
    (revision.backward.components as readonly RecordedComponent[]).some(
      (each) =>
        each.kind === component.kind && each.name === component.name && each.package?.name === packageName,
    ),
  );
}

/** Objects of the package that the workspace calls by another name: first name → name. */
function findRenamedObjects(entries: Iterable<Entry>, packageName: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { component, key, package: origin } of entries) {
    if (component.kind === 'object' && origin?.name === packageName && key !== component.name)
      names.set(key, component.name);
  }
  return names;
}

function underCurrentObject(component: Component, names: ReadonlyMap<string, string>): Component {
  const object = component.kind === 'object' ? undefined : objectOf(component);
  const current = object === undefined ? undefined : names.get(object);
  return current === undefined
    ? component
    : ({ ...component, name: `${current}.${shortName(component.name)}` } as Component);
}

/** The package's object or field under the name that the workspace gave it. */
function findRenamed(
  siblings: Siblings<Entry>,
  component: Component,
  packageName: string,
): Entry | undefined {
  if (component.kind !== 'object' && component.kind !== 'field') return undefined;
  const first = shortName(component.name);
  return siblings.of(component).find((each) => each.key === first && each.package?.name === packageName);
}

/** Names of a package's components are their keys, unless the workspace has given the key to something else. */
function keyOf(component: Component, siblings: Siblings<Entry>): string {
  const { kind, name } = component;
  if (kind !== 'object' && kind !== 'field') return name;
  const taken = siblings.keysBeside(component);
  let key = shortName(name);
  for (let number = 2; taken.has(key); number++) key = `${shortName(name)}_${number}`;
  return key;
}

function checkRequirements(stored: StoredMetadata, { manifest }: Package): Problem[] {
  const versions = new Map<string, string>();
  for (const { package: origin } of stored.components as readonly StoredComponent[]) {
    if (origin) versions.set(origin.name, origin.version);
  }
  return Object.entries(manifest.requires ?? {}).flatMap(([name, least]) => {
    const installed = versions.get(name);
    if (installed !== undefined && compareVersions(installed, least) >= 0) return [];
    return [
      {
        code: 'missing_requirement',
        severity: 'error' as const,
        pointer: `/requires/${name}`,
        message: `The package ${manifest.name} needs ${name} ${least} or newer, and ${installed === undefined ? 'it is not installed' : `${installed} is installed`}.`,
        hint: `Install ${name} first.`,
      },
    ];
  });
}

/** Order of `1.2.3` by its numbers; what follows a hyphen is not looked at. */
function compareVersions(left: string, right: string): number {
  const [first, second] = [left, right].map((version) => version.split('-')[0]!.split('.').map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (first![index] ?? 0) - (second![index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function describe({ kind, name }: Component): string {
  return `${kind} ${name}`;
}
