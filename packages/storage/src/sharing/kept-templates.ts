/**
 * The SQL that keeps candidates (decision 0047), as templates: which columns there are changes after a publish, and a
 * place takes the column of a field where one is filled, else what `data` holds.
 *
 * Triggers only add rows. Whatever a condition reads and a statement changes, the records that it leads to become
 * candidates, on the ways as they were and as they are.
 */
import type { CompiledField, CompiledObject, Expression, Model } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { sourceInRow, sourceOf } from '../metadata/field-source.ts';
import { writtenOut } from '../metadata/formula-source.ts';
import { lowerCondition } from '../query/lower-condition.ts';
import { Shape, shapeCondition } from '../query/shape.ts';
import { ScalarSources } from '../query/sources.ts';
import {
  keptEverywhere,
  readPart,
  type TemplateColumn,
  type TemplateColumns,
} from '../rollups/rollup-functions.ts';
import { conjunction, identifier, join, Sql, sql, stringLiteral } from '../sql.ts';
import type { Workspace } from '../storage.ts';
import { SYSTEM_PRINCIPAL_ID, sqlTypeOf } from '../system-columns.ts';
import { decidedBy, type KeptCondition, type Reading, type Step } from './kept-conditions.ts';

export interface KeptScope {
  readonly workspace: Workspace;
  readonly model: Model;
  readonly features: DatabaseFeatures;
}

/** Whether the row `t` meets a condition. */
export interface ConditionTemplate extends TemplateColumns {
  readonly meets: string;
}

/** Statements of a table's trigger, by kind of write. */
export interface TriggerTemplate extends TemplateColumns {
  readonly insert: string;
  readonly update: string;
  readonly delete: string;
  /** Of a row before and after, `o` and `n`: whether `update` adds anything. */
  readonly changed: string;
}

export function conditionTemplate({ when, object }: KeptCondition, scope: KeptScope): ConditionTemplate {
  const columns: TemplateColumn[] = [];
  return { columns, meets: meetsOf(when, object, { ...scope, alias: 't', place: placesIn(columns) }).text };
}

/** The condition of the row under an alias, with its values written out. */
function meetsOf(
  when: Expression,
  object: CompiledObject,
  {
    workspace,
    model,
    features,
    alias,
    place,
  }: KeptScope & { readonly alias: string; readonly place?: ReturnType<typeof placesIn> },
): Sql {
  const context = {
    userId: SYSTEM_PRINCIPAL_ID,
    // Neither is asked for: a condition that depends on them is not kept.
    now: '2000-01-01T00:00:00.000Z',
    timeZone: workspace.timeZone,
  };
  const shape = new Shape(context);
  const condition = shapeCondition(when, shape, context);
  const reader = new ScalarSources(alias, object, {
    snapshot: { workspace, model, revision: 0, epoch: 0, columns: new Map(), rollups: keptEverywhere(model) },
    features,
    targetConditions: new Map(),
    formulas: shape.formulas,
    related: shape.related,
    ...(place ? { place } : {}),
  });
  return writtenOut(lowerCondition(condition, reader, features), shape.values);
}

/** Columns of plain fields, noted as places; undefined for what no column holds as `data` does. */
function placesIn(columns: TemplateColumn[]) {
  return (alias: string, object: CompiledObject, field: CompiledField): Sql | undefined => {
    const isComputed = field.formula ?? field.related ?? field.rollup ?? field.question ?? field.junction;
    const { column, valueType } = field.type;
    if (isComputed || field.part || field.systemColumn !== undefined) return undefined;
    if (!column || column.entry !== undefined || valueType === 'boolean') return undefined;
    const fallback = sourceInRow(identifier(alias), sourceOf(field).text).text;
    columns.push({ alias, objectKey: object.key, fieldKey: field.key, fallback });
    const place = new Sql(`{${columns.length - 1}}`);
    // Whatever order the column has of its own, texts compare as those of `data` do.
    return sqlTypeOf(field) === 'text' && !field.isPolymorphic ? sql`(${place} collate "default")` : place;
  };
}

/** The templates of all tables that the conditions read, by key. */
export function triggerTemplates(
  conditions: Iterable<KeptCondition>,
  scope: KeptScope,
): ReadonlyMap<string, TriggerTemplate> {
  const tables = new Map<string, { condition: KeptCondition; reading: Reading }[]>();
  for (const condition of conditions)
    for (const reading of condition.readings) {
      const { key } = reading.object;
      tables.set(key, [...(tables.get(key) ?? []), { condition, reading }]);
    }
  return new Map(
    [...tables].map(([key, readings]) => {
      const columns: TemplateColumn[] = [];
      const way = new Way(scope, columns);
      const all = (kind: 'insert' | 'update' | 'delete') =>
        readings
          .flatMap(({ condition, reading }) => {
            const records = way.records(condition, reading, kind);
            return records ? [adds(scope.workspace.schema, condition, records).text] : [];
          })
          .join('\n    ');
      const changed = readings.map(({ reading }) => `(${differs(reading).text})`).join(' or ');
      return [key, { columns, insert: all('insert'), update: all('update'), delete: all('delete'), changed }];
    }),
  );
}

function adds(schema: string, { id }: KeptCondition, records: Sql): Sql {
  return sql`insert into ${identifier(schema, '_kept')} (condition, record_id) select distinct ${stringLiteral(id)}::uuid, r.id from (${records}) r(id) where r.id is not null;`;
}

/** Leads from changed rows to the records of a condition. */
class Way {
  readonly #scope: KeptScope;
  readonly #schema: string;
  readonly #place: ReturnType<typeof placesIn>;

  constructor(scope: KeptScope, columns: TemplateColumn[]) {
    this.#scope = scope;
    this.#schema = scope.workspace.schema;
    this.#place = placesIn(columns);
  }

