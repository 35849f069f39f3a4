/**
 * Shares of records by hand: what the engine keeps in `_share`. Who may share what is its question; here a share is a
 * row. Queries read the same table through `sharedRecord`.
 */
import { createHash } from 'node:crypto';
import { granteeOf, isId } from '@trellis/model';
import type pg from 'pg';
import { type Connections, queryObjects } from '../connections.ts';
import { identifier, placeholder, type Sql, sql, stringLiteral } from '../sql.ts';
import type { Share, ShareStore, Workspace } from '../storage.ts';
import { SYSTEM_PRINCIPAL_ID } from '../system-columns.ts';

/** How the table knows whom a record is shared with: by id, a role by a digest of what `granteeOf` gives. */
export function granteeId(grantee: string): string {
  return isId(grantee) ? grantee : toUuid(createHash('md5').update(grantee).digest('hex'));
}

function toUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Places of the values that a condition on shares is given: `uuid[]`, and the instant that they must outlive. */
export interface SharedPlaces {
  readonly grantees: number;
  readonly now: number;
  readonly access: 'read' | 'update';
  /**
   * `by_record`: a share is looked for by each record. `at_once`: all shares of the asker are read before, and hashed. `by_id`: and
   * the records fetched by their ids.
   */
  readonly order?: 'by_record' | 'at_once' | 'by_id';
}

/** `from … where …` of the shares that count, as `s`. */
export function sharesThatCount(schema: string, objectKey: string, places: SharedPlaces): Sql {
  const isEnough = places.access === 'update' ? sql` and s.access = 'update'` : sql``;
  return sql`${identifier(schema, '_share')} s where s.grantee = any(${placeholder(places.grantees, 'uuid[]')}) and s.object = ${stringLiteral(objectKey)} and (s.expires_at is null or s.expires_at > ${placeholder(places.now, 'timestamptz')})${isEnough}`;
}

const COLUMNS = `s.id, s.object as "objectKey", s.record_id as "recordId", s.grantee as "granteeId", s.kind, s.role,
  s.and_below as "andBelow", s.access, s.expires_at as "expiresAt", s.created_at as "createdAt",
  s.created_by as "createdBy", g.name as "granteeName", p.name as "createdByName"`;

