/**
 * The metadata lifecycle: one path for builder, command line, package and rollback. A request is parsed, laid over
 * what is stored, compiled, planned and published in one transaction as a new revision; all problems come back at
 * once and nothing is written while there is an error (SPEC P1 to P12).
 */
import {
  componentId,
  hasErrors,
  isComponentKind,
  KIND_NAMES,
  nearest,
  type Package,
} from '@trellis/metadata';
import { type Model, SYSTEM_PRINCIPAL_ID } from '@trellis/model';
import type { Workspace } from '@trellis/storage';
import { createAliasDoor, findOldNames } from './alias-door.ts';
import { toAuditEntry } from './audit/audit-entry.ts';
import { type PublishReason, publishEvent } from './audit/publish-event.ts';
import { checkAuthor } from './check-author.ts';
import { createColumnDoor } from './column-door.ts';
import { createConversionDoor } from './conversion-door.ts';
import { findByKey, makeConverter, toStarted } from './conversions.ts';
import { encryptedFields } from './encrypted-values.ts';
import type { ComponentEntry, Context, MetadataLifecycle } from './engine.ts';
import { EngineError } from './errors.ts';
import { explainExpression, previewValue } from './explain-expression.ts';
import { createIndexDoor } from './index-door.ts';
import { addJob } from './jobs/job-lifecycle.ts';
import { resealRequest } from './jobs/reseal.ts';
import { renameOwnViews } from './own-views/rename-own-views.ts';
import type { MergedPackage } from './package-install.ts';
import type { Parts } from './parts.ts';
import { planAccess } from './plan-access.ts';
import type { PlannedChange } from './plan-change.ts';
import {
  mergeWithStored,
  preparePackage,
  prepareRequest,
  prepareRollback,
  requireExpectedRevision,
} from './prepare-change.ts';
import { presentPlan, withoutRecords } from './present-plan.ts';
import { madeOf } from './published.ts';
import { createRollupDoor } from './rollup-door.ts';
import { createSharingStateDoor } from './sharing-state-door.ts';
import type { LoadedMetadata } from './snapshot-cache.ts';
import { translateError } from './translate-error.ts';
import { requireOwnEyes } from './view-as.ts';
import { requireRight, withPinned } from './with-pinned.ts';

/** Races that a publish may lose against other processes; those of this one wait for each other. */
const MAX_ATTEMPTS = 10;

export function createMetadataLifecycle(parts: Parts): MetadataLifecycle {
  const inTurn = createQueue();
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
      return planPrepared(parts, context, () => prepareRequest(parts, context.workspace, request));
    },
    async planRollback(context, revision) {
      return planPrepared(parts, context, () => prepareRollback(parts, context.workspace, revision));
    },
    async publish(context, request) {
      await requireRight(parts, context, 'customise');
      return translated(() =>
        inTurn(context.workspace.id, () =>
          publishPrepared(
            parts,
            context,
            {
              describe: () => request.message,
              expectedRevision: request.expectedRevision,
              reason: () => ({ action: 'metadata_published' }),
            },
            () => prepareRequest(parts, context.workspace, request),
          ),
        ),
      );
    },
    async rollback(context, revision) {
      await requireRight(parts, context, 'customise');
      return translated(async () => {
        const message = `Rolled back to revision ${revision}`;
        return inTurn(context.workspace.id, () =>
          publishPrepared(
            parts,
            context,
            {
              describe: () => message,
              expectedRevision: undefined,
              reason: () => ({ action: 'metadata_rolled_back', details: { to: revision } }),
            },
            () => prepareRollback(parts, context.workspace, revision),
          ),
        );
      });
    },
    async revisions(context, limit) {
      await requireRight(parts, context, 'customise');
      return translated(() => parts.storage.metadata.listRevisions(context.workspace, limit));
    },
    ...createColumnDoor(parts),
    ...createConversionDoor(parts),
    ...createRollupDoor(parts),
    ...createSharingStateDoor(parts),
    ...createIndexDoor(parts),
    ...createAliasDoor(parts),
    async installPackage(context, folder) {
      return translated(() => installPackage(parts, context, folder));
    },
    async checkExpression(context, request) {
      const { snapshot } = await open(parts, context);
      const object = snapshot.model.objects.get(request.object);
      if (!object) throw unknownObject(request.object, snapshot.model.objects.keys());
      const { explained, operand } = explainExpression(snapshot.model, object, request);
      const { record: id } = request;
      if (id === undefined || operand === undefined || explained.problems.length > 0) return explained;
      return withPinned(parts, context, async (pinned) => ({
        ...explained,
        ...(await previewValue(parts, pinned, { object: object.name, operand, id })),
      }));
    },
  };
}

/** Runs work one after the other per workspace: a publish that is prepared beside another one is prepared in vain. */
function createQueue(): <T>(workspaceId: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (workspaceId, work) => {
    const turn = (last.get(workspaceId) ?? Promise.resolve()).then(work, work);
    last.set(workspaceId, turn);
    try {
      return await turn;
    } finally {
      if (last.get(workspaceId) === turn) last.delete(workspaceId);
    }
  };
}

