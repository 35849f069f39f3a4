/** The metadata's door: what is stored, what a publish would do, publishing, and news of it from other nodes. */
import { type Component, objectOf } from '@trellis/metadata';
import type { Model } from '@trellis/model';
import type pg from 'pg';
import type { DatabaseFeatures } from '../capabilities.ts';
import { type Connections, queryObjects } from '../connections.ts';
import { readConversions } from '../conversion/conversion-register.ts';
import { indexStates, retryFailed } from '../maintenance/index-states.ts';
import type { PromotionSettings } from '../maintenance/online-steps.ts';
import { unservedFields } from '../query/served.ts';
import type { SlowQuestions } from '../query/slow-questions.ts';
import { requestRecompute, rollupStates } from '../rollups/rollup-worker.ts';
import { readKept } from '../sharing/kept-registers.ts';
import { sharingStates } from '../sharing/sharing-states.ts';
import { identifier, sql, stringLiteral } from '../sql.ts';
import type {
  ColumnState,
  MetadataStore,
  PromotedColumn,
  Snapshot,
  StorageStep,
  StoredMetadata,
  Workspace,
} from '../storage.ts';
import { WORKSPACE_COLUMNS } from '../workspace-store.ts';
import { readAliases } from './aliases.ts';
import type { ChangeListener } from './change-listener.ts';
import { listRevisions, readComponents } from './components.ts';
import { isOutdated } from './generator.ts';
import { CHANNEL, publish } from './publish.ts';
import { readObjectStates, readRegisters } from './registers.ts';
import { renewStorage } from './renew-storage.ts';
import { forgetServed, writeServed } from './served-revisions.ts';
import { describePlan, planObject } from './storage-plan.ts';
import { sequenceName } from './table-ddl.ts';
import { slotName } from './wanted-storage.ts';

/** Counting stops here; above it the planner's estimate is good enough. */
const COUNT_CAP = 10_000;

export function createMetadataStore(
  connections: Connections,
  features: DatabaseFeatures,
  parts: {
    readonly listener: ChangeListener;
    readonly wake: (workspace: Workspace) => void;
    readonly maxNewTables: number;
    readonly slow: SlowQuestions;
    readonly promotion: PromotionSettings;
  },
): MetadataStore {
  const { listener, wake, maxNewTables, slow, promotion } = parts;
  return {
    load: (workspace, known) =>
      connections.transaction((transaction) => load(transaction.client, features, { workspace, known }), {
        begin: 'begin isolation level repeatable read read only',
      }),
    loadRevision: async (workspace) => {
      const [row] = await connections.readRows<{ revision: number; epoch: number }>(
        'select revision, epoch from platform.workspace where id = $1',
        [workspace.id],
      );
      return row ?? { revision: 0, epoch: 0 };
    },
    listOutdated: async () => {
      const { text, values } = isOutdated(features);
      return connections.readRows<Workspace>(
        `select ${WORKSPACE_COLUMNS} from platform.workspace where ${text} order by created_at, name`,
        values,
      );
    },
    renew: async (about, options) => {
      const renewal = await renewStorage(connections, promotion, about, options);
      if (renewal === 'renewed') wake(about.workspace);
      return renewal;
    },
    planStorage: (snapshot, after) =>
      connections.transaction(
        (transaction) => planStorage(transaction.client, features, { snapshot, after }),
        {
          begin: 'begin read only',
        },
      ),
    publish: async (request) => {
      const published = await publish(connections, features, request, maxNewTables);
      wake(request.workspace);
      return published;
    },
    tellServed: (workspace, node, revision) => writeServed(connections, workspace, node, revision),
    forgetServed: (workspace, node) => forgetServed(connections, workspace, node),
    listRevisions: (workspace, limit) => listRevisions(connections, workspace, limit),
    columnStates: (workspace) => columnStates(connections, workspace),
    indexStates: (snapshot) => indexStates(connections, features, snapshot),
    retryFailed: async (workspace, objectKey) => {
      const isTried = await retryFailed(connections, workspace, objectKey);
      if (isTried) wake(workspace);
      return isTried;
    },
    slowQuestions: (workspace) => slow.list(workspace),
    dismissSlow: (workspace, questions) => slow.dismiss(workspace, questions),
    unserved: (snapshot, object, { equal, other, sort }) =>
      unservedFields(snapshot, object, {
        compared: equal,
        values: other,
        sort: sort.map((path) => ({ path, descending: false })),
      }),
    rollupStates: (workspace) => rollupStates(connections, workspace),
    sharingStates: (snapshot) => sharingStates(connections, snapshot),
    recomputeRollup: async (workspace, objectKey, fieldKey) => {
      const isKnown = await requestRecompute(connections, workspace, { objectKey, fieldKey });
      if (isKnown) wake(workspace);
      return isKnown;
    },
    countRecords: (workspace, keys) => countRecords(connections, workspace, keys),
    announce: async (workspace, transaction) => {
      await connections.rows('select pg_notify($1, $2)', [CHANNEL, workspace.name], transaction);
    },
    onChange: (callback) => listener.subscribe(callback),
  };
}

