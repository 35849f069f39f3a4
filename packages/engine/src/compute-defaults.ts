/**
 * Step 4 of a save: defaults that are computed from the new record, such as a due date 30 days after the date of the
 * invoice. They fill in for silence, as other defaults do, and may read each other and records behind lookups.
 */
import { type CompiledObject, type JsonValue, sourcePath } from '@trellis/model';
import { evaluate } from '@trellis/rules';
import type { Transaction } from '@trellis/storage';
import { setValue } from './apply-defaults.ts';
import type { Draft } from './draft.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { fillPaths, firstFieldsOf, ownValues, ruleContext } from './rule-values.ts';

/** Fills in the computed defaults of new drafts, those first that others read. */
export async function computeDefaults(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<void> {
  const { defaults } = object.rules;
  if (defaults.length === 0) return;
  const fresh = drafts.filter((draft) => draft.isNew && !draft.failure);
  const context = ruleContext(pinned);
  for (const [, level] of Map.groupBy(defaults, (each) => each.level)) {
    const paths = level.flatMap((each) => each.paths);
    const fields = firstFieldsOf(paths);
    const silent = fresh.flatMap((draft) => {
      const open = level.filter(
        ({ field }) => !draft.input.values.has(field) && draft.data[field.key] === undefined,
      );
      return open.length === 0 ? [] : [{ draft, open, values: ownValues(pinned, draft, fields, 'after') }];
    });
    const rows = silent.map(({ values }) => values);
    const distant = paths.filter((path) => sourcePath(path).through.length > 0);
    if (rows.length > 0 && distant.length > 0) await fillPaths(parts, pinned, rows, distant, transaction);
    for (const { draft, open, values } of silent) {
      for (const { field, value } of open) {
        const computed = evaluate(value, { values, context });
        const canonical = computed === null ? null : field.type.canonicalise(computed, field);
        if (canonical !== null && canonical !== undefined) setValue(draft, field, canonical as JsonValue);
      }
    }
  }
}
