/**
 * The statements that write records. Each is one statement for any number of rows: the rows travel as one JSON
 * parameter, and the same statement writes the record, its history row and its outbox row, so that none of the
 * three can exist without the others.
 */
import { type CompiledObject, PRINCIPAL_OBJECTS } from '@trellis/model';
import { identifier, join, type Sql, sql, stringLiteral } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import { type HeldTargets, NOTHING_HELD } from './held-targets.ts';

/** Parameters of every write after the rows: instant, actor, source, request, cause. */
const AT = sql`$2::timestamptz`;
const ACTOR = sql`$3::uuid`;
const ORIGIN = sql`$2::timestamptz, $3::uuid, $4::text, $5::text`;
const CAUSE = sql`$6::jsonb`;

interface Names {
  readonly table: Sql;
  readonly history: Sql;
  readonly outbox: Sql;
  readonly principal: Sql;
  readonly object: Sql;
}

function namesOf(workspace: Workspace, object: CompiledObject): Names {
  const { schema } = workspace;
  return {
    table: identifier(schema, object.key),
    history: identifier(schema, '_history'),
    outbox: identifier(schema, '_outbox'),
    principal: identifier(schema, '_principal'),
    object: stringLiteral(object.key),
  };
}

/** `$1`: `[{id, owner_id, record_type, data}]`. */
export function insertStatement(
  workspace: Workspace,
  object: CompiledObject,
  { steps, conditions }: HeldTargets = NOTHING_HELD,
): Sql {
  const names = namesOf(workspace, object);
  const secrets = object.ownFields.filter((field) => field.type.isSecret);
  const difference =
    secrets.length === 0
      ? sql`data`
      : sql`data - array[${join(secrets.map((field) => stringLiteral(field.key)))}]`;
  return sql`with ${steps}input as (
  select * from jsonb_to_recordset($1::jsonb) as r(id uuid, owner_id uuid, record_type text, data jsonb)${where(conditions)}
), written as (
  insert into ${names.table} (id, owner_id, record_type, created_at, created_by, updated_at, updated_by, version, data)
  select id, owner_id, record_type, ${AT}, ${ACTOR}, ${AT}, ${ACTOR}, 1, data from input
)${principalStep(object, names)}${traces(object, names, { action: sql`'create'`, rows: sql`input`, version: sql`1`, difference, outboxDifference: sql`null::jsonb` })}
select 1 from input limit 1`;
}

/**
 * `$1`: `[{id, version, owner_id, record_type, data, difference}]`; rows that have moved on are left alone. A record that is
 * changed by itself is locked before what it points to is held, as those of a batch are, or they could wait in a ring.
 */
export function updateStatement(
  workspace: Workspace,
  object: CompiledObject,
  { steps, conditions, isAlone = false }: HeldTargets = NOTHING_HELD,
  more: Sql = sql``,
): Sql {
  const names = namesOf(workspace, object);
  const isLockedFirst = isAlone && steps.text !== '';
  const own = isLockedFirst
    ? sql`own as (
  select t.id from ${names.table} t where t.id = ($1::jsonb->0->>'id')::uuid for no key update of t
), `
    : sql``;
  const met = isLockedFirst ? [sql`exists (select from own)`, ...conditions] : conditions;
  return sql`with ${own}${steps}input as (
  select * from jsonb_to_recordset($1::jsonb) as r(id uuid, version integer, owner_id uuid, record_type text, data jsonb, difference jsonb)${where(met)}
), written as (
  update ${names.table} t set owner_id = i.owner_id, record_type = i.record_type, data = i.data,
    version = t.version + 1, updated_at = ${AT}, updated_by = ${ACTOR}
  from input i where t.id = i.id and t.version = i.version and t.deleted_at is null
  returning t.id, t.version, t.created_at, i.difference${isPrincipal(object) ? sql`, t.data` : sql``}
)${principalStep(object, names, sql`written`)}${traces(object, names, { action: sql`'update'`, rows: sql`written`, version: sql`version`, difference: sql`difference`, outboxDifference: sql`difference` })}${more}
select id, version, created_at from written`;
}

/**
 * As `updateStatement`, where records get another owner: what was shared in the name of the old one is shared no more, and
 * those that it was shared with are told.
 */
