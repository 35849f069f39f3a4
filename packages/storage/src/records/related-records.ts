/**
 * What hangs together with a record: those that point at it, those that were deleted with it, its history; and its
 * final erasure, which has to undo all of these ties.
 */
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import type { Connections } from '../connections.ts';
import { identifier, integer, join, type Sql, sql, stringLiteral } from '../sql.ts';
import type {
  ChangeOrigin,
  DependentRecord,
  HistoryEntry,
  Snapshot,
  StoredRecord,
  Transaction,
} from '../storage.ts';
import { readStored, STORED_COLUMNS } from './load-records.ts';

export interface Pointer {
  readonly object: CompiledObject;
  readonly field: CompiledField;
}

/** Every lookup of every object that may point at `target`. */
function pointersAt(snapshot: Snapshot, target: CompiledObject): readonly Pointer[] {
  return [...snapshot.model.objects.values()].flatMap((object) =>
    object.ownFields
      .filter(
        (field) => field.type.valueType === 'id' && !field.related && field.targets.includes(target.name),
      )
      .map((field) => ({ object, field })),
  );
}

/** The id that a lookup of the table `t` holds. */
export function pointedId(snapshot: Snapshot, { object, field }: Pointer): Sql {
  const column = snapshot.columns.get(object.key)?.get(field.key);
  if (column?.isReady) return identifier('t', column.name);
  const key = stringLiteral(field.key);
  return field.isPolymorphic ? sql`(t.data->${key}->>'id')::uuid` : sql`(t.data->>${key})::uuid`;
}

/** A polymorphic lookup may hold the same id of another object. */
function pointsAt(pointer: Pointer, target: CompiledObject): Sql {
  if (!pointer.field.isPolymorphic) return sql`true`;
  return sql`t.data->${stringLiteral(pointer.field.key)}->>'object' = ${stringLiteral(target.name)}`;
}

export async function findDependents(
  connections: Connections,
  snapshot: Snapshot,
  target: { readonly object: CompiledObject; readonly ids: readonly string[]; readonly limit: number },
  transaction: Transaction,
): Promise<readonly DependentRecord[]> {
  const found: DependentRecord[] = [];
  for (const pointer of pointersAt(snapshot, target.object)) {
    const left = target.limit - found.length;
    if (left <= 0) break;
    const id = pointedId(snapshot, pointer);
    const table = identifier(snapshot.workspace.schema, pointer.object.key);
    const text =
      sql`select t.id, t.version, ${id} from ${table} t where ${id} = any($1::uuid[]) and t.deleted_at is null and ${pointsAt(pointer, target.object)} order by t.id limit ${integer(left)} for update of t`
        .text;
    const rows = await connections.read({ text }, [[...target.ids]], transaction);
    for (const [recordId, version, targetId] of rows as readonly [string, number, string][]) {
      const record = { id: recordId, version };
      found.push({ object: pointer.object, field: pointer.field.name, record, targetId });
    }
  }
  return found;
}

/** Those of the objects that have a record of which the condition holds: one small statement. */
export async function findAmong(
  connections: Pick<Connections, 'read'>,
  snapshot: Snapshot,
  asked: {
    readonly objects: readonly CompiledObject[];
    readonly where: Sql;
    readonly values?: readonly unknown[];
  },
  transaction?: Transaction,
): Promise<readonly CompiledObject[]> {
  const { objects, where, values = [] } = asked;
  if (objects.length === 0) return [];
  const probes = objects.map(
    ({ key }, index) =>
      sql`select ${stringLiteral(String(index))}::int where exists (select from ${identifier(snapshot.workspace.schema, key)} where ${where})`,
  );
  const hits = await connections.read({ text: join(probes, ' union all ').text }, [...values], transaction);
  return hits.map(([index]) => objects[index as number]!);
}

export async function findByDeletion(
  connections: Connections,
  snapshot: Snapshot,
  deletionId: string,
  transaction: Transaction,
): Promise<readonly { readonly object: CompiledObject; readonly record: StoredRecord }[]> {
  const objects = [...snapshot.model.objects.values()];
  const { schema } = snapshot.workspace;
  const found: { object: CompiledObject; record: StoredRecord }[] = [];
  // A deletion reaches few objects.
  const where = sql`deletion_id = $1::uuid`;
  for (const object of await findAmong(
    connections,
    snapshot,
    { objects, where, values: [deletionId] },
    transaction,
  )) {
    const text =
      sql`select ${STORED_COLUMNS} from ${identifier(schema, object.key)} t where t.deletion_id = $1::uuid order by t.id for update of t`
        .text;
    const rows = await connections.read({ text }, [deletionId], transaction);
    found.push(...rows.map((row) => ({ object, record: readStored(row, true) })));
  }
  return found;
}

/**
 * Erases deleted records with their history. Whatever still points at them, most likely other deleted records, is
 * blanked first, without a new version: nobody can see a difference, since the target was gone already.
 */
