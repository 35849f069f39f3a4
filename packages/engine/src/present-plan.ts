/** A plan as its author may see it: examples of values are of records and fields that they read themselves. */
import { allOf, type CompiledObject, type Expression } from '@trellis/model';
import type { Context, ConversionPlan, Plan } from './engine.ts';
import { ownPath } from './own-path.ts';
import type { Parts } from './parts.ts';
import { Pinned } from './pinned.ts';
import type { PlannedChange } from './plan-change.ts';

export async function presentPlan(
  parts: Parts,
  context: Context,
  { base, plan }: Pick<PlannedChange, 'base' | 'plan'>,
): Promise<Plan> {
  if (plan.conversions.length === 0) return plan;
  const access = await parts.access.of(context, base.snapshot);
  const asker = new Pinned(context, base.snapshot, { at: parts.now(), isConfirmed: true, access });
  const conversions = await Promise.all(
    plan.conversions.map((each) => presentConversion(parts, asker, each)),
  );
  return { ...plan, conversions };
}

async function presentConversion(
  parts: Parts,
  asker: Pinned,
  conversion: ConversionPlan,
): Promise<ConversionPlan> {
  const { lossySamples, keptSamples } = conversion;
  const object = asker.model.objects.get(conversion.object);
  const field = object?.fields.get(conversion.field);
  if (!object || !field || !asker.isReadable(field))
    return { ...conversion, lossySamples: [], keptSamples: [] };
  const ids = [...lossySamples, ...keptSamples].map(({ id }) => id);
  const seen = await visibleAmong(parts, asker, object, ids);
  return {
    ...conversion,
    lossySamples: lossySamples.filter(({ id }) => seen.has(id)),
    keptSamples: keptSamples.filter(({ id }) => seen.has(id)),
  };
}

/** Those of the live records that the asker sees. */
async function visibleAmong(
  parts: Parts,
  asker: Pinned,
  object: CompiledObject,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const path = ownPath(object.fields.get('id')!);
  const among: Expression = { op: 'in', value: { op: 'field', type: 'id', path }, list: [...new Set(ids)] };
  const { rows } = await parts.storage.records.query(asker.snapshot, {
    object,
    fields: [path],
    filter: allOf(among, asker.visible(object)),
    targetFilters: new Map(),
    search: undefined,
    sort: [{ path, descending: false }],
    limit: ids.length,
    after: undefined,
    before: undefined,
    count: 'none',
    deleted: false,
    context: asker.expressionContext,
  });
  return new Set(rows.map((row) => String(row.id)));
}
