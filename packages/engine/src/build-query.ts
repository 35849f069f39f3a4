/**
 * Turns what a reader asks into a resolved query: filter, sort and paging checked against what they may read, access
 * conjoined. All faults of a request come back together, with pointers into it.
 */
import { jsonPointer } from '@trellis/metadata';
import {
  ALWAYS,
  allOf,
  type CompiledObject,
  type CountMode,
  checkExpression,
  type Expression,
  type FieldPath,
  pathsOfExpression,
  type RecordQuery,
  type RecordTerms,
  resolvePath,
  type SortKey,
  sortedPath,
} from '@trellis/model';
import { tooManyLookups } from './count-lookups.ts';
import type { InputError, ListRequest } from './engine.ts';
import { EngineError } from './errors.ts';
import { keptTerms } from './kept-terms.ts';
import { ownPath } from './own-path.ts';
import { decodeCursor } from './page-cursor.ts';
import type { Pinned } from './pinned.ts';
import { select } from './present-record.ts';
import { rightFlags } from './record-rights.ts';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;
const MAX_SEARCH_LENGTH = 500;
const MAX_SORT_KEYS = 6;
const COUNT_MODES: readonly CountMode[] = ['none', 'capped', 'estimate', 'exact'];

/** The query of a list request. Throws `invalid_query` or `invalid_cursor`. */
export function buildListQuery(pinned: Pinned, object: CompiledObject, request: ListRequest): RecordQuery {
  const problems: InputError[] = [];
  const count = request.count ?? 'none';
  if (!COUNT_MODES.includes(count)) {
    problems.push({
      code: 'invalid_value',
      pointer: '/count',
      message: '`count` is none, capped, estimate or exact.',
    });
  }
  if (request.after !== undefined && request.before !== undefined) {
    problems.push({
      code: 'conflicting_properties',
      pointer: '/before',
      message: 'A page starts after or before a cursor, not both.',
    });
  }
  const terms = keptTerms(pinned, object, request, () => readTerms(pinned, object, request, problems));
  throwProblems(problems);
  const list = { object: object.name, sort: terms!.sort };
  return {
    ...terms!,
    terms,
    isSearched: pinned.isReadable,
    after: request.after === undefined ? undefined : decodeCursor(request.after, '/after', list),
    before: request.before === undefined ? undefined : decodeCursor(request.before, '/before', list),
    count: count === 'estimate' && !seesAll(pinned.visible(object)) ? 'capped' : count,
    context: pinned.expressionContext,
  };
}

/** Undefined where there are problems. */
function readTerms(
  pinned: Pinned,
  object: CompiledObject,
  request: ListRequest,
  problems: InputError[],
): RecordTerms | undefined {
  const filter = readFilter(pinned, object, request.filter, problems);
  const sort = readSort(pinned, object, request.sort, problems);
  const limit = readLimit(request.limit, { default: DEFAULT_LIMIT, most: MAX_LIMIT }, problems);
  const search = readSearch(request.search, problems);
  const selection = collect(problems, () =>
    select(pinned, object, request.fields, { withDeletion: request.deleted === true }),
  );
  if (problems.length > 0) return undefined;
  const visible = pinned.visible(object);
  return {
    object,
    fields: selection!.paths,
    layout: selection!.slots,
    filter: allOf(filter, visible),
    asked: filter ?? ALWAYS,
    targetFilters: pinned.targetFilters(pathsOf(selection!.paths, filter, visible, sort)),
    search,
    sort,
    limit,
    deleted: request.deleted === true,
    ...(request.rights ? { flags: rightFlags(pinned, object) } : {}),
  };
}

/** The caller's condition, every field of it readable to them. */
export function readFilter(
  pinned: Pinned,
  object: CompiledObject,
  source: unknown,
  problems: InputError[],
): Expression | undefined {
  const scope = { objects: pinned.model.objects, object, isReadable: pinned.isReadable };
  const checked = checkExpression(source, scope);
  problems.push(
    ...checked.problems.map(({ code, pointer, message, hint }) => ({
      code,
      pointer: `/filter${pointer}`,
      message,
      ...(hint === undefined ? {} : { hint }),
    })),
  );
  if (checked.expression) problems.push(...tooManyLookups(pathsOfExpression(checked.expression), '/filter'));
  return checked.expression;
}

