/**
 * Reading records: get, list, export. Each is one decision, one resolved query and one statement; what
 * comes back is shaped by the selection alone.
 */
import type { Access } from '@trellis/access';
import {
  ALWAYS,
  allOf,
  type CompiledField,
  type CompiledObject,
  type FieldPath,
  inputPaths,
  isId,
  type JsonValue,
  type RecordQuestion,
  type RowSlot,
} from '@trellis/model';
import { auditedObjects, type ReadDoor, tellReads } from './audit/record-reads.ts';
import { tell } from './audit/tell.ts';
import { buildListQuery, pathsOf, readFilter, readSearch, readSort, throwProblems } from './build-query.ts';
import { toError, unknownRecord } from './draft.ts';
import { openRows } from './encrypted-values.ts';
import type { InputError, ListRequest, ListResult, PresentedRecord, RecordLifecycle } from './engine.ts';
import { ExportColumns } from './export/export-columns.ts';
import { encodeCursor } from './page-cursor.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { select } from './present-record.ts';
import { type RecordRight, rightFlags, rightsOf } from './record-rights.ts';
import { readRelated, relatedTo } from './related-lists.ts';
import { translateError } from './translate-error.ts';

/** Fields that an entry of the audit log names. */
const MAX_NAMED = 100;

/** One live record. Throws `unknown_record` for one that is absent or invisible: the two can't be told apart. */
export async function getRecord(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: string;
    readonly id: string;
    readonly fields: readonly string[] | undefined;
    readonly onStale?: ((fields: readonly string[]) => void) | undefined;
    readonly onRights?: ((rights: readonly RecordRight[]) => void) | undefined;
    /** By which door it leaves; undefined: it is read within another call, which says so itself. */
    readonly door?: ReadDoor;
  },
): Promise<PresentedRecord> {
  const { id, onStale, onRights, door, fields } = request;
  const object = pinned.requireObject(request.object, 'read');
  const { paths, slots } = select(pinned, object, request.fields);
  const row = await readOne(parts, pinned, { object, id, paths, slots, onStale, onRights });
  const recordId = id.toLowerCase();
  if (door) await tellReads(parts, pinned, { object, door, rows: [row], recordId, paths, fields });
  return row;
}

/**
 * The values of a live record by the texts of paths, as an expression reads them: whether the caller may read each
 * field is not asked. Throws `unknown_record` like `getRecord`.
 */
export async function readPaths(
  parts: Parts,
  pinned: Pinned,
  request: { readonly object: string; readonly id: string; readonly paths: readonly FieldPath[] },
): Promise<PresentedRecord> {
  const object = pinned.requireObject(request.object, 'read');
  return readOne(parts, pinned, { object, id: request.id, paths: request.paths, slots: undefined });
}

async function readOne(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: CompiledObject;
    readonly id: string;
    readonly paths: readonly FieldPath[];
    /** Undefined: flat, by the texts of the paths. */
    readonly slots: readonly RowSlot[] | undefined;
    /** Told of fields whose values are about to be worked out again, if there are any. */
    readonly onStale?: ((fields: readonly string[]) => void) | undefined;
    /** Told what the caller may do with the record. */
    readonly onRights?: ((rights: readonly RecordRight[]) => void) | undefined;
  },
): Promise<PresentedRecord> {
  const { object, paths, onStale, onRights } = request;
  const id = request.id.toLowerCase();
  if (!isId(id)) throw toError(unknownRecord());
  const question = questionOf(pinned, request);
  const found = await parts.storage.records.one(pinned.snapshot, question, {
    id,
    context: pinned.expressionContext,
  });
  if (!found) throw toError(unknownRecord());
  if (found.waiting.length > 0) {
    const stale = staleFields(paths, found.waiting);
    if (stale.length > 0) onStale?.(stale);
  }
  onRights?.(rightsOf(found.flags));
  return openRows(parts, pinned, object, [found.record])[0]!;
}

const questions = new WeakMap<Access, WeakMap<readonly FieldPath[], Map<string, RecordQuestion>>>();

/** What is asked of a record, worked out once for each caller's access and selection. */
function questionOf(
  pinned: Pinned,
  { object, paths, slots, onStale, onRights }: Parameters<typeof readOne>[2],
): RecordQuestion {
  const ofAccess =
    questions.get(pinned.access) ?? new WeakMap<readonly FieldPath[], Map<string, RecordQuestion>>();
  questions.set(pinned.access, ofAccess);
  const ofPaths = ofAccess.get(paths) ?? new Map<string, RecordQuestion>();
  ofAccess.set(paths, ofPaths);
  const key = `${object.key} ${onStale !== undefined} ${onRights !== undefined}`;
  let question = ofPaths.get(key);
  if (!question) {
    const visible = pinned.visible(object);
    question = {
      object,
      fields: paths,
      layout: slots,
      filter: visible,
      targetFilters: pinned.targetFilters(pathsOf(paths, undefined, visible, [])),
      tellsWaiting: onStale !== undefined,
      ...(onRights ? { flags: rightFlags(pinned, object) } : {}),
    };
    ofPaths.set(key, question);
  }
  return question;
}

