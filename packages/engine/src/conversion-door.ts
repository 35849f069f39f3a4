/** Type changes as an administrator sees them: how far they are, and the values that did not convert (SPEC P8d). */
import { type FieldRecord, fieldOfRecord, type Model } from '@trellis/model';
import type { Conversion } from '@trellis/storage';
import { findByKey } from './conversions.ts';
import type { Context, KeptValues, MetadataLifecycle, OpenConversion } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import { translateError } from './translate-error.ts';
import { requireOwnEyes } from './view-as.ts';
import { requireRight, withPinned } from './with-pinned.ts';

type Door = Pick<
  MetadataLifecycle,
  'conversions' | 'keptValues' | 'dismissConversion' | 'purgeConversion' | 'drainConversions'
>;

export function createConversionDoor(parts: Parts): Door {
  const { conversions } = parts.storage;
  return {
    conversions: (context) =>
      asked(parts, context, async () => {
        const { snapshot } = await parts.snapshots.loadNewest(context.workspace);
        const found = await conversions.list(context.workspace);
        return found.flatMap((each) => present(snapshot.model, each));
      }),
    keptValues: (context, id, page) =>
      asked(parts, context, async () => {
        const conversion = await requireConversion(parts, context, id);
        const { limit, after } = page;
        const rows = await conversions.kept(context.workspace, conversion, { limit: limit + 1, after });
        const from = fieldOfRecord(conversion.source as FieldRecord);
        const seen = await seenOf(parts, context, conversion, rows);
        const values = rows
          .slice(0, limit)
          .filter(({ recordId }) => seen.has(recordId))
          .map(({ recordId, value, reason, isDeleted }): KeptValues['values'][number] => ({
            record: recordId,
            text: from ? from.type.toText(value, from) : JSON.stringify(value),
            value,
            reason,
            isDeleted,
          }));
        return { values, next: rows.length > limit ? (rows[limit - 1]?.recordId ?? null) : null };
      }),
    dismissConversion: (context, id) =>
      asked(parts, context, async () => {
        requireOwnEyes(context);
        if (!(await conversions.dismiss(context.workspace, id))) throw unknownConversion();
      }),
    purgeConversion: (context, id) =>
      asked(parts, context, async () => {
        requireOwnEyes(context);
        const conversion = await requireConversion(parts, context, id);
        await requireWhole(parts, context, conversion);
        const { objectKey, oldKey } = conversion;
        const by = context.kind === 'user' ? context.userId : context.reason;
        parts.log.info('The values from before a type change are erased.', { objectKey, oldKey, by });
        if (!(await conversions.purge(context.workspace, id))) throw unknownConversion();
      }),
    drainConversions: (context) =>
      asked(parts, context, () => parts.conversions.run(parts, context.workspace)),
  };
}

function present(
  model: Model,
  conversion: Conversion & { readonly open: number },
): OpenConversion | readonly never[] {
  const { id, objectKey, source, exact, lossy, kept, open, createdAt } = conversion;
  const object = [...model.objects.values()].find((each) => each.key === objectKey);
  if (!object) return [];
  const field = findByKey(model, conversion);
  const state = conversion.state === 'running' ? 'running' : 'done';
  return {
    id,
    object: object.name,
    field: field?.name ?? null,
    from: (source as FieldRecord).body.type,
    to: field?.type.name ?? null,
    state,
    exact,
    lossy,
    kept,
    open,
    createdAt,
  };
}

/** Values of all records are erased by who reads the field and may change all of them. */
async function requireWhole(parts: Parts, context: Context, conversion: Conversion): Promise<void> {
  await withPinned(parts, context, async (pinned) => {
    const object = [...pinned.model.objects.values()].find((each) => each.key === conversion.objectKey);
    const field = findByKey(pinned.model, conversion);
    if (!object) return;
    const { isAllowed, predicate } = pinned.decide(object, 'update');
    const isAll = isAllowed && predicate.op === 'constant' && predicate.value;
    if (isAll && (!field || pinned.isReadable(field))) return;
    throw new EngineError(
      'forbidden',
      `This erases values of all ${object.pluralLabel}, of which you may not change all.`,
    );
  });
}

/** Ids of the records whose values the caller may read: customising gives no right to see. */
async function seenOf(
  parts: Parts,
  context: Context,
  conversion: Conversion,
  rows: readonly { readonly recordId: string }[],
): Promise<ReadonlySet<string>> {
  return withPinned(parts, context, async (pinned) => {
    const { model, snapshot, expressionContext } = pinned;
    const object = [...model.objects.values()].find((each) => each.key === conversion.objectKey);
    const field = findByKey(model, conversion);
    if (!object || (field && !pinned.isReadable(field))) return new Set();
    const visible = pinned.visible(object);
    const loaded = await parts.storage.records.loadForWrite(snapshot, {
      object,
      ids: rows.map(({ recordId }) => recordId),
      visible,
      allowed: visible,
      deleted: 'both',
      context: expressionContext,
    });
    return new Set(loaded.map(({ id }) => id));
  });
}

async function requireConversion(parts: Parts, context: Context, id: number): Promise<Conversion> {
  const { stored } = await parts.snapshots.loadNewest(context.workspace);
  const known = [...stored.conversions.values()].flat().find((each) => each.id === id);
  if (known) return known;
  throw unknownConversion();
}

function unknownConversion(): EngineError {
  return new EngineError('unknown_component', 'There is no such type change, or it is not done.');
}

async function asked<T>(parts: Parts, context: Context, work: () => Promise<T>): Promise<T> {
  await requireRight(parts, context, 'customise');
  try {
    return await work();
  } catch (error) {
    throw translateError(error);
  }
}