/** The order asked for, made total by the id; newest first when none is asked for (ids are made in the order of time). */
export function readSort(
  pinned: Pinned,
  object: CompiledObject,
  given: readonly string[] | undefined,
  problems: InputError[],
): SortKey[] {
  const id = ownPath(object.fields.get('id')!);
  if (given === undefined || given.length === 0) return [{ path: id, descending: true }];
  if (!Array.isArray(given) || given.length > MAX_SORT_KEYS) {
    problems.push({
      code: 'invalid_value',
      pointer: '/sort',
      message: `\`sort\` is a list of up to ${MAX_SORT_KEYS} fields.`,
    });
    return [];
  }
  const keys: SortKey[] = [];
  for (const [index, text] of given.entries()) {
    const pointer = jsonPointer('sort', index);
    const path =
      typeof text === 'string'
        ? readPath(pinned, object, text.replace(/^[-+]/, ''), pointer, problems)
        : undefined;
    if (typeof text !== 'string')
      problems.push({ code: 'wrong_type', pointer, message: 'A sort key is text, such as `-close_date`.' });
    if (!path || keys.some((key) => key.path.text === path.text)) continue;
    if (path.field.type.isSortable || path.field.name === 'id')
      keys.push({ path: sortedPath(path), descending: text.startsWith('-') });
    else
      problems.push({
        code: 'not_sortable',
        pointer,
        message: `\`${path.text}\` is a ${path.field.type.label.toLowerCase()}, which has no order to sort by.`,
      });
  }
  const last = keys.at(-1);
  if (!keys.some((key) => key.path.text === 'id'))
    keys.push({ path: id, descending: last?.descending ?? true });
  return keys;
}

export function readPath(
  pinned: Pinned,
  object: CompiledObject,
  text: string,
  pointer: string,
  problems: InputError[],
): FieldPath | undefined {
  const { path, problem } = resolvePath(
    { objects: pinned.model.objects, object, isReadable: pinned.isReadable },
    text,
  );
  if (problem) problems.push({ ...problem, pointer });
  return path;
}

export function readLimit(
  given: unknown,
  bounds: { readonly default: number; readonly most: number },
  problems: InputError[],
): number {
  if (given === undefined) return bounds.default;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= bounds.most)
    return given;
  problems.push({
    code: 'invalid_limit',
    pointer: '/limit',
    message: `\`limit\` is a whole number from 1 to ${bounds.most}.`,
  });
  return bounds.default;
}

export function readSearch(given: unknown, problems: InputError[]): string | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'string' && given.length <= MAX_SEARCH_LENGTH && !given.includes('\0')) {
    return given.trim().normalize('NFC') || undefined;
  }
  problems.push({
    code: 'invalid_value',
    pointer: '/search',
    message: `\`search\` is text of up to ${MAX_SEARCH_LENGTH} characters.`,
  });
  return undefined;
}

/** Throws `invalid_query` with all problems, if there are any. */
export function throwProblems(problems: readonly InputError[]): void {
  if (problems.length === 0) return;
  throw new EngineError(
    'invalid_query',
    problems.length === 1 ? problems[0]!.message : 'The request has several faults.',
    { errors: problems },
  );
}

/** Every path that a query follows, for the access predicates of what stands behind. */
export function* pathsOf(
  fields: Iterable<FieldPath>,
  filter: Expression | undefined,
  visible: Expression,
  sort: readonly SortKey[],
): Generator<FieldPath> {
  yield* fields;
  for (const { path } of sort) yield path;
  if (filter) yield* pathsOfExpression(filter);
  yield* pathsOfExpression(visible);
}

/** An estimate tells of records that a predicate would hide: it is given to those who see all. */
function seesAll(visible: Expression): boolean {
  return visible.op === 'constant' && visible.value;
}

function collect<T>(problems: InputError[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'invalid_query') throw error;
    problems.push(...(error.errors as InputError[]));
    return undefined;
  }
}