export function transferStatement(workspace: Workspace, object: CompiledObject, held: HeldTargets): Sql {
  const { outbox, object: name } = namesOf(workspace, object);
  const unshared = sql`, unshared as (
  delete from ${identifier(workspace.schema, '_share')} s using written w where s.record_id = w.id and w.difference ? 'owner_id'
  returning s.record_id, s.grantee, w.version
), unshared_told as (
  insert into ${outbox} (at, actor_id, source, request_id, object, record_id, version, action, difference)
  select ${ORIGIN}, ${name}, record_id, version, 'unshare', jsonb_build_object('grantee', grantee) from unshared
)`;
  return updateStatement(workspace, object, held, unshared);
}

/** `$1`: `[{id, version}]`, `$7`: the deletion. */
export function removeStatement(
  workspace: Workspace,
  object: CompiledObject,
  held: HeldTargets = NOTHING_HELD,
): Sql {
  return moveStatement(workspace, object, held, {
    action: sql`'delete'`,
    set: sql`deleted_at = ${AT}, deleted_by = ${ACTOR}, deletion_id = $7::uuid`,
    where: sql`t.deleted_at is null`,
  });
}

/** `$1`: `[{id, version}]`. */
export function restoreStatement(
  workspace: Workspace,
  object: CompiledObject,
  held: HeldTargets = NOTHING_HELD,
): Sql {
  return moveStatement(workspace, object, held, {
    action: sql`'restore'`,
    set: sql`deleted_at = null, deleted_by = null, deletion_id = null`,
    where: sql`t.deleted_at is not null`,
  });
}

function moveStatement(
  workspace: Workspace,
  object: CompiledObject,
  { conditions }: HeldTargets,
  move: { readonly action: Sql; readonly set: Sql; readonly where: Sql },
): Sql {
  const names = namesOf(workspace, object);
  const nothing = sql`'{}'::jsonb`;
  return sql`with input as (
  select * from jsonb_to_recordset($1::jsonb) as r(id uuid, version integer)${where(conditions)}
), written as (
  update ${names.table} t set ${move.set}, version = t.version + 1, updated_at = ${AT}, updated_by = ${ACTOR}
  from input i where t.id = i.id and t.version = i.version and ${move.where}
  returning t.id, t.version, t.created_at
)${traces(object, names, { action: move.action, rows: sql`written`, version: sql`version`, difference: nothing, outboxDifference: sql`null::jsonb` })}
select id, version, created_at from written`;
}

function where(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`` : sql` where ${join(conditions, ' and ')}`;
}

/** Users and teams can own records: their names stand among the principals, kept by the same statement. */
function principalStep(object: CompiledObject, names: Names, rows: Sql = sql`input`): Sql {
  if (!isPrincipal(object)) return sql``;
  const title = sql`coalesce(data->>${stringLiteral(object.nameField.key)}, '')`;
  return sql`, principal as (
  insert into ${names.principal} (id, object, name) select id, ${names.object}, ${title} from ${rows}
  on conflict (id) do update set name = excluded.name where _principal.name is distinct from excluded.name
)`;
}

function isPrincipal(object: CompiledObject): boolean {
  return object.isSystem && PRINCIPAL_OBJECTS.includes(object.name);
}

function traces(
  object: CompiledObject,
  names: Names,
  trace: {
    readonly action: Sql;
    readonly rows: Sql;
    readonly version: Sql;
    readonly difference: Sql;
    readonly outboxDifference: Sql;
  },
): Sql {
  const history = object.keepsHistory
    ? sql`, history as (
  insert into ${names.history} (at, actor_id, source, request_id, object, record_id, version, action, difference, cause)
  select ${ORIGIN}, ${names.object}, id, ${trace.version}, ${trace.action}, ${trace.difference}, ${CAUSE} from ${trace.rows}
)`
    : sql``;
  return sql`${history}, outbox as (
  insert into ${names.outbox} (at, actor_id, source, request_id, object, record_id, version, action, difference)
  select ${ORIGIN}, ${names.object}, id, ${trace.version}, ${trace.action}, ${trace.outboxDifference} from ${trace.rows}
)`;
}
