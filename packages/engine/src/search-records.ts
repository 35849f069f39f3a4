/** Global search: one bounded query for each object that the caller may read, best matches first. */
import type { CompiledObject, JsonValue } from '@trellis/model';
import { tellReads } from './audit/record-reads.ts';
import { readLimit, readSearch, throwProblems } from './build-query.ts';
import type { InputError, SearchHit } from './engine.ts';
import { ownPath } from './own-path.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
/** Hits looked at per object; beyond it a better match may be missed, and the user types one letter more. */
const MAX_PER_OBJECT = 25;
const CONCURRENCY = 4;

interface RankedHit extends SearchHit {
  readonly rank: number;
}

export async function searchRecords(
  parts: Parts,
  pinned: Pinned,
  text: string,
  limit: number | undefined,
): Promise<readonly SearchHit[]> {
  const problems: InputError[] = [];
  const sought = readSearch(text, problems);
  const most = readLimit(limit, { default: DEFAULT_LIMIT, most: MAX_LIMIT }, problems);
  throwProblems(
    problems.map((problem) => ({
      ...problem,
      pointer: problem.pointer === '/search' ? '/q' : problem.pointer,
    })),
  );
  if (sought === undefined) return [];
  const objects = [...pinned.model.objects.values()].filter(
    (object) =>
      object.isSearchable && pinned.decide(object, 'read').isAllowed && pinned.isReadable(object.nameField),
  );
  const hits: RankedHit[] = [];
  const queue = [...objects];
  const work = async () => {
    for (let object = queue.shift(); object; object = queue.shift())
      hits.push(...(await searchObject(parts, pinned, object, sought)));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const order = new Map(objects.map((object, index) => [object.name, index]));
  hits.sort((left, right) => left.rank - right.rank || order.get(left.object)! - order.get(right.object)!);
  const found = hits.slice(0, most).map(({ object, id, name }) => ({ object, id, name }));
  for (const [name, ofObject] of Map.groupBy(found, (hit) => hit.object)) {
    const object = pinned.model.objects.get(name)!;
    const rows = ofObject.map(({ id }) => ({ id }));
    await tellReads(parts, pinned, { object, door: 'search', rows });
  }
  return found;
}

async function searchObject(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  sought: string,
): Promise<RankedHit[]> {
  const name = ownPath(object.nameField);
  const page = await parts.storage.records.query(pinned.snapshot, {
    object,
    fields: [name],
    filter: pinned.visible(object),
    targetFilters: new Map(),
    search: sought,
    isSearched: pinned.isReadable,
    sort: [
      { path: name, descending: false },
      { path: ownPath(object.fields.get('id')!), descending: false },
    ],
    limit: MAX_PER_OBJECT,
    after: undefined,
    before: undefined,
    count: 'none',
    deleted: false,
    context: pinned.expressionContext,
  });
  return page.rows.map((row) => {
    const title = titleOf(row[object.nameField.name]);
    return { object: object.name, id: row.id as string, name: title, rank: rankOf(title, sought) };
  });
}

function titleOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Exact, then beginning, then beginning of a word, then anywhere in the name, then in another field. */
function rankOf(title: string, sought: string): number {
  const [whole, part] = [title.toLowerCase(), sought.toLowerCase()];
  if (whole === part) return 0;
  if (whole.startsWith(part)) return 1;
  if (whole.includes(` ${part}`)) return 2;
  return whole.includes(part) ? 3 : 4;
}
