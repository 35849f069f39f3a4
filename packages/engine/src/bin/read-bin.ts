/**
 * The recycle bin over all objects, what went last first: one bounded statement for each object that has anything in it, the
 * read path of each object's own bin. What went because another record did stands under that record, unless the caller
 * does not see that one or asks for everything (SPEC D11).
 */
import {
  allOf,
  type CompiledObject,
  type Expression,
  type FieldPath,
  type JsonValue,
  type Model,
  onDeleteOf,
  type RecordQuery,
  type SortKey,
} from '@trellis/model';
import { StorageError, type StoredRecord } from '@trellis/storage';
import { aFewAtATime } from '../a-few-at-a-time.ts';
import { tellReads } from '../audit/record-reads.ts';
import { pathsOf, readLimit, readSearch, throwProblems } from '../build-query.ts';
import { openRows } from '../encrypted-values.ts';
import type { BinEntry, BinRequest, BinResult, InputError, PresentedRecord } from '../engine.ts';
import { ownPath } from '../own-path.ts';
import { decodeBinCursor, encodeBinCursor } from '../page-cursor.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { rightFlags, rightsOf } from '../record-rights.ts';
import { climbable, companyAmong, type Member, tiesOf } from './company.ts';

const LIMIT = { default: 50, most: 100 };
/** For each statement: an object whose bin takes longer is named, and the others are the answer. */
const MILLISECONDS = 2_000;
/** Records of one object that are looked at to say how many went together: beyond, it is `at_least`. */
const MOST_COMPANY = 1_000;
const DAY_MILLISECONDS = 86_400_000;

interface Found {
  readonly object: CompiledObject;
  readonly row: PresentedRecord;
  readonly flags: readonly boolean[] | undefined;
}

export async function readBin(parts: Parts, pinned: Pinned, request: BinRequest): Promise<BinResult> {
  const problems: InputError[] = [];
  const limit = readLimit(request.limit, LIMIT, problems);
  const search = readSearch(request.search, problems);
  throwProblems(problems);
  const one = request.object === undefined ? undefined : pinned.requireObject(request.object, 'read');
  const asked = { object: one?.name, search, isMine: request.mine === true, isAll: request.all === true };
  const after = request.after === undefined ? undefined : decodeBinCursor(request.after, asked);
  const objects = one ? [one] : binnedObjects(pinned);
  const incomplete = new Set<string>();
  const found: Found[] = [];
  let hasMore = false;
  await aFewAtATime(await parts.storage.records.findBinned(pinned.snapshot, objects), async (object) => {
    const query = binQuery(pinned, object, { ...asked, limit, after });
    try {
      const page = await parts.storage.records.query(pinned.snapshot, query);
      hasMore ||= page.next !== undefined;
      const rows = openRows(parts, pinned, object, page.rows);
      found.push(...rows.map((row, index) => ({ object, row, flags: page.flags?.[index] })));
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'query_too_slow') throw error;
      incomplete.add(object.name);
    }
  });
  found.sort(byDeletion);
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const isCut = hasMore || found.length > shown.length;
  const entries = await present(parts, pinned, shown);
  return {
    entries,
    objects: [...new Set(found.map(({ object }) => object.name))].sort(),
    incomplete: [...incomplete].sort(),
    next: isCut && last ? encodeBinCursor(asked, placeOf(last)) : null,
  };
}

/** What people delete: neither what the platform keeps nor records that do no more than link two others. */
function binnedObjects(pinned: Pinned): readonly CompiledObject[] {
  const links = linkObjects(pinned.model);
  return [...pinned.model.objects.values()].filter(
    (object) => !object.isSystem && !links.has(object.name) && pinned.decide(object, 'read').isAllowed,
  );
}

function linkObjects(model: Model): ReadonlySet<string> {
  const fields = [...model.objects.values()].flatMap((object) => object.ownFields);
  return new Set(fields.flatMap(({ junction }) => (junction ? [junction.object] : [])));
}

function binQuery(
  pinned: Pinned,
  object: CompiledObject,
  asked: {
    readonly search: string | undefined;
    readonly isMine: boolean;
    readonly isAll: boolean;
    readonly limit: number;
    readonly after: readonly [string, string] | undefined;
  },
): RecordQuery {
  const visible = pinned.visible(object);
  const own = (name: string): FieldPath => ownPath(object.fields.get(name)!);
  const sort: SortKey[] = [own('deleted_at'), own('id')].map((path) => ({ path, descending: true }));
  const isMine: Expression = {
    op: '==',
    left: { op: 'field', type: 'id', path: own('deleted_by') },
    right: { op: 'literal', type: 'id', value: pinned.actorId },
  };
  const targetFilters = new Map(pinned.targetFilters(pathsOf([], undefined, visible, [])));
  for (const field of object.ownFields) {
    if (onDeleteOf(field) !== 'cascade') continue;
    for (const name of field.targets) {
      const target = pinned.model.objects.get(name);
      if (target) targetFilters.set(name, pinned.visible(target));
    }
  }
  return {
    object,
    fields: shownPaths(pinned, object),
    filter: allOf(asked.isMine ? isMine : undefined, visible),
    targetFilters,
    search: asked.search,
    isSearched: pinned.isReadable,
    sort,
    limit: asked.limit,
    after: asked.after,
    before: undefined,
    count: 'none',
    deleted: true,
    leavesOutDragged: !asked.isAll,
    context: pinned.expressionContext,
    timeoutMilliseconds: MILLISECONDS,
    flags: rightFlags(pinned, object),
  };
}