  /** Ids of the records that a write concerns; undefined where it concerns none. */
  records(condition: KeptCondition, reading: Reading, kind: 'insert' | 'update' | 'delete'): Sql | undefined {
    const last = reading.steps.at(-1);
    if (last?.is === 'child') {
      const [before, after] = (['o', 'n'] as const).map((row) =>
        sourceInRow(new Sql(row), sourceOf(last.lookup).text),
      ) as [Sql, Sql];
      const pointed = {
        insert: sql`select ${after} from fresh n`,
        update: sql`select ids.id from stale o join fresh n on n.id = o.id cross join lateral (values (${before}), (${after})) ids(id) where ${differs(reading)}`,
        delete: sql`select ${before} from stale o`,
      };
      return this.#up(condition, reading.steps.slice(0, -1), pointed[kind]);
    }
    const mayMeet = this.#mayMeet(condition, reading);
    if (kind === 'update') {
      const changed = sql`select n.id from stale o join fresh n on n.id = o.id where ${differs(reading)}`;
      const those = (more: Sql) => this.#up(condition, reading.steps, sql`${changed}${more}`);
      if (!mayMeet) return those(sql``);
      // Of those that can't meet the condition now, the ones that may have until now have to be looked at.
      const kept = sql`exists (select from ${identifier(this.#schema, '_kept')} k where k.condition = ${stringLiteral(condition.id)} and k.record_id = c.id)`;
      return sql`${those(sql` and (${mayMeet})`)} union all select c.id from (${those(sql` and (${mayMeet}) is not true`)}) c(id) where ${kept}`;
    }
    // Nothing points to a record before it is there, or after it is gone. What is gone itself is looked at once more.
    if (last) return undefined;
    const meeting = mayMeet ? sql` where ${mayMeet}` : sql``;
    return kind === 'insert' ? sql`select n.id from fresh n${meeting}` : sql`select o.id from stale o`;
  }

  /** Whether the row `n` leaves it open that the condition holds; undefined where it always does. */
  #mayMeet({ when }: KeptCondition, reading: Reading): Sql | undefined {
    const parts = decidedBy(reading, when).map((part) =>
      meetsOf(part, reading.object, { ...this.#scope, alias: 'n' }),
    );
    if (parts.length === 0) return undefined;
    const holds = conjunction(parts);
    // What is in the bin is blank behind a lookup.
    return reading.steps.length === 0 ? holds : sql`n.deleted_at is not null or (${holds})`;
  }

  /** From the records at the end of some steps to those at their beginning. */
  #up({ object }: KeptCondition, steps: readonly Step[], ids: Sql): Sql {
    const [last, above] = [steps.at(-1), steps.at(-2)];
    if (!last) return ids;
    const upper = above?.object ?? object;
    const isTarget = last.is === 'target';
    const holder = isTarget ? upper : last.object;
    const alias = `u${steps.length}`;
    const lookup =
      this.#place(alias, holder, last.lookup) ?? sourceInRow(identifier(alias), sourceOf(last.lookup).text);
    const table = sql`${identifier(this.#schema, holder.key)} ${identifier(alias)}`;
    const id = identifier(alias, 'id');
    const found = isTarget
      ? sql`select ${id} from ${table} where ${lookup} in (${ids})`
      : sql`select ${lookup} from ${table} where ${id} in (${ids})`;
    return this.#up({ object } as KeptCondition, steps.slice(0, -1), found);
  }
}

/** Whether anything that is read differs between the row as it was, `o`, and as it is, `n`. */
function differs({ steps, fields }: Reading): Sql {
  const parts = new Set([...fields].map(readPart));
  // A record in the bin answers as it did; behind a lookup it is gone.
  if (steps.length > 0) parts.add('deleted_at');
  if (parts.size === 0) return sql`false`;
  const row = (alias: string) => join([...parts].map((part) => new Sql(`${alias}.${part}`)));
  return sql`(${row('o')}) is distinct from (${row('n')})`;
}

const KINDS = [
  ['insert', 'new table as fresh'],
  ['update', 'old table as stale new table as fresh'],
  ['delete', 'old table as stale'],
] as const;

/** Function and triggers of a table, from its template with the columns filled in. */
export function keptTriggers(
  schema: string,
  table: string,
  template: Omit<TriggerTemplate, 'columns'>,
): string {
  const name = identifier(schema, keptFunction(table));
  const body = `begin
  if tg_op = 'INSERT' then
    ${template.insert}
  elsif tg_op = 'UPDATE' then
    if not exists (select from stale o join fresh n on n.id = o.id where ${template.changed}) then return null; end if;
    ${template.update}
  else
    ${template.delete}
  end if;
  return null;
end`;
  const triggers = KINDS.map(
    ([kind, tables]) =>
      sql`create or replace trigger ${identifier(`kept_${kind}`)} after ${new Sql(kind)} on ${identifier(schema, table)} referencing ${new Sql(tables)} for each statement execute function ${name}()`
        .text,
  );
  // The plan is kept by the connection, and what was much or little when it was made may be otherwise now: by the indexes.
  const options = sql`set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off`;
  const create = sql`create or replace function ${name}() returns trigger language plpgsql ${options} as ${stringLiteral(body)}`;
  return [create.text, ...triggers].join(';\n');
}

export function dropKeptTriggers(schema: string, table: string): string {
  const drops = KINDS.map(
    ([kind]) =>
      sql`drop trigger if exists ${identifier(`kept_${kind}`)} on ${identifier(schema, table)}`.text,
  );
  return [...drops, sql`drop function if exists ${identifier(schema, keptFunction(table))}()`.text].join(
    ';\n',
  );
}

function keptFunction(table: string): string {
  return `_kept_${table}`;
}
