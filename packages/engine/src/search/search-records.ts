/**
 * Global search: one bounded statement for each object that the caller may read, best matches first; where little is
 * found, another one for words that are like those typed. It ends in time: what could not be looked through by then is
 * named, and the rest is the answer.
 */
import {
  type CompiledObject,
  parseSearch,
  type RecordSearchPage,
  SEARCH_RANKS,
  type SearchPlace,
  type SearchText,
} from '@trellis/model';
import { StorageError } from '@trellis/storage';
import { aFewAtATime } from '../a-few-at-a-time.ts';
import { tellReads } from '../audit/record-reads.ts';
import { pathsOf, readLimit, throwProblems } from '../build-query.ts';
import type { InputError, SearchGroup, SearchHit, SearchRequest, SearchResult } from '../engine.ts';
import { decodeSearchCursor, encodeSearchCursor } from '../page-cursor.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { type LoadedHit, loadHits, type SimilarHit, shownPaths } from './present-hits.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
/** What is longer was pasted: the words at its beginning are looked for. */
const MAX_LENGTH = 500;
/** Newest matches that are looked at, of each object and of one alone. */
const MOST_OF_EACH = 200;
const MOST_OF_ONE = 1_000;
/** The best hits of each object have their place, however many better ones others have. */
const SURE_OF_EACH = 3;
/** Below so many hits, words that are like those typed are looked for too. */
const FEW = 5;
const MOST_SIMILAR = 40;
const SIMILAR_RANK = SEARCH_RANKS.indexOf('similar');
/** For all of it, and for what is looked for at the end. */
const MILLISECONDS = 2_000;
const SIMILAR_MILLISECONDS = 700;
const LEAST_MILLISECONDS = 200;

interface Found extends SearchPlace {
  readonly object: CompiledObject;
  readonly errors: number;
}

export async function searchRecords(
  parts: Parts,
  pinned: Pinned,
  request: SearchRequest,
): Promise<SearchResult> {
  const problems: InputError[] = [];
  const text = readText(request.text, problems);
  const limit = readLimit(request.limit, { default: DEFAULT_LIMIT, most: MAX_LIMIT }, problems);
  if (request.after !== undefined && request.object === undefined)
    problems.push({
      code: 'conflicting_properties',
      pointer: '/after',
      message: 'A page follows another one of the same object: give `object` too.',
    });
  throwProblems(problems);
  const one = request.object === undefined ? undefined : pinned.requireObject(request.object, 'read');
  const objects = (one ? [one] : [...pinned.model.objects.values()]).filter((object) =>
    isSearched(pinned, object),
  );
  const after =
    request.after === undefined ? undefined : decodeSearchCursor(request.after, text.typed, one!.name);
  if ((text.terms.length === 0 && text.id === undefined) || objects.length === 0) return NOTHING;

  const search: Search = {
    parts,
    pinned,
    text,
    incomplete: new Set(),
    ends: performance.now() + MILLISECONDS,
  };
  const pages = await searchAll(search, objects, { limit, most: one ? MOST_OF_ONE : MOST_OF_EACH, after });
  const exact = [...pages].flatMap(([object, page]) =>
    page.found.map((place) => ({ ...place, object, errors: 0 })),
  );
  const similar =
    exact.length < FEW && after === undefined
      ? await searchSimilar(
          search,
          objects.filter(({ name }) => !search.incomplete.has(name)),
          new Set(exact.map(({ id }) => id)),
        )
      : [];
  const chosen = one ? [...exact, ...similar].slice(0, limit) : chooseBest([...exact, ...similar], limit);
  const hits = await presentAll(search, chosen, new Map(similar.map((each) => [each.id, each.hit])));
  const last = chosen.at(-1);
  const hasMore = one !== undefined && pages.get(one)?.hasMore === true;
  return {
    hits,
    groups: groupsOf(objects, pages, similar),
    incomplete: [...search.incomplete].sort(),
    next: hasMore && last ? encodeSearchCursor(text.typed, one.name, last) : null,
  };
}

const NOTHING: SearchResult = { hits: [], groups: [], incomplete: [], next: null };

/** One run of a search. */
interface Search {
  readonly parts: Parts;
  readonly pinned: Pinned;
  readonly text: SearchText;
  /** Names of objects that could not be looked through in time. */
  readonly incomplete: Set<string>;
  readonly ends: number;
}

/** Any text can be looked for; of a very long one the beginning is. */
function readText(given: unknown, problems: InputError[]): SearchText {
  const isText = typeof given === 'string' && !given.includes('\0');
  if (!isText)
    problems.push({ code: 'invalid_value', pointer: '/q', message: '`q` is the text to look for.' });
  return parseSearch(isText ? given.slice(0, MAX_LENGTH).toWellFormed() : '');
}

function isSearched(pinned: Pinned, object: CompiledObject): boolean {
  const isAllowed = object.isSearchable && pinned.decide(object, 'read').isAllowed;
  return isAllowed && pinned.isReadable(object.nameField);
}

async function searchAll(
  search: Search,
  objects: readonly CompiledObject[],
  page: { readonly limit: number; readonly most: number; readonly after: SearchPlace | undefined },
): Promise<ReadonlyMap<CompiledObject, RecordSearchPage>> {
  const pages = new Map<CompiledObject, RecordSearchPage>();
  await aFewAtATime(objects, async (object) => {
    const found = await searchObject(search, object, { ...page, mode: 'words', milliseconds: MILLISECONDS });
    if (found) pages.set(object, found);
  });
  return pages;
}