/** Loads the metadata for a caller who may customise. */
async function open(parts: Parts, context: Context): Promise<LoadedMetadata> {
  await requireRight(parts, context, 'customise');
  return translated(() => parts.snapshots.loadNewest(context.workspace));
}

/** What publishing the prepared change would do, and for whom; nothing is written. */
async function planPrepared(
  parts: Parts,
  context: Context,
  prepareChange: () => Promise<PlannedChange>,
): ReturnType<MetadataLifecycle['plan']> {
  await requireRight(parts, context, 'customise');
  return translated(async () => {
    const prepared = await prepareChange();
    const refused = await checkAuthor(parts, context, prepared);
    const access = refused.length > 0 ? undefined : await planAccess(parts, context, prepared);
    const shown = await presentPlan(parts, context, prepared);
    const plan = refused.length > 0 ? withoutRecords(shown) : shown;
    return { plan: { ...plan, access }, problems: [...prepared.problems, ...refused] };
  });
}

interface PublishIntent {
  /** The revision's message, asked for once the change is prepared. */
  describe(): string | undefined;
  readonly expectedRevision: number | undefined;
  /** What the audit log calls it, asked for likewise. */
  reason(): PublishReason;
}

/**
 * Publishes what `prepareChange` plans. When somebody else publishes in between and the caller named no revision, it
 * is prepared anew on theirs.
 */
async function publishPrepared(
  parts: Parts,
  context: Context,
  { describe, expectedRevision, reason }: PublishIntent,
  prepareChange: () => Promise<PlannedChange>,
): ReturnType<MetadataLifecycle['publish']> {
  requireOwnEyes(context);
  for (let attempt = 1; ; attempt++) {
    const prepared = await prepareChange();
    const { base, change, entries, after, typeChanges } = prepared;
    const plan = await presentPlan(parts, context, prepared);
    const problems = [...prepared.problems, ...(await checkAuthor(parts, context, prepared))];
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
        audit: (revision) =>
          toAuditEntry(context, publishEvent(reason(), plan, { revision, message: describe() }), parts.now()),
        aliases: findOldNames(base.snapshot.model, entries),
        alongside: renameOwnViews(parts, context.workspace, { before: base.snapshot.model, entries }),
        conversions: typeChanges.map(toStarted),
        convert: makeConverter(parts, base.snapshot, (conversion) => findByKey(after, conversion)),
      });
      parts.snapshots.published(context.workspace, madeOf(prepared, revision));
      if (typeChanges.length > 0) parts.conversions.wake(parts, context.workspace);
      if (becomesEncrypted(base.snapshot.model, after)) await sealLater(parts, context.workspace);
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
  // Every start of a server asks for packages that are there already: planning nothing would compile all there is.
  const found = await mergeWithStored(parts, context.workspace, folder);
  const tellNotes = ({ notes }: MergedPackage) => {
    for (const note of notes) parts.log.warn(note, { package: folder.manifest.name });
  };
  if (found.merged.isNothing && found.merged.problems.length === 0) {
    tellNotes(found.merged);
    return undefined;
  }
  let { merged } = found;
  const prepareInstallation = async () => {
    const prepared = await preparePackage(parts, context.workspace, folder);
    merged = prepared.merged;
    return prepared.planned;
  };
  const intent: PublishIntent = {
    describe: () => merged.message,
    expectedRevision: undefined,
    reason: () => ({
      action: 'package_installed',
      details: { package: folder.manifest.name, version: folder.manifest.version },
    }),
  };
  const { revision } = await publishPrepared(parts, context, intent, prepareInstallation);
  tellNotes(merged);
  return merged.isNothing ? undefined : { revision };
}

function toListed({
  component,
  package: origin,
}: LoadedMetadata['stored']['components'][number]): ComponentEntry {
  return { kind: component.kind, name: component.name, body: component.body, package: origin?.name ?? null };
}

function unknownKind(kind: string): EngineError {
  const near = nearest(kind, KIND_NAMES);
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

/** Whether a field that may hold plain texts is sealed from now on. */
function becomesEncrypted(before: Model, after: Model): boolean {
  const known = new Map([...before.objects.values()].map((object) => [object.key, object]));
  return [...after.objects.values()].some((object) =>
    encryptedFields(object).some((field) => {
      const old = known.get(object.key)?.ownFields.find((each) => each.key === field.key);
      return old !== undefined && !old.type.isEncrypted;
    }),
  );
}

/** What is there is sealed in the background; until then it is read as it stands. */
async function sealLater(parts: Parts, workspace: Workspace): Promise<void> {
  const reason = 'a field has become encrypted';
  await addJob(parts, { kind: 'system', workspace, reason }, resealRequest());
}
