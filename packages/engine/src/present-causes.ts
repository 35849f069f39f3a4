/** What changes follow from, for a reader: the job, and those records of the chain that they see. */
import { NEVER } from '@trellis/model';
import type { HistoryEntry } from '@trellis/storage';
import { encryptedFields } from './encrypted-values.ts';
import type { PresentedCause } from './engine.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

/** By the id of the entry, of those that follow from anything. One statement for each object that a chain names. */
export async function presentCauses(
  parts: Parts,
  pinned: Pinned,
  entries: readonly Pick<HistoryEntry, 'id' | 'cause'>[],
): Promise<ReadonlyMap<string, PresentedCause>> {
  const links = entries.flatMap(({ cause }) => cause?.chain ?? []);
  const titles = new Map<string, { readonly object: string; readonly name: string | null }>();
  for (const [key, group] of Map.groupBy(links, (link) => link.object)) {
    const object = [...pinned.model.objects.values()].find((each) => each.key === key);
    if (!object) continue;
    const records = await parts.storage.records.loadForWrite(pinned.snapshot, {
      object,
      ids: [...new Set(group.map((link) => link.id))],
      visible: pinned.visible(object),
      allowed: NEVER,
      deleted: 'both',
      context: pinned.expressionContext,
    });
    const isNamed =
      pinned.isReadable(object.nameField) &&
      !encryptedFields(object).some((field) => field.key === object.nameField.key);
    for (const { id, data } of records) {
      const title = isNamed ? data[object.nameField.key] : null;
      titles.set(`${key} ${id}`, {
        object: object.name,
        name: typeof title === 'string' ? title : null,
      });
    }
  }
  const causes = new Map<string, PresentedCause>();
  for (const { id, cause } of entries) {
    if (!cause) continue;
    const chain = (cause.chain ?? []).flatMap((link) => {
      const known = titles.get(`${link.object} ${link.id}`);
      return known ? [{ action: link.action, id: link.id, ...known }] : [];
    });
    // What follows from something that the reader does not see says no more than that nobody did it by hand.
    causes.set(id, { job: cause.job ?? null, as_of: cause.asOf ?? null, chain });
  }
  return causes;
}
