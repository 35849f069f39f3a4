/**
 * Records as of a time (SPEC T1 to T6): those that there were then, with their values of then, for the caller's rights of
 * today. Storage works them out backwards from what is stored; here is asked how far back history reaches, and values
 * whose field has changed its type since are brought into the type of today.
 */
import { jsonPointer } from '@trellis/metadata';
import { ALWAYS, type CompiledField, type CompiledObject, isId, type JsonValue } from '@trellis/model';
import type { Conversion } from '@trellis/storage';
import { type ReadDoor, tellReads } from './audit/record-reads.ts';
import { buildListQuery, pathsOf, readFilter, throwProblems } from './build-query.ts';
import { convertForward } from './conversions.ts';
import { toError, unknownRecord } from './draft.ts';
import { openRows } from './encrypted-values.ts';
import type { InputError, ListRequest, ListResult, PresentedRecord } from './engine.ts';
import { EngineError } from './errors.ts';
import { encodeCursor } from './page-cursor.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { translateError } from './translate-error.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
/** Longer ago there is nothing, and PostgreSQL reads no such text. */
const FIRST_YEAR = 1900;

/** One record as it was. Throws `unknown_record` where there was none then, or none that the caller sees today. */
export async function getRecordAsOf(
  parts: Parts,
  pinned: Pinned,
  request: {
    readonly object: string;
    readonly id: string;
    readonly fields: readonly string[] | undefined;
    readonly asOf: string;
  },
): Promise<PresentedRecord> {
  const object = pinned.requireObject(request.object, 'read');
  const id = request.id.toLowerCase();
  if (!isId(id)) throw toError(unknownRecord());
  const filter = { '==': [{ var: 'id' }, id] };
  const list: AsOfRequest = { as_of: request.asOf, filter, limit: 1, ...given(request.fields) };
  const { records } = await readAsOf(parts, pinned, object, list, { door: 'record', recordId: id });
  if (!records[0]) throw toError(unknownRecord());
  return records[0];
}

/** A page of the records that there were. Refused with `invalid_query` where history does not reach back so far. */
export function listRecordsAsOf(
  parts: Parts,
  pinned: Pinned,
  name: string,
  request: AsOfRequest,
): Promise<ListResult> {
  return readAsOf(parts, pinned, pinned.requireObject(name, 'read'), request, { door: 'list' });
}

type AsOfRequest = ListRequest & { readonly as_of: string };

function given(fields: readonly string[] | undefined): { readonly fields?: readonly string[] } {
  return fields === undefined ? {} : { fields };
}

async function readAsOf(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  request: AsOfRequest,
  reads: { readonly door: ReadDoor; readonly recordId?: string },
): Promise<ListResult> {
  const at = readInstant(pinned, request.as_of);
  throwProblems([...conflicts(request), ...(await tooFarBack(parts, pinned, object, at))]);
  const query = buildListQuery(pinned, object, request);
  const filter = readFilter(pinned, object, request.filter, []) ?? ALWAYS;
  const asked = () => pathsOf([], filter, ALWAYS, query.sort);
  const since = await changedTypes(parts, pinned, object, at);
  throwProblems(
    [...new Set([...asked()].flatMap((path) => (path.through.length === 0 ? path.field : [])))]
      .filter((field) => since.has(field))
      .map((field) => ({
        code: 'type_changed_since',
        pointer: '/as_of',
        message: `${field.label} has another type since then, so it can be shown as of then, not filtered or sorted by.`,
      })),
  );
  const shown = [...since].filter(([field]) =>
    query.fields.some((path) => path.through.length === 0 && path.field.key === field.key),
  );
  const page = await parts.storage.records
    .query(pinned.snapshot, {
      ...query,
      filter,
      asOf: {
        at,
        visible: pinned.visible(object),
        keys: shown.map(([, conversions]) => conversions[0]!.oldKey),
      },
    })
    .catch((error: unknown) => {
      throw tooSlow(error);
    });
  await tellReads(parts, pinned, {
    object,
    ...reads,
    rows: page.rows,
    paths: query.fields,
    fields: request.fields,
    asked,
    details: { as_of: at, ...(request.search === undefined ? {} : { searched: true }) },
  });
  const rows = page.rows.map((row) => ({ ...row }));
  for (const [index, [field, conversions]] of shown.entries()) {
    const values = rows.map((row, place) => ({
      id: String(row.id),
      value: page.keyed?.[place]?.[index] ?? null,
    }));
    const converted = await bringForward(parts, pinned, object, conversions, values);
    for (const row of rows) row[field.name] = converted.get(String(row.id)) ?? null;
  }
  const cursor = (bound: readonly JsonValue[] | undefined) =>
    bound ? encodeCursor(object.name, query.sort, bound) : null;
  return {
    records: openRows(parts, pinned, object, rows),
    next: cursor(page.next),
    previous: cursor(page.previous),
    ...(page.count ? { count: page.count } : {}),
  };
}