/** Names of those fields of the record itself that are, or are computed from, roll-ups which wait. */
function staleFields(paths: readonly FieldPath[], waiting: readonly CompiledField[]): string[] {
  const keys = new Set(waiting.map((field) => field.key));
  const isStale = (path: FieldPath) =>
    [...inputPaths([path]).values()].some(
      ({ through, field }) => through.length === 0 && field.rollup !== undefined && keys.has(field.key),
    );
  return paths.filter((path) => path.through.length === 0 && isStale(path)).map((path) => path.field.name);
}

export async function listRecords(
  parts: Parts,
  pinned: Pinned,
  name: string,
  request: ListRequest,
): Promise<ListResult> {
  const object = pinned.requireObject(name, 'read');
  const query = buildListQuery(pinned, object, request);
  const questions = readRelated(pinned, object, request, query.limit);
  const page = await parts.storage.records.query(pinned.snapshot, query);
  await tellReads(parts, pinned, {
    object,
    door: request.deleted ? 'bin' : 'list',
    rows: page.rows,
    paths: query.fields,
    fields: request.fields,
    asked: () => pathsOf([], readFilter(pinned, object, request.filter, []), ALWAYS, query.sort),
    ...(request.search === undefined ? {} : { details: { searched: true } }),
  });
  const cursor = (values: readonly JsonValue[] | undefined) =>
    values ? encodeCursor(object.name, query.sort, values) : null;
  return {
    records: openRows(parts, pinned, object, page.rows),
    ...(page.flags
      ? {
          rights: Object.fromEntries(
            page.rows.map((row, index) => [String(row.id), rightsOf(page.flags?.[index])]),
          ),
        }
      : {}),
    next: cursor(page.next),
    previous: cursor(page.previous),
    ...(page.count ? { count: page.count } : {}),
    ...(questions.length > 0 ? { related: await relatedTo(parts, pinned, page.rows, questions) } : {}),
  };
}

/** All records of a filter in keyset pages. Needs the right to export. */
export async function exportRecords(
  parts: Parts,
  pinned: Pinned,
  name: string,
  request: {
    readonly filter?: unknown;
    readonly fields?: readonly string[];
    readonly sort?: readonly string[];
    readonly search?: string;
  },
): ReturnType<RecordLifecycle['exportRows']> {
  const object = pinned.requireObject(name, 'export');
  const problems: InputError[] = [];
  const filter = readFilter(pinned, object, request.filter, problems);
  const sort = readSort(pinned, object, request.sort, problems);
  const search = readSearch(request.search, problems);
  throwProblems(problems);
  const selection = select(pinned, object, request.fields);
  const visible = pinned.visible(object);
  const pages = parts.storage.records.stream(pinned.snapshot, {
    object,
    fields: selection.paths,
    layout: selection.slots,
    filter: allOf(filter, visible),
    targetFilters: pinned.targetFilters(pathsOf(selection.paths, filter, visible, sort)),
    search,
    isSearched: pinned.isReadable,
    sort,
    deleted: false,
    context: pinned.expressionContext,
  });
  const columns = new ExportColumns(selection.texts, selection.ends);
  const asked = () => pathsOf([], filter, ALWAYS, sort);
  const askedBy = [...new Set([...asked()].map((path) => path.text))].filter((text) => text !== 'id').sort();
  const details = {
    fields: selection.texts.slice(0, MAX_NAMED),
    asked_by: askedBy,
    ...(search === undefined ? {} : { searched: true }),
  };
  await tell(parts, pinned, [{ action: 'records_exported', object: object.name, details }]);
  const isAudited = auditedObjects(pinned.model).size > 0;
  async function* told() {
    let count = 0;
    for await (const rows of pages) {
      const { paths } = selection;
      if (isAudited) await tellReads(parts, pinned, { object, door: 'export', rows, paths, asked });
      count += rows.length;
      yield openRows(parts, pinned, object, rows);
    }
    const event = { action: 'export_ended', object: object.name, details: { count } } as const;
    await tell(parts, { context: pinned.context, at: parts.now() }, [event]);
  }
  return {
    title: object.pluralLabel,
    fields: selection.texts,
    columns: columns.list,
    pages: translated(told()),
    toCells: (record) => columns.toCells(record),
    toValues: (record) => columns.toValues(record),
  };
}

async function* translated<T>(pages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* pages;
  } catch (error) {
    throw translateError(error);
  }
}