export async function purge(
  connections: Connections,
  snapshot: Snapshot,
  target: { readonly object: CompiledObject; readonly ids: readonly string[]; readonly origin: ChangeOrigin },
  transaction: Transaction,
): Promise<number> {
  const { schema } = snapshot.workspace;
  const table = identifier(schema, target.object.key);
  const rows = await connections.read(
    {
      text: sql`select t.id from ${table} t where t.id = any($1::uuid[]) and t.deleted_at is not null order by t.id for update`
        .text,
    },
    [[...target.ids]],
    transaction,
  );
  const ids = rows.map(([id]) => id as string);
  if (ids.length === 0) return 0;
  for (const pointer of pointersAt(snapshot, target.object)) {
    const condition = sql`${pointedId(snapshot, pointer)} = any($1::uuid[]) and ${pointsAt(pointer, target.object)}`;
    await connections.write(
      {
        text: sql`update ${identifier(schema, pointer.object.key)} t set data = t.data - ${stringLiteral(pointer.field.key)} where ${condition}`
          .text,
      },
      [ids],
      transaction,
    );
  }
  const { origin } = target;
  await connections.write(
    {
      text: sql`with erased as (
  delete from ${table} where id = any($1::uuid[]) returning id, version, deletion_id
), history as (
  delete from ${identifier(schema, '_history')} where record_id = any($1::uuid[])
), cleared as (
  delete from ${identifier(schema, '_cleared_lookup')} c using erased e where c.deletion_id = e.deletion_id and c.target_id = e.id
), shares as (
  delete from ${identifier(schema, '_share')} where record_id = any($1::uuid[])
), files as (
  update ${identifier(schema, '_file')} set expires_at = now() where record_id = any($1::uuid[])
)
insert into ${identifier(schema, '_outbox')} (at, actor_id, source, request_id, object, record_id, version, action)
select $2::timestamptz, $3::uuid, $4::text, $5::text, ${stringLiteral(target.object.key)}, id, version, 'purge' from erased`
        .text,
    },
    [ids, origin.at, origin.actorId, origin.source, origin.requestId ?? null],
    transaction,
  );
  return ids.length;
}

/**
 * Live records by object that belong to a principal. Its row stays locked until the transaction ends: whoever is just
 * making a record of its own has a share in that row, by the foreign key, and is waited for.
 */
export async function countOwned(
  connections: Connections,
  snapshot: Snapshot,
  ownerId: string,
  transaction: Transaction,
): Promise<readonly { readonly object: CompiledObject; readonly count: number }[]> {
  const { schema } = snapshot.workspace;
  const lock = sql`select from ${identifier(schema, '_principal')} where id = $1::uuid for update`.text;
  await connections.read({ text: lock }, [ownerId], transaction);
  const objects = [...snapshot.model.objects.values()];
  const counts = objects.map(
    (object, index) =>
      sql`select ${integer(index)}, count(*) from ${identifier(schema, object.key)} where owner_id = $1::uuid and deleted_at is null having count(*) > 0`,
  );
  const rows = await connections.read({ text: join(counts, ' union all ').text }, [ownerId], transaction);
  return rows.map(([index, count]) => ({ object: objects[index as number]!, count: Number(count) }));
}

/** Newest first. */
export async function readHistory(
  connections: Connections,
  snapshot: Snapshot,
  request: {
    readonly recordId: string;
    readonly limit: number;
    readonly before: string | undefined;
    readonly fieldKey?: string | undefined;
    readonly actions?: readonly string[] | undefined;
  },
  transaction: Transaction | undefined,
): Promise<readonly HistoryEntry[]> {
  const { schema } = snapshot.workspace;
  const { recordId, limit, before, fieldKey, actions } = request;
  const rows = await connections.readRows<
    Omit<HistoryEntry, 'id' | 'difference'> & { id: number; difference: { [key: string]: JsonValue } }
  >(
    `select h.id, h.record_id as "recordId", h.at, h.actor_id as "actorId", p.name as "actorName", h.action, h.source,
            h.version, h.difference, h.cause
       from ${identifier(schema, '_history').text} h
       left join ${identifier(schema, '_principal').text} p on p.id = h.actor_id
      where h.record_id = $1::uuid and ($2::bigint is null or h.id < $2::bigint)
        and ($4::text is null or h.difference ? $4::text) and ($5::text[] is null or h.action = any($5::text[]))
      order by h.id desc limit $3`,
    [
      recordId,
      before !== undefined && /^\d{1,18}$/.test(before) ? before : null,
      limit,
      fieldKey ?? null,
      actions ?? null,
    ],
    transaction,
  );
  return rows.map(({ id, difference, ...entry }) => ({
    ...entry,
    id: String(id),
    // A creation keeps the new values alone; there was nothing before them.
    difference: (entry.action === 'create'
      ? Object.fromEntries(Object.entries(difference).map(([key, value]) => [key, [null, value] as const]))
      : difference) as HistoryEntry['difference'],
  }));
}