/** Undefined: it could not be looked through in time. */
async function searchObject(
  search: Search,
  object: CompiledObject,
  page: {
    readonly mode: 'words' | 'similar';
    readonly limit: number;
    readonly most: number;
    readonly after: SearchPlace | undefined;
    readonly milliseconds: number;
  },
): Promise<RecordSearchPage | undefined> {
  const { parts, pinned, text } = search;
  const visible = pinned.visible(object);
  return inTime(search, object, page.milliseconds, (timeoutMilliseconds) =>
    parts.storage.records.search(pinned.snapshot, {
      object,
      text,
      mode: page.mode,
      filter: visible,
      targetFilters: pinned.targetFilters(pathsOf([], undefined, visible, [])),
      isSearched: pinned.isReadable,
      limit: page.limit,
      most: page.most,
      after: page.after,
      context: pinned.expressionContext,
      timeoutMilliseconds,
    }),
  );
}

/** What was found of an object, with what is shown of it; nothing where that takes too long. */
async function showHits(
  search: Search,
  object: CompiledObject,
  asked: { readonly ids: readonly string[]; readonly isSimilar: boolean },
): Promise<ReadonlyMap<string, LoadedHit>> {
  const { parts, pinned, text } = search;
  const load = (timeoutMilliseconds: number) =>
    loadHits(parts, pinned, { object, text, ...asked, timeoutMilliseconds });
  return (await inTime(search, object, MILLISECONDS, load)) ?? new Map();
}

/** Does work that asks one object, with the time that is left for it; the object is noted where that is too little. */
async function inTime<T>(
  { incomplete, ends }: Search,
  object: CompiledObject,
  most: number,
  work: (milliseconds: number) => Promise<T>,
): Promise<T | undefined> {
  // What was found just in time is still shown.
  const milliseconds = Math.min(most, Math.max(ends - performance.now(), LEAST_MILLISECONDS));
  try {
    return await work(milliseconds);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'query_too_slow') throw error;
    incomplete.add(object.name);
    return undefined;
  }
}

/** What has words like those typed: storage gives candidates, and their values are compared letter by letter. */
async function searchSimilar(
  search: Search,
  objects: readonly CompiledObject[],
  known: ReadonlySet<string>,
): Promise<readonly (Found & { readonly hit: SimilarHit })[]> {
  const similar: (Found & { readonly hit: SimilarHit })[] = [];
  await aFewAtATime(objects, async (object) => {
    const candidates = await searchObject(search, object, {
      mode: 'similar',
      limit: MOST_SIMILAR,
      most: MOST_OF_EACH,
      after: undefined,
      milliseconds: SIMILAR_MILLISECONDS,
    });
    const places = (candidates?.found ?? []).filter(({ id }) => !known.has(id));
    if (places.length === 0) return;
    const hits = await showHits(search, object, { ids: places.map(({ id }) => id), isSimilar: true });
    for (const place of places) {
      const hit = hits.get(place.id);
      if (hit?.errors !== undefined)
        similar.push({ ...place, rank: SIMILAR_RANK, object, errors: hit.errors, hit: { hit: hit.hit } });
    }
  });
  return similar.sort(byRank);
}

/** A few of the best of each object, then the best of all. */
function chooseBest(found: readonly Found[], limit: number): readonly Found[] {
  const ordered = found.toSorted(byRank);
  const sure = new Set<Found>();
  for (let place = 0; place < SURE_OF_EACH; place++) {
    for (const ofObject of Map.groupBy(ordered, ({ object }) => object).values()) {
      const next = ofObject[place];
      if (next && sure.size < limit) sure.add(next);
    }
  }
  for (const each of ordered) if (sure.size < limit) sure.add(each);
  return ordered.filter((each) => sure.has(each));
}

function byRank(left: Found, right: Found): number {
  if (left.rank !== right.rank) return left.rank - right.rank;
  if (left.errors !== right.errors) return left.errors - right.errors;
  return left.updatedAt < right.updatedAt ? 1 : left.updatedAt > right.updatedAt ? -1 : 0;
}

async function presentAll(
  search: Search,
  chosen: readonly Found[],
  known: ReadonlyMap<string, SimilarHit>,
): Promise<readonly SearchHit[]> {
  const { parts, pinned } = search;
  const hits = new Map<string, SimilarHit['hit']>();
  await aFewAtATime([...Map.groupBy(chosen, ({ object }) => object)], async ([object, places]) => {
    const ids = places.map(({ id }) => id).filter((id) => !known.has(id));
    const loaded = await showHits(search, object, { ids, isSimilar: false });
    for (const [id, { hit }] of loaded) hits.set(id, hit);
    for (const { id } of places) if (known.has(id)) hits.set(id, known.get(id)!.hit);
    const rows = places.flatMap(({ id }) => (hits.has(id) ? [{ id }] : []));
    await tellReads(parts, pinned, { object, door: 'search', rows, paths: shownPaths(pinned, object) });
  });
  return chosen.flatMap(({ id, rank }) => {
    const hit = hits.get(id);
    return hit ? [{ ...hit, rank: SEARCH_RANKS[rank]! }] : [];
  });
}

/** How many there are of each object, that with the most of them first where nothing else decides. */
function groupsOf(
  objects: readonly CompiledObject[],
  pages: ReadonlyMap<CompiledObject, RecordSearchPage>,
  similar: readonly Found[],
): readonly SearchGroup[] {
  return objects
    .map((object) => {
      const { value, kind } = pages.get(object)?.count ?? { value: 0, kind: 'exact' as const };
      const like = similar.filter((each) => each.object === object).length;
      const best = pages.get(object)?.found[0]?.rank ?? SIMILAR_RANK;
      return { best, group: { object: object.name, count: { value: value + like, kind } } };
    })
    .filter(({ group }) => group.count.value > 0)
    .sort((a, b) => a.best - b.best)
    .map(({ group }) => group);
}
