/**
 * Whether the values that are there allow a field to become unique. An index would fail on them after the publish, and
 * nothing would keep the field unique until somebody saw that.
 */
import { componentId, type Problem } from '@trellis/metadata';
import type { Model } from '@trellis/model';
import type { ConversionPlan, Plan } from './engine.ts';
import type { Entry } from './merge-change-set.ts';
import type { Parts } from './parts.ts';
import type { LoadedMetadata } from './snapshot-cache.ts';

export interface Uniqueness {
  readonly duplicates: Plan['duplicates'];
  readonly problems: readonly Problem[];
}

/** Looks at the values of fields that become unique, each for no longer than a statement may take. */
export async function planUniqueness(
  parts: Parts,
  base: LoadedMetadata,
  planned: {
    readonly after: Model;
    readonly entries: readonly Entry[];
    readonly conversions: readonly ConversionPlan[];
    readonly pointers: ReadonlyMap<string, string>;
  },
): Promise<Uniqueness> {
  const { after, entries, conversions, pointers } = planned;
  const duplicates: Plan['duplicates'][number][] = [];
  const problems: Problem[] = [];
  const report = (component: Entry['component'], code: string, isError: boolean, message: string) =>
    problems.push({
      code,
      severity: isError ? 'error' : 'warning',
      pointer: `${pointers.get(componentId(component)) ?? ''}/body/unique`,
      message,
      hint: 'Merge or change these records first.',
      component: { kind: component.kind, name: component.name },
    });
  for (const { component, key, stored } of entries) {
    if (component.kind !== 'field' || !stored || !(component.body as { unique?: boolean }).unique) continue;
    const [objectName = '', fieldName = ''] = component.name.split('.');
    const object = after.objects.get(objectName);
    const field = object?.fields.get(fieldName);
    if (!object || !field) continue;
    const conversion = conversions.find((each) => each.object === objectName && each.field === fieldName);
    if (conversion && conversion.duplicates > 0) {
      report(
        component,
        'duplicate_values',
        !conversion.isEstimate,
        `${field.label}: some values would come out like that of another record.`,
      );
    }
    const wasUnique = (stored.component.body as { unique?: boolean }).unique === true;
    if (wasUnique || key !== stored.key || conversion) continue;
    const found = await parts.storage.conversions.duplicates(
      base.snapshot.workspace,
      object.key,
      key,
      field.type.column?.entry,
    );
    if (!found) {
      report(
        component,
        'duplicates_unknown',
        false,
        `${field.label}: there are too many records to look for values that are there twice; the index will tell.`,
      );
    } else if (found.records > 0) {
      duplicates.push({ object: objectName, field: fieldName, ...found });
      report(
        component,
        'duplicate_values',
        true,
        `${field.label}: some records share their value with another one.`,
      );
    }
  }
  return { duplicates, problems };
}
