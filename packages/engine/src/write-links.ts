/**
 * Many-to-many links: reads them for pages of records, and replaces a record's set by creating and deleting records
 * of the junction object, each through the ordinary write paths, so that rules and history of the junction hold.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledField, CompiledObject } from '@trellis/model';
import type { Transaction } from '@trellis/storage';
import type { Draft } from './draft.ts';
import type { InputError } from './engine.ts';
import { ownPath } from './own-path.ts';
import type { Authority, Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

const PAGE_SIZE = 1000;

interface Link {
  readonly junctionId: string;
  readonly far: string;
}

/** Ids that the records are linked to through a multi_lookup, in the order in which the links were made. */
export async function loadLinks(
  parts: Parts,
  pinned: Pinned,
  field: CompiledField,
  request: { readonly ids: readonly string[]; readonly transaction?: Transaction | undefined },
): Promise<ReadonlyMap<string, readonly Link[]>> {
  const links = new Map<string, Link[]>();
  const junction = junctionOf(pinned, field);
  if (!junction || request.ids.length === 0) return links;
  const { object, near, far } = junction;
  const [nearPath, farPath, idPath] = [ownPath(near), ownPath(far), ownPath(object.fields.get('id')!)];
  const isNear = { op: 'in', value: { op: 'field', type: 'id', path: nearPath }, list: request.ids } as const;
  const visible = pinned.visible(object);
  let after: Parameters<Parts['storage']['records']['query']>[1]['after'];
  do {
    const page = await parts.storage.records.query(
      pinned.snapshot,
      {
        object,
        fields: [idPath, nearPath, farPath],
        filter: visible.op === 'constant' && visible.value ? isNear : { op: 'and', args: [isNear, visible] },
        targetFilters: new Map(),
        search: undefined,
        sort: [{ path: idPath, descending: false }],
        limit: PAGE_SIZE,
        after,
        before: undefined,
        count: 'none',
        deleted: false,
        context: pinned.expressionContext,
      },
      request.transaction,
    );
    for (const row of page.rows) {
      const [nearId, farId] = [row[near.name], row[far.name]];
      if (typeof nearId !== 'string' || typeof farId !== 'string') continue;
      const known = links.get(nearId) ?? [];
      if (known.length === 0) links.set(nearId, known);
      if (!known.some((link) => link.far === farId)) known.push({ junctionId: row.id as string, far: farId });
    }
    after = page.next;
  } while (after);
  return links;
}

/** Faults that keep the caller from changing links at all: rights on the junction object. */
export function checkLinkRights(pinned: Pinned, draft: Draft, authority: Authority): void {
  if (authority !== 'caller') return;
  for (const field of draft.links.keys()) {
    const junction = junctionOf(pinned, field)?.object;
    if (!junction) continue;
    const isAllowed =
      pinned.decide(junction, 'create').isAllowed && pinned.decide(junction, 'delete').isAllowed;
    if (isAllowed) continue;
    draft.problems.push({
      code: 'forbidden',
      pointer: jsonPointer(field.name),
      message: `To change ${field.label} you need the right to create and delete ${junction.pluralLabel}.`,
    });
  }
}

/**
 * Makes the links of the drafts what they shall be. Returns the drafts whose links have changed, and the faults by
 * draft; with any fault the caller rolls back.
 */
export async function writeLinks(
  parts: Parts,
  pinned: Pinned,
  drafts: readonly Draft[],
  options: { readonly authority: Authority; readonly transaction: Transaction },
): Promise<{ readonly changed: ReadonlySet<Draft>; readonly faults: ReadonlyMap<Draft, InputError[]> }> {
  const changed = new Set<Draft>();
  const faults = new Map<Draft, InputError[]>();
  const by = becauseOf(pinned, drafts);
  const fields = new Set(drafts.flatMap((draft) => [...draft.links.keys()]));
  for (const field of fields) {
    const junction = junctionOf(pinned, field);
    if (!junction) continue;
    const concerned = drafts.filter((draft) => draft.links.has(field));
    const ids = concerned.filter((draft) => !draft.isNew).map((draft) => draft.id);
    const before = await loadLinks(parts, pinned, field, { ids, transaction: options.transaction });
    const added: { readonly draft: Draft; readonly far: string }[] = [];
    const removed: { readonly draft: Draft; readonly junctionId: string }[] = [];
    for (const draft of concerned) {
      const wanted = new Set(draft.links.get(field));
      const known = before.get(draft.id) ?? [];
      for (const { junctionId, far } of known) if (!wanted.delete(far)) removed.push({ draft, junctionId });
      for (const far of wanted) added.push({ draft, far });
    }
    const note = (draft: Draft | undefined, errors: readonly InputError[] | undefined) => {
      if (!draft) return;
      changed.add(draft);
      if (!errors) return;
      const own = errors.map((error) => ({ ...error, pointer: jsonPointer(field.name) }));
      faults.set(draft, [...(faults.get(draft) ?? []), ...own]);
    };
    const common = { object: junction.object, allOrNothing: true, dryRun: false, ...options };
    if (removed.length > 0) {
      const items = removed.map(({ junctionId }) => ({ id: junctionId, version: undefined }));
      const outcome = await parts.write.delete(parts, by, { ...common, items });
      for (const each of outcome.items) note(removed[each.index]?.draft, each.failure?.errors);
    }
    if (added.length > 0) {
      const items = added.map(({ draft, far }) => ({
        input: { [junction.near.name]: draft.id, [junction.far.name]: far },
        id: undefined,
        version: undefined,
      }));
      const outcome = await parts.write.save(parts, by, { ...common, operation: 'create', items });
      for (const each of outcome.items) note(added[each.index]?.draft, each.failure?.errors);
    }
  }
  return { changed, faults };
}

/** Links follow from the save of the record that they were given with, where it is one. */
function becauseOf(pinned: Pinned, drafts: readonly Draft[]): Pinned {
  const [draft] = drafts;
  const [field] = draft?.links.keys() ?? [];
  const object = field && pinned.model.objects.get(field.object);
  if (!draft || !object || drafts.length > 1) return pinned;
  return pinned.because({ action: draft.isNew ? 'create' : 'update', object: object.key, id: draft.id });
}

function junctionOf(
  pinned: Pinned,
  field: CompiledField,
):
  | { readonly object: CompiledObject; readonly near: CompiledField; readonly far: CompiledField }
  | undefined {
  const object = field.junction && pinned.model.objects.get(field.junction.object);
  const near = object?.fields.get(field.junction!.near);
  const far = object?.fields.get(field.junction!.far);
  return object && near && far ? { object, near, far } : undefined;
}