export function createShareStore(connections: Connections): ShareStore {
  const tableOf = (workspace: Workspace) => identifier(workspace.schema, '_share').text;
  return {
    counts: async (workspace, grantees) => {
      const rows = await connections.readRows<{ object: string; grantee: string; count: number }>(
        `select object, grantee, count(*)::integer as count from ${tableOf(workspace)}
          where $1::uuid[] is null or grantee = any($1::uuid[]) group by object, grantee`,
        [grantees?.map(granteeId) ?? null],
      );
      return new Map(rows.map(({ object, grantee, count }) => [`${object} ${grantee}`, count]));
    },
    list: (workspace, recordId, now, transaction) => {
      const principal = identifier(workspace.schema, '_principal').text;
      return connections.readRows<Share>(
        `select ${COLUMNS} from ${tableOf(workspace)} s left join ${principal} g on g.id = s.grantee
          left join ${principal} p on p.id = s.created_by
          where s.record_id = $1 and (s.expires_at is null or s.expires_at > $2) order by s.created_at, s.id`,
        [recordId, now],
        transaction,
      );
    },
    insert: async (workspace, share, transaction) => {
      const { role, andBelow, expiresAt, createdAt } = share;
      // One that has expired and was not swept yet gives way.
      await connections.rows(
        `delete from ${tableOf(workspace)} where record_id = $1 and grantee = $2 and expires_at <= $3`,
        [share.recordId, granteeId(share.grantee), createdAt],
        transaction,
      );
      const rows = await connections.rows(
        `insert into ${tableOf(workspace)}
           (id, object, record_id, grantee, kind, role, and_below, access, expires_at, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (record_id, grantee) do nothing returning id`,
        [
          share.id,
          share.objectKey,
          share.recordId,
          granteeId(share.grantee),
          share.kind,
          role,
          andBelow,
          share.access,
          expiresAt,
          createdAt,
          share.createdBy,
        ],
        transaction,
      );
      return rows.length > 0;
    },
    update: async (workspace, { id, recordId, access, expiresAt }, transaction) => {
      const rows = await connections.rows(
        `update ${tableOf(workspace)} set access = $3, expires_at = $4 where id = $1 and record_id = $2 returning id`,
        [id, recordId, access, expiresAt],
        transaction,
      );
      return rows.length > 0;
    },
    remove: async (workspace, { id, recordId }, transaction) => {
      const rows = await connections.rows(
        `delete from ${tableOf(workspace)} where id = $1 and record_id = $2 returning id`,
        [id, recordId],
        transaction,
      );
      return rows.length > 0;
    },
    tell: async (workspace, { objectKey, recordId, granteeId: grantee, isGiven }, origin, transaction) => {
      const { at, actorId, source, requestId } = origin;
      await connections.rows(
        `insert into ${identifier(workspace.schema, '_outbox').text}
           (at, actor_id, source, request_id, object, record_id, version, action, difference)
         select $1, $2, $3, $4, $5, t.id, t.version, $6, jsonb_build_object('grantee', $7::uuid)
           from ${identifier(workspace.schema, objectKey).text} t where t.id = $8`,
        [
          at,
          actorId,
          source,
          requestId ?? null,
          objectKey,
          isGiven ? 'share' : 'unshare',
          granteeId(grantee),
          recordId,
        ],
        transaction,
      );
    },
    removeGrantee: async (workspace, grantee, transaction) => {
      await connections.rows(
        `delete from ${tableOf(workspace)} where grantee = $1`,
        [granteeId(grantee)],
        transaction,
      );
    },
  };
}

/** Removes what has expired, and lets live updates know. */
export async function sweepShares(client: pg.ClientBase, schema: string): Promise<void> {
  await queryObjects(
    client,
    `with swept as (
       delete from ${identifier(schema, '_share').text} where expires_at <= now() returning object, record_id, grantee
     )
     insert into ${identifier(schema, '_outbox').text} (at, actor_id, source, object, record_id, version, action, difference)
     select now(), $1, 'expiry', object, record_id, 0, 'unshare', jsonb_build_object('grantee', grantee) from swept`,
    [SYSTEM_PRINCIPAL_ID],
  );
}

/** After a publish: shares follow a role that was renamed, and end with one that is gone. */
export async function followRoles(
  client: pg.ClientBase,
  schema: string,
  change: {
    readonly renames: readonly { readonly kind: string; readonly from: string; readonly to: string }[];
    readonly remove: readonly { readonly kind: string; readonly name: string }[];
    /** Names of all roles that there are now. */
    readonly roles: Iterable<string>;
  },
): Promise<void> {
  const renamed = change.renames.filter(({ kind }) => kind === 'role');
  if (renamed.length === 0 && !change.remove.some(({ kind }) => kind === 'role')) return;
  const table = identifier(schema, '_share').text;
  const moves = renamed.flatMap(({ from, to }) =>
    [false, true].map((andBelow) => ({ from, to, and_below: andBelow, grantee: roleId(to, andBelow) })),
  );
  await queryObjects(
    client,
    `update ${table} s set role = m.to, grantee = m.grantee
       from jsonb_to_recordset($1::jsonb) as m("from" text, "to" text, and_below boolean, grantee uuid)
      where s.kind = 'role' and s.role = m.from and s.and_below = m.and_below`,
    [JSON.stringify(moves)],
  );
  await queryObjects(client, `delete from ${table} where kind = 'role' and not role = any($1::text[])`, [
    [...change.roles],
  ]);
}

function roleId(role: string, andBelow: boolean): string {
  return granteeId(granteeOf({ role, andBelow, team: undefined, user: undefined }));
}
