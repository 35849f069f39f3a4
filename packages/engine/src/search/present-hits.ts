/**
 * What is shown of a record that a search has found: its title, a second line, and where the words stand, as ranges of
 * plain text. Only of fields that the caller may read, through the read path that lists have.
 */
import {
  allOf,
  type CompiledField,
  type CompiledObject,
  type FieldPath,
  findSimilar,
  findWords,
  type JsonValue,
  plainText,
  type SearchText,
  type TextRange,
} from '@trellis/model';
import { pathsOf } from '../build-query.ts';
import type { SearchHit, SearchMatch } from '../engine.ts';
import { ownPath } from '../own-path.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';

/** Columns of the second line. */
const MAX_DETAILS = 2;
const MAX_DETAIL_COLUMNS = 5;
const MAX_MATCHES = 2;
/** Characters shown of a long text, and before the first match in it. */
const EXCERPT = 160;
const BEFORE = 40;

export interface SimilarHit {
  readonly hit: Unranked;
}
type Unranked = Omit<SearchHit, 'rank'>;

export interface LoadedHit extends SimilarHit {
  /** Typing errors between what was typed and what is there; undefined: it is too far from it. */
  readonly errors: number | undefined;
}

/** The hits by id; a record that went meanwhile is left out. */
export async function loadHits(
  parts: Parts,
  pinned: Pinned,
  asked: {
    readonly object: CompiledObject;
    readonly text: SearchText;
    readonly ids: readonly string[];
    readonly isSimilar: boolean;
    readonly timeoutMilliseconds: number;
  },
): Promise<ReadonlyMap<string, LoadedHit>> {
  const { object, text, ids, isSimilar } = asked;
  if (ids.length === 0) return new Map();
  const id = ownPath(object.fields.get('id')!);
  const visible = pinned.visible(object);
  const paths = shownPaths(pinned, object);
  const page = await parts.storage.records.query(pinned.snapshot, {
    object,
    fields: paths,
    filter: allOf({ op: 'in', value: { op: 'field', type: 'id', path: id }, list: ids }, visible),
    targetFilters: pinned.targetFilters(pathsOf(paths, undefined, visible, [])),
    search: undefined,
    sort: [{ path: id, descending: true }],
    limit: ids.length,
    after: undefined,
    before: undefined,
    count: 'none',
    deleted: false,
    context: pinned.expressionContext,
    timeoutMilliseconds: asked.timeoutMilliseconds,
  });
  const fields = searchedOf(pinned, object);
  const details = detailPaths(pinned, object);
  return new Map(
    page.rows.map((row) => {
      const texts = fields.flatMap((field) =>
        textsOf(row[field.name], field).map((value): FieldText => ({ field, value })),
      );
      const found = isSimilar ? similarIn(texts, text) : wordsIn(texts, text);
      const name = textsOf(row[object.nameField.name], object.nameField)[0] ?? '';
      const inName = found?.ranges.find(({ at }) => at.field === object.nameField)?.ranges ?? [];
      const hit = {
        object: object.name,
        id: row.id as string,
        name,
        ranges: inName,
        details: details
          .flatMap((path) => textsOf(row[path.text], path.field).slice(0, 1))
          .slice(0, MAX_DETAILS),
        matches: (found?.ranges ?? [])
          .filter(({ at }) => at.field !== object.nameField)
          .slice(0, MAX_MATCHES)
          .map(({ at, ranges }) => matchOf(at, ranges)),
      };
      return [hit.id, { hit, errors: found?.errors }];
    }),
  );
}

interface FieldText {
  readonly field: CompiledField;
  readonly value: string;
}

interface FoundIn {
  readonly errors: number;
  readonly ranges: readonly { readonly at: FieldText; readonly ranges: readonly TextRange[] }[];
}

function wordsIn(texts: readonly FieldText[], search: SearchText): FoundIn {
  const ranges = texts.map((at) => {
    const { searchedAs } = at.field.type.column ?? {};
    const found = findWords(at.value, {
      terms: search.terms,
      digits: searchedAs === 'digits' ? search.digits : undefined,
    });
    // Of a number the zeros before it need not be typed.
    const isNumber = found.length === 0 && searchedAs === 'number';
    const anywhere = search.terms.map((term) => ({ ...term, isPrefix: false }));
    return { at, ranges: isNumber ? findWords(at.value, { terms: anywhere, digits: undefined }) : found };
  });
  return { errors: 0, ranges: ranges.filter((each) => each.ranges.length > 0) };
}

