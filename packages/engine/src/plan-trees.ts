/**
 * Whether what is stored is a tree, where a lookup becomes one: rings that were closed before, and records deeper than a
 * tree goes, would stay for ever and nobody could move them. They are told as misfits, with ids, and stand in the way.
 */
import { componentId, type Problem } from '@trellis/metadata';
import type { Model } from '@trellis/model';
import { MAX_TREE_LEVELS } from './check-trees.ts';
import type { Misfit } from './engine.ts';
import type { Entry } from './merge-change-set.ts';
import type { Parts } from './parts.ts';
import type { LoadedMetadata } from './snapshot-cache.ts';

export interface PlannedTrees {
  readonly misfits: readonly Misfit[];
  readonly problems: readonly Problem[];
}

/** Looks at every lookup that becomes a tree, each for no longer than a statement may take. */
export async function planTrees(
  parts: Parts,
  base: LoadedMetadata,
  planned: {
    readonly after: Model;
    readonly entries: readonly Entry[];
    readonly pointers: ReadonlyMap<string, string>;
  },
): Promise<PlannedTrees> {
  const misfits: Misfit[] = [];
  const problems: Problem[] = [];
  for (const { component, key, stored } of planned.entries) {
    if (component.kind !== 'field' || !stored || key !== stored.key) continue;
    const isTree = (body: object) => (body as { tree?: boolean }).tree === true;
    if (!isTree(component.body) || isTree(stored.component.body)) continue;
    const [objectName = '', fieldName = ''] = component.name.split('.');
    const object = planned.after.objects.get(objectName);
    const field = object?.fields.get(fieldName);
    if (!object || !field) continue;
    const report = (code: string, isError: boolean, message: string, hint: string) =>
      problems.push({
        code,
        severity: isError ? 'error' : 'warning',
        pointer: `${planned.pointers.get(componentId(component)) ?? ''}/body/tree`,
        message,
        hint,
        component: { kind: component.kind, name: component.name },
      });
    const request = { object, field, most: MAX_TREE_LEVELS };
    const found = await parts.storage.records.inspectTree(base.snapshot, request);
    if (!found) {
      const message = `${field.label}: there are too many records to look for rings among them.`;
      report(
        'tree_unknown',
        false,
        message,
        'A ring that is stored stays until one of its records is moved.',
      );
      continue;
    }
    const faults = [
      {
        ...found.inRings,
        code: 'tree_cycle',
        message: `${field.label} leads in a ring, or to one.`,
        hint: 'Clear it on one record of each ring first.',
      },
      {
        ...found.tooDeep,
        code: 'tree_too_deep',
        message: `${field.label} has more than ${MAX_TREE_LEVELS} levels.`,
        hint: 'Move these records further up first.',
      },
    ];
    for (const { code, message, hint, records, ids } of faults) {
      if (records === 0) continue;
      const where = { object: objectName, field: fieldName, option: null, isEstimate: false };
      misfits.push({ ...where, code, message, records, ids });
      report(code, true, `${message} This is so for ${records} records.`, hint);
    }
  }
  return { misfits, problems };
}