async function load(
  client: pg.ClientBase,
  features: DatabaseFeatures,
  about: {
    readonly workspace: Workspace;
    readonly known: Pick<StoredMetadata, 'revision' | 'components'> | undefined;
  },
): Promise<StoredMetadata> {
  const { workspace, known } = about;
  const { schema } = workspace;
  const { text, values } = isOutdated(features);
  const [row] = (await queryObjects(
    client,
    `select revision, epoch, ${text} as "isOutdated" from platform.workspace where id = $3`,
    [...values, workspace.id],
  )) as readonly { revision: number; epoch: number; isOutdated: boolean }[];
  const isKnown = known !== undefined && known.revision === row?.revision;
  const components = isKnown ? known.components : await readComponents(client, schema);
  const retired = (await queryObjects(
    client,
    `select object_key, field_key, column_type from ${identifier(schema, '_field_key').text} where is_retired`,
    [],
  )) as readonly { object_key: string; field_key: string; column_type: string }[];
  const retiredKeys = new Map<string, Map<string, string>>();
  for (const { object_key, field_key, column_type } of retired) {
    entryOf(retiredKeys, object_key).set(field_key, column_type);
  }
  const promoted = (await queryObjects(
    client,
    `select c.object_key, c.field_key, c.number, c.state = 'ready' as is_ready,
            c.column_type = 'entries' or exists (select from ${identifier(schema, '_index').text} i
                     where i.object_key = c.object_key and i.is_unique and i.state = 'ready'
                       and i.columns = array['c_' || c.number]) as is_unique
       from ${identifier(schema, '_column').text} c where c.state <> 'retired'`,
    [],
  )) as readonly {
    object_key: string;
    field_key: string;
    number: number;
    is_ready: boolean;
    is_unique: boolean;
  }[];
  const columns = new Map<string, Map<string, PromotedColumn>>();
  for (const { object_key, field_key, number, is_ready, is_unique } of promoted) {
    const column = { name: slotName(number), isReady: is_ready, isUnique: is_unique };
    entryOf(columns, object_key).set(field_key, column);
  }
  const kept = (await queryObjects(
    client,
    `select object_key, field_key from ${identifier(schema, '_rollup').text} where state = 'ready'`,
    [],
  )) as readonly { object_key: string; field_key: string }[];
  const rollups = new Map<string, Set<string>>();
  for (const { object_key, field_key } of kept) {
    rollups.set(object_key, (rollups.get(object_key) ?? new Set()).add(field_key));
  }
  const keptConditions = await readKept(client, schema);
  const open = await readConversions(client, schema, ['running', 'done']);
  const aliases = await readAliases(client, schema);
  const conversions = Map.groupBy(open, (each) => each.objectKey);
  return {
    revision: row?.revision ?? 0,
    epoch: row?.epoch ?? 0,
    isOutdated: row?.isOutdated ?? false,
    components,
    retiredKeys,
    columns,
    rollups,
    kept: keptConditions,
    conversions,
    aliases,
  };
}

function entryOf<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let entry = map.get(key);
  if (!entry) {
    entry = new Map();
    map.set(key, entry);
  }
  return entry;
}

