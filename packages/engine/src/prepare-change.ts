/**
 * Prepares a publish: from a request, a rollback or a package to a planned change, reading only. The three ways differ
 * in how they come to the components as they shall be, and in nothing after that.
 */
import { componentId, type Package, type Problem } from '@trellis/metadata';
import type { Revision, Workspace } from '@trellis/storage';
import { type ParsedChangeSet, parseChangeSet } from './change-set.ts';
import type { ChangeRequest } from './engine.ts';
import { EngineError } from './errors.ts';
import {
  type Change,
  type Entry,
  type MergeOptions,
  mergeChangeSet,
  type RecordedComponent,
  SYSTEM_PACKAGE,
  toEntries,
} from './merge-change-set.ts';
import { type MergedPackage, mergePackage } from './package-install.ts';
import type { Parts } from './parts.ts';
import { type PlannedChange, planChange } from './plan-change.ts';
import { renameReferences } from './rename-references.ts';
import type { LoadedMetadata } from './snapshot-cache.ts';

/** Revisions that a rollback or a stale request may look back on. */
const ALL_REVISIONS = 100_000;
/** Kinds that others mention: without them, what the compiler says about the others is noise. */
const MENTIONED_KINDS: ReadonlySet<string> = new Set([
  'object',
  'field',
  'option_set',
  'view',
  'layout',
  'record_type',
]);

/** Parse, merge, compile, plan: everything but writing. */
export async function prepareRequest(
  parts: Parts,
  workspace: Workspace,
  request: ChangeRequest,
): Promise<PlannedChange> {
  const base = await parts.snapshots.loadNewest(workspace);
  await requireExpectedRevision(parts, base, request.expectedRevision);
  const parsed = parseChangeSet(request);
  const change = withPointers(parsed);
  const merged = mergeChangeSet(
    toEntries(base.stored.components),
    change,
    await mergeOptions(parts, base, change),
  );
  const given = new Set(parsed.pointers.keys());
  const entries = renameReferences(merged.entries, base.snapshot.model, change.renames, given);
  const deletions = change.deletions.map((each) => [componentId(each), each.pointer ?? ''] as const);
  return planChange(parts, {
    base,
    entries,
    pointers: parsed.pointers,
    deletions: new Map(deletions),
    problems: [...parsed.problems, ...merged.problems.map((problem) => placeInRequest(problem, parsed))],
    hasUnparsed: hasUnparsedMention(parsed, base),
  });
}

/** Lays the backward change sets of all later revisions over the components, the newest first. */
export async function prepareRollback(
  parts: Parts,
  workspace: Workspace,
  target: number,
): Promise<PlannedChange> {
  const base = await parts.snapshots.loadNewest(workspace);
  const revisions = await parts.storage.metadata.listRevisions(workspace, ALL_REVISIONS);
  const isKnown =
    target === 0 || target === base.snapshot.revision || revisions.some((each) => each.number === target);
  if (!isKnown || !Number.isInteger(target)) {
    throw new EngineError('unknown_revision', `There is no revision ${target}.`);
  }
  const options: MergeOptions = {
    retiredKeys: base.stored.retiredKeys,
    mayChangeSystem: false,
    retiredTargets: () => undefined,
    emptyObjects: new Set(),
    converting: new Set(),
  };
  let entries: readonly Entry[] = toEntries(base.stored.components);
  const problems: Problem[] = [];
  for (const revision of revisions
    .filter((each) => each.number > target)
    .sort((left, right) => right.number - left.number)) {
    const merged = mergeChangeSet(entries, withoutSystem(revision.backward as Change, entries), options);
    entries = merged.entries;
    problems.push(...merged.problems.map((problem) => ({ ...problem, pointer: '' })));
  }
  return planChange(parts, { base, entries, pointers: new Map(), problems, hasUnparsed: false });
}

/** A newer platform's own components stay as they are, whatever the workspace goes back to. */
function withoutSystem(change: Change, entries: readonly Entry[]): Change {
  const system = new Set(
    entries
      .filter((entry) => entry.package?.name === SYSTEM_PACKAGE)
      .map((entry) => componentId(entry.component)),
  );
  return {
    renames: change.renames,
    deletions: change.deletions.filter((each) => !system.has(componentId(each))),
    components: change.components.filter(
      (each) => !system.has(componentId(each)) && each.package?.name !== SYSTEM_PACKAGE,
    ),
  };
}

/** The three-way merge of a package with what is stored, not planned yet. */
export async function mergeWithStored(
  parts: Parts,
  workspace: Workspace,
  folder: Package,
): Promise<{ readonly base: LoadedMetadata; readonly merged: MergedPackage }> {
  const base = await parts.snapshots.loadNewest(workspace);
  // History is asked only where something of the package is missing: is it new, or was it deleted?
  const hasMissing = folder.components.some((each) => !base.snapshot.model.components.has(componentId(each)));
  const revisions =
    hasMissing && base.snapshot.revision > 0
      ? await parts.storage.metadata.listRevisions(workspace, ALL_REVISIONS)
      : [];
  return { base, merged: mergePackage(base.stored, folder, revisions) };
}

/** The three-way merge of a package, planned. */
export async function preparePackage(
  parts: Parts,
  workspace: Workspace,
  folder: Package,
): Promise<{ readonly planned: PlannedChange; readonly merged: MergedPackage }> {
  const { base, merged } = await mergeWithStored(parts, workspace, folder);
  const pointers = new Map(
    folder.components.map((each, index) => [componentId(each), `/components/${index}`]),
  );
  const { entries, problems } = merged;
  const planned = await planChange(parts, { base, entries, pointers, problems, hasUnparsed: false });
  return { planned, merged };
}

