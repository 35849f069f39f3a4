/** What there is of indexes: why each is there, how far it is, its size and its use. */
import type { CompiledField, CompiledObject, Model } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Connections } from '../connections.ts';
import { CHANNEL } from '../metadata/publish.ts';
import { slotName, wantedIndexes } from '../metadata/wanted-storage.ts';
import { identifier } from '../sql.ts';
import type { IndexState, Workspace } from '../storage.ts';
import { standsIn } from './online-indexes.ts';

interface Row {
  readonly object_key: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly is_unique: boolean;
  readonly state: 'waiting' | 'ready' | 'failed' | 'dropping';
  readonly error: string | null;
  readonly since: string;
  readonly bytes: number | null;
  readonly scans: number | null;
  readonly last_used_at: string | null;
  readonly progress: number | null;
  readonly is_held_up: boolean;
  readonly stands_in: boolean;
}

const STATES: Readonly<Record<Row['state'], IndexState['state']>> = {
  waiting: 'building',
  ready: 'valid',
  failed: 'failed',
  dropping: 'removing',
};

export async function indexStates(
  connections: Connections,
  features: DatabaseFeatures,
  { workspace, model }: { readonly workspace: Workspace; readonly model: Model },
): Promise<readonly IndexState[]> {
  const { schema } = workspace;
  const rows = await connections.readRows<Row>(
    `select i.object_key, i.name, i.columns, i.is_unique, i.state, i.error, pg_relation_size(c.oid) as bytes, u.idx_scan as scans,
            greatest(i.changed_at, d.stats_reset) as since, to_jsonb(u) ->> 'last_idx_scan' as last_used_at,
            (select case when p.blocks_total > 0 then p.blocks_done::float8 / p.blocks_total end
               from pg_stat_progress_create_index p where p.index_relid = c.oid limit 1) as progress,
            exists (select from ${identifier(schema, '_column').text} h
                     where h.object_key = i.object_key and 'c_' || h.number = any(i.columns) and h.state = 'failed')
              as is_held_up,
            ${standsIn(schema)} as stands_in
       from ${identifier(schema, '_index').text} i
       left join pg_namespace n on n.nspname = $1
       left join pg_class c on c.relname = i.name and c.relnamespace = n.oid
       left join pg_stat_all_indexes u on u.indexrelid = c.oid
       left join pg_stat_database d on d.datname = current_database()
      where i.kind = 'index' order by i.object_key, i.name`,
    [schema],
  );
  const columns = await connections.readRows<{ object_key: string; number: number; field_key: string }>(
    `select object_key, number, field_key from ${identifier(schema, '_column').text} where state <> 'retired'`,
  );
  const slots = Map.groupBy(columns, (column) => column.object_key);
  const byKey = new Map([...model.objects.values()].map((object) => [object.key, object]));
  return [...Map.groupBy(rows, (row) => row.object_key)].flatMap(([key, ofObject]) => {
    const object = byKey.get(key);
    if (!object) return [];
    const slotOf = new Map((slots.get(key) ?? []).map((each) => [each.field_key, slotName(each.number)]));
    const wanted = new Map(
      wantedIndexes(object, { schema, model, features, slotOf: (field) => slotOf.get(field) }).map((each) => [
        each.name,
        each,
      ]),
    );
    const fieldAt = new Map([...slotOf].map(([field, slot]) => [slot, field.replace(/~.*/, '')]));
    return ofObject.flatMap((row): IndexState[] => {
      const index = wanted.get(row.name);
      // What the platform itself needs is nobody's to judge.
      if (index?.reason.is === 'platform') return [];
      return [
        {
          object: object.name,
          name: row.name,
          fields: (index?.keys ?? row.columns).map((each) => nameOf(object, each, fieldAt)),
          reason: index?.reason ?? (row.stands_in ? { is: 'stands_in' } : undefined),
          isUnique: row.is_unique,
          state: row.stands_in
            ? 'valid'
            : row.state === 'waiting' && row.is_held_up
              ? 'failed'
              : STATES[row.state],
          error: row.error,
          progress: row.progress,
          bytes: row.bytes,
          scans: row.scans,
          since: row.since,
          lastUsedAt: row.last_used_at === null ? null : new Date(row.last_used_at).toISOString(),
        },
      ];
    });
  });
}

/** Has columns and indexes of the object that could not be made tried again. False: there is none. */
export async function retryFailed(
  connections: Connections,
  workspace: Workspace,
  objectKey: string,
): Promise<boolean> {
  const { schema } = workspace;
  const rows = await connections.rows<{ tried: number }>(
    `with columns as (
       update ${identifier(schema, '_column').text} set state = 'waiting', error = null, changed_at = now()
        where object_key = $1 and state = 'failed' returning 1
     ), indexes as (
       update ${identifier(schema, '_index').text} set state = 'waiting', error = null
        where object_key = $1 and state = 'failed' returning 1
     )
     select (select count(*) from columns) + (select count(*) from indexes) as tried`,
    [objectKey],
  );
  await connections.rows('select pg_notify($1, $2)', [CHANNEL, workspace.name]);
  return Number(rows[0]?.tried) > 0;
}

/** `-c_7` → `-close_date` */
function nameOf(object: CompiledObject, key: string, fieldAt: ReadonlyMap<string, string>): string {
  const sign = key.startsWith('-') ? '-' : '';
  const column = key.slice(sign.length);
  const fieldKey = fieldAt.get(column);
  const isMeant = (field: CompiledField) =>
    fieldKey === undefined ? field.systemColumn === column : field.key === fieldKey;
  return sign + ([...object.fields.values()].find(isMeant)?.name ?? column);
}
