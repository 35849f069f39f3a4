/**
 * A plan as its author may see it: it tells of fields that they read, and counts records where they see all of them; else
 * it counts those of its examples that they see. Whoever could ask how many values a pattern refuses could read them.
 */
import { allOf, type CompiledObject, type Expression, type Model } from '@trellis/model';
import type { Context, ConversionPlan, Plan } from './engine.ts';
import { ownPath } from './own-path.ts';
import type { Parts } from './parts.ts';
import { Pinned } from './pinned.ts';
import type { PlannedChange } from './plan-change.ts';

export async function presentPlan(
  parts: Parts,
  context: Context,
  { base, plan, after }: Pick<PlannedChange, 'base' | 'plan' | 'after'>,
): Promise<Plan> {
  const { conversions: converted, misfits, duplicates, affectedRecords } = plan;
  if (converted.length + misfits.length + duplicates.length + affectedRecords.length === 0) return plan;
  const access = await parts.access.of(context, base.snapshot);
  const asker = new Pinned(context, base.snapshot, { at: parts.now(), isConfirmed: true, access });
  const conversions = await Promise.all(converted.map((each) => presentConversion(parts, asker, each)));
  const counted = <T extends Counted>(all: readonly T[]) =>
    Promise.all(all.map((each) => presentCount(parts, asker, each, after)));
  return {
    ...plan,
    conversions,
    misfits: (await counted(misfits)).flat(),
    duplicates: (await counted(duplicates)).flat(),
    affectedRecords: affectedRecords.filter(({ object: name }) => {
      const object = asker.model.objects.get(name) ?? objectOf(asker, name, after);
      return object !== undefined && seesAll(asker, object);
    }),
  };
}

/** A plan for who may not make the change: what would be written, and nothing of what is stored. */
export function withoutRecords(plan: Plan): Plan {
  return { ...plan, conversions: [], misfits: [], duplicates: [], affectedRecords: [], irreversible: [] };
}

interface Counted {
  readonly object: string;
  readonly field: string;
  readonly records: number;
  readonly isEstimate?: boolean;
  readonly ids: readonly string[];
}

async function presentCount<T extends Counted>(
  parts: Parts,
  asker: Pinned,
  each: T,
  after: Model | undefined,
): Promise<readonly T[]> {
  // As it is today: it may be about to have another name. A new field asks nothing of what it does not hold yet.
  const object = objectOf(asker, each.object, after);
  const { key } = after?.objects.get(each.object)?.fields.get(each.field) ?? {};
  const field = object?.ownFields.find((own) => own.key === key);
  if (!object || (field && !asker.isReadable(field))) return [];
  if (seesAll(asker, object)) return [each];
  const seen = await visibleAmong(parts, asker, object, each.ids);
  const ids = each.ids.filter((id) => seen.has(id));
  const isEstimate = each.isEstimate === undefined ? {} : { isEstimate: true };
  return ids.length === 0 ? [] : [{ ...each, records: ids.length, ...isEstimate, ids }];
}

/** The object as it is today, by its name after the change. */
function objectOf({ model }: Pinned, name: string, after: Model | undefined): CompiledObject | undefined {
  const { key } = after?.objects.get(name) ?? {};
  return [...model.objects.values()].find((object) => object.key === key);
}

function seesAll(asker: Pinned, object: CompiledObject): boolean {
  const visible = asker.visible(object);
  return visible.op === 'constant' && visible.value;
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