async function mergeOptions(parts: Parts, base: LoadedMetadata, change: Change): Promise<MergeOptions> {
  const objectOfField = (component: RecordedComponent) =>
    component.name.slice(0, component.name.indexOf('.'));
  const fields = change.components.filter((component) => component.kind === 'field');
  const retyped = fields.filter((component) => base.snapshot.model.components.has(componentId(component)));
  const objects = [...new Set(retyped.map(objectOfField))].flatMap(
    (name) => base.snapshot.model.objects.get(name) ?? [],
  );
  const isLookupAgain = fields.some(
    (component) => (component.body as { to?: unknown }).to !== undefined && base.stored.retiredKeys.size > 0,
  );
  const [counts, revisions] = await Promise.all([
    needsCounts(retyped, base)
      ? parts.storage.metadata.countRecords(
          base.snapshot.workspace,
          objects.map((object) => object.key),
        )
      : undefined,
    isLookupAgain ? parts.storage.metadata.listRevisions(base.snapshot.workspace, ALL_REVISIONS) : [],
  ]);
  return {
    known: base.snapshot.model.components,
    retiredKeys: base.stored.retiredKeys,
    mayChangeSystem: false,
    retiredTargets: (object, key) => findRetiredTargets(revisions, object, key),
    emptyObjects: new Set(
      counts
        ? objects.filter((object) => (counts.get(object.key) ?? 0) === 0).map((object) => object.key)
        : [],
    ),
    converting: new Set(
      [...base.stored.conversions.values()]
        .flat()
        .filter((each) => each.state === 'running')
        .map((each) => `${each.objectKey} ${each.newKey}`),
    ),
  };
}

/** Whether a stored field changes its type or target, which only objects without records let pass. */
function needsCounts(fields: readonly RecordedComponent[], base: LoadedMetadata): boolean {
  return fields.some((component) => {
    const before = base.snapshot.model.components.get(componentId(component))!.body as {
      type?: unknown;
      to?: unknown;
    };
    const after = component.body as { type?: unknown; to?: unknown };
    return before.type !== after.type || JSON.stringify(before.to) !== JSON.stringify(after.to);
  });
}

/** `to` of the lookup that last held a key, as the newest revision that removed it recorded it. */
function findRetiredTargets(revisions: readonly Revision[], object: string, key: string): unknown {
  for (const revision of [...revisions].sort((left, right) => right.number - left.number)) {
    const found = (revision.backward.components as readonly RecordedComponent[]).find(
      (component) =>
        component.kind === 'field' && component.name.startsWith(`${object}.`) && component.key === key,
    );
    if (found) return (found.body as { to?: unknown }).to;
  }
  return undefined;
}

function withPointers({ renames, deletions, components }: ParsedChangeSet): Change {
  return { renames, deletions, components };
}

/** The merge counts parsed components; the request counts all of them. */
function placeInRequest(problem: Problem, parsed: ParsedChangeSet): Problem {
  const match = /^\/components\/(\d+)(.*)$/.exec(problem.pointer);
  const component = match && parsed.components[Number(match[1])];
  const pointer = component && parsed.pointers.get(componentId(component));
  return pointer === undefined || pointer === null ? problem : { ...problem, pointer: pointer + match![2] };
}

/** Whether a component with faults is one that others may mention and that has no earlier version to stand in for it. */
function hasUnparsedMention(parsed: ParsedChangeSet, base: LoadedMetadata): boolean {
  const isBroken = parsed.problems.some((problem) => problem.pointer.startsWith('/components'));
  if (!isBroken) return false;
  const good = new Set(parsed.components.map(componentId));
  const broken = [...parsed.pointers.keys()].filter((id) => !good.has(id));
  const hasNameless = parsed.problems.some(
    (problem) => problem.code === 'unknown_kind' || problem.code === 'wrong_type',
  );
  return (
    hasNameless ||
    broken.some(
      (id) => MENTIONED_KINDS.has(id.slice(0, id.indexOf(':'))) && !base.snapshot.model.components.has(id),
    )
  );
}

/** Throws `stale_revision` with what was published since. */
export async function requireExpectedRevision(
  parts: Parts,
  base: LoadedMetadata,
  expected: number | undefined,
): Promise<void> {
  const { revision, workspace } = base.snapshot;
  if (expected === undefined || expected === revision) return;
  if (expected > revision)
    throw new EngineError('unknown_revision', `There is no revision ${expected}; the newest is ${revision}.`);
  const revisions = await parts.storage.metadata.listRevisions(workspace, Math.min(100, revision - expected));
  throw new EngineError(
    'stale_revision',
    `The metadata is at revision ${revision}; the change was made on ${expected}.`,
    {
      details: {
        current_revision: revision,
        since: revisions.filter((each) => each.number > expected).map(summarise),
      },
    },
  );
}

function summarise(revision: Revision) {
  const { number, author, authorName, at, message, forward } = revision;
  const components = [
    ...forward.renames.map(({ kind, from, to }) => ({ kind, name: to, change: 'rename', from })),
    ...forward.deletions.map(({ kind, name }) => ({ kind, name, change: 'remove' })),
    ...forward.components.map(({ kind, name }) => ({ kind, name, change: 'write' })),
  ];
  return { number, author: { id: author, name: authorName }, at, message, components };
}
