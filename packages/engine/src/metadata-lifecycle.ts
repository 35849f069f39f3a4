/**
 * The metadata lifecycle: one path for builder, command line, package and rollback. A request is parsed, laid over
 * what is stored, compiled, planned and published in one transaction as a new revision; all problems come back at
 * once and nothing is written while there is an error (SPEC P1 to P12).
 */
import {
  type ComponentKind,
  componentId,
  hasErrors,
  isComponentKind,
  nearest,
  type Package,
  type Problem,
} from '@trellis/metadata';
import { checkExpression, SYSTEM_PRINCIPAL_ID } from '@trellis/model';
import type { Revision } from '@trellis/storage';
import { type ParsedChangeSet, parseChangeSet } from './change-set.ts';
import type { ChangeRequest, ComponentEntry, Context, MetadataLifecycle } from './engine.ts';
import { EngineError } from './errors.ts';
import {
  type Change,
  type Entry,
  type MergeOptions,
  mergeChangeSet,
  type RecordedComponent,
  toEntries,
} from './merge-change-set.ts';
import { mergePackage } from './package-install.ts';
import type { Parts } from './parts.ts';
import { requireRight } from './pinned.ts';
import { type PlannedChange, planChange } from './plan-change.ts';
import { renameReferences } from './rename-references.ts';
import type { LoadedMetadata } from './snapshot-cache.ts';
import { translateError } from './translate-error.ts';

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
const MAX_ATTEMPTS = 3;

export function createMetadataLifecycle(parts: Parts): MetadataLifecycle {
  return {
    async list(context, kind) {
      const { stored } = await open(parts, context);
      if (kind !== undefined && !isComponentKind(kind)) throw unknownKind(kind);
      const chosen =
        kind === undefined
          ? stored.components
          : stored.components.filter((each) => each.component.kind === kind);
      return { revision: stored.revision, components: chosen.map(toListed) };
    },
    async find(context, kind, name) {
      const { stored } = await open(parts, context);
      const id = componentId({ kind, name });
      const found = stored.components.find((each) => componentId(each.component) === id);
      return found && toListed(found);
    },
    async plan(context, request) {
      requireRight(context, 'customise');
      return translated(async () => {
        const { plan, problems } = await prepare(parts, context, request);
        return { plan, problems };
      });
    },
    async publish(context, request) {
      requireRight(context, 'customise');
      return translated(() =>
        publishPrepared(parts, context, request.message, request.expectedRevision, () =>
          prepare(parts, context, request),
        ),
      );
    },
    async rollback(context, revision) {
      requireRight(context, 'customise');
      return translated(async () => {
        const message = `Rolled back to revision ${revision}`;
        return publishPrepared(parts, context, message, undefined, () =>
          prepareRollback(parts, context, revision),
        );
      });
    },
    async revisions(context, limit) {
      requireRight(context, 'customise');
      return translated(() => parts.storage.metadata.listRevisions(context.workspace, limit));
    },
    async columnStates(context) {
      requireRight(context, 'customise');
      return translated(() => parts.storage.metadata.columnStates(context.workspace));
    },
    async installPackage(context, folder) {
      return translated(() => installPackage(parts, context, folder));
    },
    async checkExpression(context, { object: name, expression }) {
      const { snapshot } = await open(parts, context);
      const object = snapshot.model.objects.get(name);
      if (!object) throw unknownObject(name, snapshot.model.objects.keys());
      const { problems } = checkExpression(expression, { objects: snapshot.model.objects, object });
      const at = problems.map((problem) => ({ ...problem, pointer: `/expression${problem.pointer}` }));
      return { expression, type: hasErrors(problems) ? null : 'boolean', problems: at };
    },
  };
}

/** Loads the metadata for a caller who may customise. */
async function open(parts: Parts, context: Context): Promise<LoadedMetadata> {
  requireRight(context, 'customise');
  return translated(() => parts.snapshots.loadNewest(context.workspace));
}

/** Parse, merge, compile, plan: everything but writing. */
async function prepare(parts: Parts, context: Context, request: ChangeRequest): Promise<PlannedChange> {
  const base = await parts.snapshots.loadNewest(context.workspace);
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
  return planChange(parts, {
    base,
    entries,
    pointers: parsed.pointers,
    problems: [...parsed.problems, ...merged.problems.map((problem) => placeInRequest(problem, parsed))],
    hasUnparsed: hasUnparsedMention(parsed, base),
  });
}

/** Lays the backward change sets of all later revisions over the components, the newest first. */
async function prepareRollback(parts: Parts, context: Context, target: number): Promise<PlannedChange> {
  const base = await parts.snapshots.loadNewest(context.workspace);
  const revisions = await parts.storage.metadata.listRevisions(context.workspace, ALL_REVISIONS);
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
  };
  let entries: readonly Entry[] = toEntries(base.stored.components);
  const problems: Problem[] = [];
  for (const revision of revisions
    .filter((each) => each.number > target)
    .sort((left, right) => right.number - left.number)) {
    const merged = mergeChangeSet(entries, revision.backward as Change, options);
    entries = merged.entries;
    problems.push(...merged.problems.map((problem) => ({ ...problem, pointer: '' })));
  }
  return planChange(parts, { base, entries, pointers: new Map(), problems, hasUnparsed: false });
}

