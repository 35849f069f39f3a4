/**
 * Has own views follow a publish that renames objects, fields or views, as views of the metadata do. It happens in the publish's
 * transaction; a name that comes back by a rollback is a rename like any other.
 */
import { objectOf, shortName, type ViewBody } from '@trellis/metadata';
import { checkView, type Model } from '@trellis/model';
import type { StoredOwnView, Transaction, Workspace } from '@trellis/storage';
import type { Entry } from '../merge-change-set.ts';
import type { Parts } from '../parts.ts';
import { type Rename, renamedBody } from '../rename-references.ts';

const PAGE = 500;

/** What the publish is to do alongside; undefined where it renames nothing that a view could mention. */
export function renameOwnViews(
  parts: Parts,
  workspace: Workspace,
  { before, entries }: { readonly before: Model; readonly entries: readonly Entry[] },
): ((transaction: Transaction) => Promise<void>) | undefined {
  const renames = findRenames(entries);
  if (renames.length === 0) return undefined;
  const { ownViews } = parts.storage;
  const objects = new Map([...before.objects.values()].map((object) => [object.key, object]));
  const follow = (view: StoredOwnView) => {
    const object = objects.get(view.objectKey);
    if (!object) return [];
    const body = view.body as unknown as ViewBody;
    const { references } = checkView(before, { object, name: view.id, body });
    const renamed = renamedBody(body, references, renames);
    return JSON.stringify(renamed) === JSON.stringify(body) ? [] : [{ id: view.id, body: renamed }];
  };
  return async (transaction) => {
    for (const { kind, from, to } of renames) {
      const object = kind === 'view' ? before.objects.get(objectOf({ kind, name: from })!) : undefined;
      if (!object) continue;
      const first = { objectKey: object.key, from: shortName(from), to: shortName(to) };
      await ownViews.renameFirst(workspace, first, transaction);
    }
    let after: string | undefined;
    for (;;) {
      const page = await ownViews.all(workspace, { after, limit: PAGE }, transaction);
      const changed = page.flatMap(follow);
      if (changed.length > 0) await ownViews.rewrite(workspace, changed, transaction);
      after = page.at(-1)?.id;
      if (page.length < PAGE) return;
    }
  };
}

/** Objects first; the others are named as they are after that. */
function findRenames(entries: readonly Entry[]): readonly Rename[] {
  const objects: Rename[] = [];
  const others: Rename[] = [];
  for (const { component, stored } of entries) {
    const from = stored?.component.name;
    const { kind, name: to } = component;
    if (from === undefined || from === to) continue;
    if (kind === 'object') objects.push({ kind, from, to });
    else if ((kind === 'field' || kind === 'view') && shortName(from) !== shortName(to))
      others.push({ kind, from: kind === 'view' ? from : `${objectOf(component)}.${shortName(from)}`, to });
  }
  return [...objects, ...others];
}
