/**
 * The records that an order is about: named one by one, or all that a filter finds. They are taken in the order of
 * their ids, so that the place to go on from is one id, and a record that drops out of the filter because it was just
 * changed is not met again.
 */

import type { RecordQuery } from '@trellis/model';
import { allOf, type CompiledObject, isId, type JsonValue } from '@trellis/model';
import { pathsOf, readFilter, readSearch, throwProblems } from '../build-query.ts';
import type { InputError } from '../engine.ts';
import { ownPath } from '../own-path.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';

/** As it is kept with the job. */
export interface Selection {
  /** Sorted; undefined: all that the filter finds. */
  readonly ids?: readonly string[];
  readonly filter?: JsonValue;
  readonly search?: string;
  /** In the recycle bin instead of among the live records. */
  readonly deleted: boolean;
  /** Records that were made after this id are not meant: nobody has seen them when the order was given. */
  readonly until: string;
}

/** Records that one order may name one by one; more are meant by a filter. */
export const MAX_NAMED = 10_000;

/** Reads what a caller gives. Adds what is wrong to the problems. */
export function readSelection(
  pinned: Pinned,
  object: CompiledObject,
  given: {
    readonly ids?: unknown;
    readonly all?: unknown;
    readonly filter?: unknown;
    readonly search?: unknown;
  },
  scope: { readonly deleted: boolean; readonly until: string },
  problems: InputError[],
): Selection {
  const fault = (code: string, pointer: string, message: string) => problems.push({ code, pointer, message });
  if (given.ids !== undefined) {
    for (const name of ['all', 'filter', 'search'] as const)
      if (given[name] !== undefined)
        fault(
          'conflicting_properties',
          `/${name}`,
          'Records are named by `ids` or found by a filter, not both.',
        );
    const ids: readonly unknown[] = Array.isArray(given.ids) ? given.ids : [];
    if (!Array.isArray(given.ids)) fault('wrong_type', '/ids', '`ids` is a list of ids.');
    else if (ids.length > MAX_NAMED)
      fault(
        'invalid_value',
        '/ids',
        `At most ${MAX_NAMED} records are named; say \`all\` with a filter for more.`,
      );
    for (const [index, id] of ids.slice(0, MAX_NAMED).entries())
      if (typeof id !== 'string' || !isId(id.toLowerCase()))
        fault('invalid_value', `/ids/${index}`, 'This is no id of a record.');
    const sound = ids.filter((id): id is string => typeof id === 'string');
    return { ...scope, ids: [...new Set(sound.map((id) => id.toLowerCase()))].sort() };
  }
  if (given.all !== true)
    fault(
      'required',
      '/ids',
      'Name the records by `ids`, or say `"all": true` for all that `filter` and `search` find.',
    );
  readFilter(pinned, object, given.filter, problems);
  const search = readSearch(given.search, problems);
  return {
    ...scope,
    ...(given.filter === undefined ? {} : { filter: given.filter as JsonValue }),
    ...(search === undefined ? {} : { search }),
  };
}

/** How many records it finds; undefined where counting would take too long. */
export async function countSelected(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  selection: Selection,
): Promise<number | undefined> {
  if (selection.ids) return selection.ids.length;
  const query = { ...queryOf(pinned, object, selection, undefined), limit: 1, count: 'exact' as const };
  const { count } = await parts.storage.records.query(pinned.snapshot, query);
  return count?.kind === 'exact' ? count.value : undefined;
}

/** The next ids after one, at most `limit`; none when there are no more. */
export async function nextSelected(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  page: { readonly selection: Selection; readonly after: string | undefined; readonly limit: number },
): Promise<readonly string[]> {
  const { selection, after, limit } = page;
  if (selection.ids) return selection.ids.filter((id) => after === undefined || id > after).slice(0, limit);
  const query = { ...queryOf(pinned, object, selection, after), limit };
  // Within a transaction it has a minute: a filter without an index may have to look at everything once.
  const { rows } = await parts.storage.transaction((transaction) =>
    parts.storage.records.query(pinned.snapshot, query, transaction),
  );
  return rows.map((row) => String(row.id)).filter((id) => id < selection.until);
}

function queryOf(
  pinned: Pinned,
  object: CompiledObject,
  selection: Selection,
  after: string | undefined,
): RecordQuery {
  const problems: InputError[] = [];
  const filter = readFilter(pinned, object, selection.filter, problems);
  throwProblems(problems);
  const visible = pinned.visible(object);
  const id = ownPath(object.fields.get('id')!);
  return {
    object,
    fields: [id],
    filter: allOf(filter, visible),
    targetFilters: pinned.targetFilters(pathsOf([], filter, visible, [])),
    search: selection.search,
    isSearched: pinned.isReadable,
    sort: [{ path: id, descending: false }],
    limit: 1,
    after: after === undefined ? undefined : [after],
    before: undefined,
    count: 'none',
    deleted: selection.deleted,
    context: pinned.expressionContext,
  };
}
