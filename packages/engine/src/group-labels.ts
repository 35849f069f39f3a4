/** What people call the values that records are grouped by: options by their labels, records by their titles. */
import { allOf, type CompiledObject, type GroupKey, type RecordData } from '@trellis/model';
import { tellReads } from './audit/record-reads.ts';
import type { GroupLabels } from './engine.ts';
import { ownPath } from './own-path.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

/**
 * By column, then value. Of records only those that the caller sees have one; that of who may not be seen is missing,
 * as it is in a list.
 */
export async function labelGroups(
  parts: Parts,
  pinned: Pinned,
  keys: readonly GroupKey[],
  rows: readonly RecordData[],
): Promise<GroupLabels> {
  const labels: Record<string, Record<string, string>> = {};
  for (const { path, as } of keys) {
    const { field } = path;
    const values = [...new Set(rows.flatMap((row) => (typeof row[as] === 'string' ? [row[as]] : [])))];
    if (field.options.length > 0) {
      const known = new Map(field.options.map(({ value, label }) => [value, label]));
      labels[as] = Object.fromEntries(
        values.flatMap((value) => (known.has(value) ? [[value, known.get(value)!]] : [])),
      );
    } else if (field.targets.length > 0) {
      labels[as] = {};
      if (field.systemColumn !== undefined) {
        const names = await parts.storage.records.principalNames(pinned.snapshot, values);
        Object.assign(labels[as], Object.fromEntries(names));
        continue;
      }
      for (const name of field.targets) {
        const target = pinned.model.objects.get(name);
        if (target) Object.assign(labels[as], await titlesOf(parts, pinned, target, values));
      }
    }
  }
  return labels;
}

async function titlesOf(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  ids: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (ids.length === 0 || !pinned.isReadable(object.nameField)) return {};
  const id = ownPath(object.fields.get('id')!);
  const title = ownPath(object.nameField);
  const visible = pinned.visible(object);
  const { rows } = await parts.storage.records.query(pinned.snapshot, {
    object,
    fields: [title],
    filter: allOf({ op: 'in', value: { op: 'field', type: 'id', path: id }, list: [...ids] }, visible),
    targetFilters: pinned.targetFilters([id, title]),
    search: undefined,
    sort: [{ path: id, descending: false }],
    limit: ids.length,
    after: undefined,
    before: undefined,
    count: 'none',
    deleted: false,
    context: pinned.expressionContext,
  });
  await tellReads(parts, pinned, { object, door: 'summary', rows, paths: [title] });
  return Object.fromEntries(
    rows.flatMap((row) => {
      const text = object.nameField.type.toText(row[title.text] ?? null, object.nameField);
      return text === '' ? [] : [[String(row.id), text]];
    }),
  );
}