function shownPaths(pinned: Pinned, object: CompiledObject): readonly FieldPath[] {
  const fields = [object.nameField, object.fields.get('deleted_at')!, object.fields.get('deleted_by')!];
  return fields.filter(pinned.isReadable).map(ownPath);
}

const placeOf = ({ row }: Found) => [String(row.deleted_at), String(row.id)] as const;

function byDeletion(left: Found, right: Found): number {
  const [a, b] = [placeOf(left), placeOf(right)];
  const index = a[0] === b[0] ? 1 : 0;
  return a[index]! < b[index]! ? 1 : -1;
}

async function present(parts: Parts, pinned: Pinned, shown: readonly Found[]): Promise<readonly BinEntry[]> {
  const stored = new Map<string, StoredRecord>();
  const names = await parts.storage.records.principalNames(pinned.snapshot, [
    ...new Set(shown.map(({ row }) => String(row.deleted_by))),
  ]);
  await aFewAtATime([...Map.groupBy(shown, ({ object }) => object)], async ([object, ofObject]) => {
    const rows = ofObject.map(({ row }) => row);
    await tellReads(parts, pinned, { object, door: 'bin', rows, paths: shownPaths(pinned, object) });
    const loaded = await parts.storage.records.loadForWrite(pinned.snapshot, {
      object,
      ids: rows.map(({ id }) => String(id)),
      visible: pinned.visible(object),
      allowed: pinned.visible(object),
      deleted: 'deleted',
      context: pinned.expressionContext,
    });
    for (const record of loaded) stored.set(record.id, record);
  });
  const { members, isWhole } = await companyOf(parts, pinned, [...stored.values()]);
  const byId = new Map(members.map((member) => [member.record.id, member]));
  const links = linkObjects(pinned.model);
  const mayClimbTo = await climbable(parts, pinned, members);
  const reach = companyAmong(members, (id) => mayClimbTo.has(id));
  return shown.flatMap(({ object, row, flags }) => {
    const record = stored.get(String(row.id));
    // It was restored or erased meanwhile.
    if (!record) return [];
    const company = [...reach([record.id])].filter((id) => {
      const member = byId.get(id);
      return id !== record.id && member !== undefined && !links.has(member.object.name);
    });
    const above = topmost({ object, record }, byId);
    const deletedAt = String(row.deleted_at);
    return {
      object: object.name,
      id: record.id,
      name: row[object.nameField.name] ?? null,
      deleted_at: deletedAt,
      deleted_by: { id: String(row.deleted_by), name: names.get(String(row.deleted_by)) ?? '' },
      erased_at: object.binDays === undefined ? null : daysAfter(deletedAt, object.binDays),
      company: { value: company.length, kind: isWhole ? ('exact' as const) : ('at_least' as const) },
      went_with: above ? nameOf(pinned, above) : null,
      rights: rightsOf(flags).filter((right) => right === 'delete'),
    };
  });
}

/** What went with the records and the caller sees. */
async function companyOf(parts: Parts, pinned: Pinned, records: readonly StoredRecord[]) {
  const deletionIds = [...new Set(records.flatMap(({ deletionId }) => deletionId ?? []))];
  if (deletionIds.length === 0) return { members: [], isWhole: true };
  const visible = (object: CompiledObject) => pinned.visible(object);
  const context = pinned.expressionContext;
  const request = { deletionIds, visible, limit: MOST_COMPANY, context };
  return parts.storage.records.readByDeletion(pinned.snapshot, request);
}

/** The record at the top of those that took this one along, as far up as the caller sees them. */
function topmost(member: Member, byId: ReadonlyMap<string, Member>): Member | undefined {
  const passed = new Set([member.record.id]);
  let above: Member | undefined;
  for (let next: Member | undefined = member; next; ) {
    const tie: Member | undefined = tiesOf(next).flatMap(({ id }) => {
      const target = byId.get(id);
      return target && target.record.deletionId === member.record.deletionId && !passed.has(id)
        ? [target]
        : [];
    })[0];
    if (tie) passed.add(tie.record.id);
    above = tie ?? above;
    next = tie;
  }
  return above;
}

function nameOf(pinned: Pinned, { object, record }: Member): BinEntry['went_with'] {
  const { nameField } = object;
  const isPlain = pinned.isReadable(nameField) && !nameField.type.isSecret && !nameField.type.isEncrypted;
  const name: JsonValue = isPlain ? (record.data[nameField.key] ?? null) : null;
  return { object: object.name, id: record.id, name };
}

function daysAfter(at: string, days: number): string {
  return new Date(Date.parse(at) + days * DAY_MILLISECONDS).toISOString();
}