/**
 * Publishes what `prepareChange` plans. When somebody else publishes in between and the caller named no revision, it
 * is prepared anew on theirs.
 */
async function publishPrepared(
  parts: Parts,
  context: Context,
  message: string | undefined,
  expectedRevision: number | undefined,
  prepareChange: () => Promise<PlannedChange>,
  describe: () => string | undefined = () => message,
): ReturnType<MetadataLifecycle['publish']> {
  for (let attempt = 1; ; attempt++) {
    const { base, change, after, plan, problems } = await prepareChange();
    if (!after || hasErrors(problems)) {
      const count = problems.filter((problem) => problem.severity === 'error').length;
      throw new EngineError(
        'invalid_metadata',
        `The change has ${count} ${count === 1 ? 'problem' : 'problems'}; nothing was published.`,
        {
          errors: problems,
        },
      );
    }
    if (change.isEmpty) return { revision: base.snapshot.revision, plan, problems };
    try {
      const { revision } = await parts.storage.metadata.publish({
        workspace: context.workspace,
        baseRevision: base.snapshot.revision,
        before: base.snapshot.model,
        after,
        write: change.write,
        remove: change.remove,
        renames: change.renames,
        forward: change.forward,
        backward: change.backward,
        author: context.kind === 'user' ? context.userId : SYSTEM_PRINCIPAL_ID,
        message: describe(),
      });
      parts.snapshots.markStale(context.workspace.name);
      parts.log.info('metadata published', {
        workspace: context.workspace.name,
        revision,
        components: plan.components.length,
      });
      return { revision, plan, problems };
    } catch (error) {
      const translated = translateError(error);
      if (!(translated instanceof EngineError) || translated.code !== 'stale_revision') throw error;
      parts.snapshots.markStale(context.workspace.name);
      if (expectedRevision !== undefined) {
        await requireExpectedRevision(
          parts,
          await parts.snapshots.loadNewest(context.workspace),
          expectedRevision,
        );
      }
      if (attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

async function installPackage(
  parts: Parts,
  context: Context,
  folder: Package,
): ReturnType<MetadataLifecycle['installPackage']> {
  let message = '';
  let isNothing = false;
  const published = await publishPrepared(
    parts,
    context,
    undefined,
    undefined,
    async () => {
      const base = await parts.snapshots.loadNewest(context.workspace);
      const isUpgradeWithNews =
        base.stored.components.some((each) => each.package?.name === folder.manifest.name) &&
        folder.components.some((component) => !base.snapshot.model.components.has(componentId(component)));
      const revisions = isUpgradeWithNews
        ? await parts.storage.metadata.listRevisions(context.workspace, ALL_REVISIONS)
        : [];
      const merged = mergePackage(base.stored, folder, revisions);
      message = merged.message;
      isNothing = merged.isNothing;
      for (const note of merged.notes)
        parts.log.warn(note, { package: folder.manifest.name, version: folder.manifest.version });
      const pointers = new Map(
        folder.components.map((component, index) => [componentId(component), `/components/${index}`]),
      );
      return planChange(parts, {
        base,
        entries: merged.entries,
        pointers,
        problems: merged.problems,
        hasUnparsed: false,
      });
    },
    () => message,
  );
  return isNothing ? undefined : { revision: published.revision };
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
    retiredKeys: base.stored.retiredKeys,
    mayChangeSystem: false,
    retiredTargets: (object, key) => findRetiredTargets(revisions, object, key),
    emptyObjects: new Set(
      counts
        ? objects.filter((object) => (counts.get(object.key) ?? 0) === 0).map((object) => object.key)
        : [],
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
async function requireExpectedRevision(
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

function toListed({
  component,
  package: origin,
}: LoadedMetadata['stored']['components'][number]): ComponentEntry {
  return { kind: component.kind, name: component.name, body: component.body, package: origin?.name ?? null };
}

function unknownKind(kind: string): EngineError {
  const near = nearest(kind, ['object', 'field', 'view', 'layout', 'app'] satisfies ComponentKind[]);
  return new EngineError(
    'unknown_component',
    `There is no kind \`${kind}\`.${near ? ` Did you mean \`${near}\`?` : ''}`,
  );
}

function unknownObject(name: string, known: Iterable<string>): EngineError {
  const near = nearest(name, known);
  const message = `There is no object \`${name}\`.`;
  return new EngineError('unknown_object', message, {
    errors: [
      {
        code: 'unknown_object',
        pointer: '/object',
        message,
        ...(near ? { hint: `Did you mean \`${near}\`?` } : {}),
      },
    ],
  });
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateError(error);
  }
}