async function planStorage(
  client: pg.ClientBase,
  features: DatabaseFeatures,
  change: { readonly snapshot: Snapshot; readonly after: Model },
): Promise<readonly StorageStep[]> {
  const { snapshot, after } = change;
  const { schema } = snapshot.workspace;
  const states = await readObjectStates(client, schema);
  const changed = changedObjects(snapshot.model, after);
  const objects = [...after.objects.values()].filter(
    ({ name, key, isSystem }) => changed.has(name) || isSystem || states.get(key) !== 'live',
  );
  const registers = await readRegisters(
    client,
    schema,
    objects.map(({ key }) => key),
    states,
  );
  const sequences = await queryObjects(
    client,
    'select sequencename as name from pg_sequences where schemaname = $1',
    [schema],
  );
  const made = new Set((sequences as readonly { name: string }[]).map(({ name }) => name));
  const steps: StorageStep[] = [];
  for (const object of objects) {
    const plan = planObject(object, registers.get(object.key)!, { schema, model: after, features });
    const isChanged = plan.isNew || plan.promote.length + plan.addIndexes.length > 0;
    const isEmpty = isChanged && !plan.isNew && (await isTableEmpty(client, schema, object.key));
    const newSequences = plan.numbered.filter((key) => !made.has(sequenceName(object.key, key)));
    steps.push(...describePlan(plan, isEmpty, newSequences));
  }
  const wanted = new Set([...after.objects.values()].map((object) => object.key));
  for (const object of snapshot.model.objects.values()) {
    if (wanted.has(object.key) || states.get(object.key) !== 'live') continue;
    const description = `Retires the table of ${object.label}. Its records are kept until they are purged.`;
    steps.push({ kind: 'drop_table_later', object: object.name, description, isImmediate: false });
  }
  return steps;
}

/** Names of the objects of which a component is another one in the second model: the others are not touched by a publish. */
function changedObjects(before: Model, after: Model): ReadonlySet<string> {
  // Side by side: nearly all of a large workspace is the same at the same place.
  const olds = before.components.values();
  const [gone, come] = [new Set<Component>(), new Set<Component>()];
  for (const component of after.components.values()) {
    const old = olds.next().value;
    if (old === component) continue;
    if (old) gone.add(old);
    come.add(component);
  }
  for (const old of olds) gone.add(old);
  const moved = [...gone]
    .filter((each) => !come.has(each))
    .concat([...come].filter((each) => !gone.has(each)));
  return new Set(moved.map((component) => objectOf(component) ?? component.name));
}

async function isTableEmpty(client: pg.ClientBase, schema: string, key: string): Promise<boolean> {
  const rows = await queryObjects(
    client,
    sql`select exists (select from ${identifier(schema, key)}) as found`.text,
    [],
  );
  return !(rows as readonly { found: boolean }[])[0]!.found;
}

async function columnStates(connections: Connections, workspace: Workspace): Promise<readonly ColumnState[]> {
  const { schema } = workspace;
  const rows = await connections.readRows<ColumnState>(
    `select c.object_key as object, split_part(c.field_key, '~', 1) as field, 'c_' || c.number as column,
            case when c.state = 'ready' and i.state is not null then
              case i.state when 'failed' then 'failed' else 'indexing' end
            else c.state end as state,
            c.rows_done as "rowsDone", coalesce(c.error, i.error) as error
       from ${identifier(schema, '_column').text} c
       left join lateral (
         select i.state, i.error from ${identifier(schema, '_index').text} i
          where i.object_key = c.object_key and 'c_' || c.number = any(i.columns) and i.state in ('failed', 'waiting')
          order by i.state limit 1
       ) i on true
      order by c.object_key, c.number`,
  );
  return rows;
}

async function countRecords(
  connections: Connections,
  workspace: Workspace,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { schema } = workspace;
  const tables = await connections.readRows<{ key: string; estimate: number }>(
    `select c.relname as key, greatest(c.reltuples, 0)::bigint as estimate
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = any($2) and c.relkind = 'r'`,
    [schema, [...keys]],
  );
  const counts = new Map<string, number>();
  if (tables.length === 0) return counts;
  const parts = tables.map(
    ({ key }) =>
      sql`select ${stringLiteral(key)} as key, (select count(*) from (select from ${identifier(schema, key)} where deleted_at is null limit 10001) r) as count`
        .text,
  );
  const rows = await connections.readRows<{ key: string; count: number }>(parts.join(' union all '));
  for (const { key, count } of rows) {
    const estimate = tables.find((table) => table.key === key)?.estimate ?? 0;
    counts.set(key, count > COUNT_CAP ? Math.max(estimate, count) : count);
  }
  return counts;
}