/** Undefined when a word is like none of the texts'. */
function similarIn(texts: readonly FieldText[], search: SearchText): FoundIn | undefined {
  let errors = 0;
  const ranges = new Map<FieldText, TextRange[]>();
  for (const term of search.terms) {
    let best: { at: FieldText; errors: number; ranges: readonly TextRange[] } | undefined;
    for (const at of texts) {
      const words = findWords(at.value, { terms: [term], digits: undefined });
      const similar = words.length > 0 ? undefined : findSimilar(at.value, term.text);
      const next =
        words.length > 0
          ? { at, errors: 0, ranges: words }
          : similar && { at, errors: similar.errors, ranges: [similar.range] };
      if (next && (!best || next.errors < best.errors)) best = next;
    }
    if (!best) return undefined;
    errors += best.errors;
    ranges.set(
      best.at,
      [...(ranges.get(best.at) ?? []), ...best.ranges].sort((a, b) => a[0] - b[0]),
    );
  }
  return { errors, ranges: [...ranges].map(([at, found]) => ({ at, ranges: found })) };
}

/** The text with what was found in it; of a long one the part around the first of it. */
function matchOf({ field, value }: FieldText, ranges: readonly TextRange[]): SearchMatch {
  const whole = { field: field.name, label: field.label };
  if (value.length <= EXCERPT) return { ...whole, text: value, ranges };
  const first = ranges[0]?.[0] ?? 0;
  const space = value.indexOf(' ', Math.max(0, first - BEFORE));
  const from = first <= BEFORE ? 0 : space >= 0 && space < first ? space + 1 : first;
  const until = from + EXCERPT;
  const [before, after] = [from > 0 ? '…' : '', until < value.length ? '…' : ''];
  return {
    ...whole,
    text: `${before}${value.slice(from, until).toWellFormed()}${after}`,
    ranges: ranges
      .filter((range) => range[1] <= until)
      .map(([start, end]) => [start - from + before.length, end - from + before.length]),
  };
}

/** What has to be read to show hits. */
export function shownPaths(pinned: Pinned, object: CompiledObject): readonly FieldPath[] {
  const paths = [object.nameField, ...searchedOf(pinned, object)].map(ownPath);
  const all = [...paths, ...detailPaths(pinned, object)];
  return all.filter((path, index) => all.findIndex((each) => each.text === path.text) === index);
}

function searchedOf(pinned: Pinned, object: CompiledObject): readonly CompiledField[] {
  return object.ownFields.filter(
    (field) => (field.isSearchable || field === object.nameField) && pinned.isReadable(field),
  );
}

/** Columns of the default view that say in a word which record it is: what it belongs to, an address, a stage. */
function detailPaths(pinned: Pinned, object: CompiledObject): readonly FieldPath[] {
  const view = [...object.views.values()].find((each) => each.isDefault);
  return (view?.columns ?? [])
    .filter((path) => {
      const { type } = path.field;
      const isWord = ['text', 'option', 'texts'].includes(type.valueType) && type.column?.index !== 'none';
      const isOwn = !path.through.some((hop) => hop.systemColumn !== undefined) && !path.field.systemColumn;
      const isPlain =
        !type.isSecret && !type.isEncrypted && !path.field.question && type.column !== undefined;
      return isWord && isOwn && isPlain && path.field !== object.nameField;
    })
    .filter((path) => [...path.through, path.field].every(pinned.isReadable))
    .slice(0, MAX_DETAIL_COLUMNS);
}

/** The value as lines of plain text; several addresses are several. */
function textsOf(value: JsonValue | undefined, field: CompiledField): readonly string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value))
    return value.flatMap((entry) => {
      const text = typeof entry === 'object' && entry !== null ? (entry as { value?: unknown }).value : entry;
      return typeof text === 'string' ? [text] : [];
    });
  if (typeof value !== 'string') return [];
  if (field.type.valueType === 'option')
    return [field.options.find((option) => option.value === value)?.label ?? value];
  return [field.type.column?.isMarkup ? plainText(value) : value];
}