/** The instant in UTC. Throws `invalid_query` for what is none, or lies ahead. */
export function readInstant(pinned: Pinned, text: string): string {
  const refuse = (message: string): never => {
    throw new EngineError('invalid_query', message, {
      errors: [{ code: 'invalid_value', pointer: '/as_of', message }],
    });
  };
  const time = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).getUTCFullYear() < FIRST_YEAR)
    return refuse('`as_of` is an instant such as `2026-03-01T12:00:00Z`.');
  if (time > Date.parse(pinned.at)) return refuse('`as_of` lies in the future.');
  return new Date(time).toISOString();
}

/** What has no meaning for a time that is past. */
function conflicts(request: ListRequest): InputError[] {
  const named = [
    ...(request.deleted ? ['deleted'] : []),
    ...(request.rights ? ['rights'] : []),
    ...(request.count === 'estimate' || request.count === 'exact' ? ['count'] : []),
  ];
  return named.map((name) => ({
    code: 'conflicting_properties',
    pointer: jsonPointer(name),
    message:
      name === 'count'
        ? 'As of a time records are counted `capped`, or not at all.'
        : `\`${name}\` says something about today, so it can't be asked for together with \`as_of\`.`,
  }));
}

async function tooFarBack(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  at: string,
): Promise<InputError[]> {
  const pointer = '/as_of';
  if (!object.keepsHistory) {
    const message = `${object.pluralLabel} keep no history, so it is not known what they were.`;
    return [{ code: 'no_history', pointer, message }];
  }
  const since = await parts.storage.records.historySince(pinned.snapshot, object);
  if (since === undefined || at >= since) return [];
  const message = `The history of ${object.pluralLabel} begins at ${since}: what was before is not kept.`;
  return [{ code: 'history_gone', pointer, message }];
}

function tooSlow(error: unknown): unknown {
  const translated = translateError(error);
  if (!(translated instanceof EngineError) || translated.code !== 'query_too_slow') return error;
  const message =
    'Working out what was then takes too long for this filter or sort. Ask for the newest first, or for single records.';
  return new EngineError('query_too_slow', message, { cause: error });
}

/** Fields that have had another type since, each with its changes from then on, the oldest first. */
async function changedTypes(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  at: string,
): Promise<ReadonlyMap<CompiledField, readonly Conversion[]>> {
  const found = new Map<CompiledField, readonly Conversion[]>();
  const all = await parts.storage.conversions.ofObject(pinned.snapshot.workspace, object.key);
  const later = all.filter((conversion) => conversion.createdAt > at);
  for (const field of object.ownFields) {
    const chain: Conversion[] = [];
    for (let key = field.key; ; ) {
      const conversion = later.findLast((each) => each.newKey === key && !chain.includes(each));
      if (!conversion) break;
      chain.unshift(conversion);
      key = conversion.oldKey;
    }
    if (chain.length > 0) found.set(field, chain);
  }
  return found;
}

/** Values of the first type, by one type after the other. */
async function bringForward(
  parts: Parts,
  pinned: Pinned,
  object: CompiledObject,
  conversions: readonly Conversion[],
  values: readonly { readonly id: string; readonly value: JsonValue | null }[],
): Promise<ReadonlyMap<string, JsonValue>> {
  const scope = { snapshot: pinned.snapshot, transaction: undefined };
  let rows: { id: string; value: JsonValue }[] = values.filter(({ value }) => value !== null);
  for (const conversion of conversions) {
    const converted = await convertForward(parts, scope, object, conversion, rows);
    rows = [...converted].map(([id, value]) => ({ id, value }));
  }
  return new Map(rows.map(({ id, value }) => [id, value]));
}
