/**
 * What is asked of related records, as SQL: a subselect over the live records that point to a record. What a person
 * asks sees the records that they may see; what the platform asks sees all. `some` and `none` are `exists`, so that
 * PostgreSQL can join instead of asking once per row.
 */
import {
  answerOfNone,
  type CompiledField,
  type CompiledObject,
  type FieldPath,
  pathsOfQuestion,
  type RelatedQuestion,
} from '@trellis/model';
import { conjunction, identifier, Sql, sql } from '../sql.ts';
import { sqlTypeOf } from '../system-columns.ts';
import { recordsOf } from './as-of.ts';
import { lowerCondition, type PathReader } from './lower-condition.ts';
import { bounded, lowerValue } from './lower-value.ts';
import type { Condition } from './shape.ts';
import type { SourceContext, ValueSource } from './sources.ts';

/** Tables under an alias, with the joins that reading them takes. */
export interface RelatedTable extends PathReader {
  own(column: string): Sql;
  from(rows?: Sql): Sql;
}

export interface RelatedScope {
  readonly context: SourceContext;
  /** Who may be seen: what a person asks is bound to it. */
  readonly visibleTo: 'asker' | 'platform';
  /** The question stands within another one that PostgreSQL can't join it with. */
  readonly isWithin: boolean;
  /** The related records, read by whoever asks; `isWithin`: of the questions that stand within this one. */
  open(object: CompiledObject, alias: string, isWithin: boolean): RelatedTable;
  /** Whether the asker sees a record of the table. */
  seen(condition: Condition, object: CompiledObject, alias: string): Sql;
  /** The same table where nothing can be joined. */
  scalar(object: CompiledObject, alias: string): PathReader;
}

/** The answer for the record whose id is `${table}.id`. Nothing fits a question of an object that is gone. */
export function relatedValue(
  field: CompiledField,
  question: RelatedQuestion,
  table: string,
  scope: RelatedScope,
): ValueSource {
  const { context } = scope;
  const type = sqlTypeOf(field);
  const source = (value: Sql): ValueSource => ({
    sql: value,
    type,
    isNullable: answerOfNone(question) === null || question.operator === 'is_under',
    isColumn: false,
  });
  const object = context.snapshot.model.objects.get(question.object);
  const shape = context.related.get(field);
  if (!object || !shape) throw new TypeError(`\`${question.operator}\` was not shaped with the question.`);
  const alias = `${table}c`;
  const isJoined = question.operator === 'some' && isChain(shape.condition);
  const isApart = scope.isWithin || (asksFurther(question) && !isJoined);
  const records = scope.open(object, alias, isApart || !isJoined);
  const lowering = {
    reader: records,
    features: context.features,
    condition: (condition: Condition) => lowerCondition(condition, records, context.features),
  };
  const bare = scope.scalar(object, alias);
  const tie = tieOf(question, identifier(table, 'id'), isApart ? bare : records, scope, alias);
  const condition = shape.condition && lowering.condition(shape.condition);
  const value = shape.value && lowerValue(shape.value, lowering);
  if (question.operator === 'is_under')
    return source(isUnder(question, { id: identifier(table, 'id'), above: value!, alias, object }, scope));
  const visible = visibleOf(object, alias, scope);
  const rows = (...more: readonly (Sql | undefined)[]) => {
    const related = [tie, sql`${records.own('deleted_at')} is null`, visible];
    const all = (parts: readonly (Sql | undefined)[]) =>
      conjunction(parts.filter((each) => each !== undefined));
    if (!isApart) return sql`from ${records.from()} where ${all([...related, ...more])}`;
    // What is tied to the record first, then what is asked of these: joined to all records, an inner question would be
    // answered for each pair of them wherever the planner takes a table for small. `offset 0` keeps the two apart.
    const tied = sql`(select * from ${recordsOf(scope.context.snapshot, object)} ${identifier(alias)} where ${all(related)} offset 0)`;
    const asked = more.some((each) => each !== undefined) ? sql` where ${all(more)}` : sql``;
    return sql`from ${records.from(tied)}${asked}`;
  };
  switch (question.operator) {
    case 'some':
      return source(sql`exists (select 1 ${rows(condition)})`);
    case 'none':
      return source(sql`not exists (select 1 ${rows(condition)})`);
    case 'all':
      return source(sql`coalesce((select bool_and(coalesce(${condition!}, false)) ${rows()}), false)`);
    case 'count':
      return source(sql`(select count(*)::numeric ${rows(condition)})`);
    case 'sum':
      return source(sql`(select ${bounded(sql`coalesce(sum(${value!}), 0)`)} ${rows(condition)})`);
    case 'min':
    case 'max': {
      const least = question.operator === 'min' ? sql`min(${value!})` : sql`max(${value!})`;
      return source(sql`(select ${least} ${rows(condition)})`);
    }
    case 'avg':
      // 100 places before the division, as wherever numbers are divided: rounded once.
      return source(
        sql`(select ${bounded(sql`round(sum(${value!}), 100) / nullif(count(${value!}), 0)`)} ${rows(condition)})`,
      );
  }
}

/** Whether all that is asked further is `some` again, on the top level: then PostgreSQL joins the one with the other. */
function isChain(condition: Condition | undefined): boolean {
  switch (condition?.is) {
    case undefined:
      return true;
    case 'and':
      return condition.args.every(isChain);
    case 'true': {
      const { field } = condition.value.path;
      return field.question ? field.question.operator === 'some' : !readsFurther(condition.value.path);
    }
    case 'compare':
      return [condition.left, condition.right].every(
        (term) => term.is === 'value' || !readsFurther(term.path),
      );
    case 'between':
    case 'any':
    case 'like':
    case 'blank':
      return !readsFurther(condition.value.path);
    default:
      return false;
  }
}

function readsFurther({ field }: FieldPath): boolean {
  return field.question !== undefined || field.formula?.facts.readsOthers === true;
}

/** Whether the records are asked for records of their own, themselves or by a formula. */
function asksFurther(question: RelatedQuestion): boolean {
  return [...pathsOfQuestion(question)].some(readsFurther);
}

/**
 * Whether a record is the one above or stands below it. What is below is found once for the whole statement, level by
 * level over the index of the lookup, and not for each row upwards; a ring that is stored all the same ends there.
 */
function isUnder(
  { via }: RelatedQuestion,
  at: { readonly id: Sql; readonly above: Sql; readonly alias: string; readonly object: CompiledObject },
  scope: RelatedScope,
): Sql {
  if (via.is !== 'lookup') throw new TypeError('A tree is a lookup.');
  const { alias, object } = at;
  const { snapshot } = scope.context;
  const [table, below] = [recordsOf(snapshot, object), identifier(`${alias}u`)];
  const parent = scope.scalar(object, alias).value(own(via.lookup)).sql;
  const isMeant = conjunction(
    [sql`${identifier(alias, 'deleted_at')} is null`, visibleOf(object, alias, scope)].filter(
      (each) => each !== undefined,
    ),
  );
  return sql`(${at.id} = any(array(with recursive ${below}(id) as (select ${at.above} union select ${identifier(alias, 'id')} from ${below} join ${table} ${identifier(alias)} on ${parent} = ${below}.id where ${isMeant}) select id from ${below})))`;
}

/** Behind a lookup that leads nowhere there are no related records. */
export function orAnswerOfNone(value: Sql, question: RelatedQuestion): Sql {
  const answer = answerOfNone(question);
  return answer === null ? value : sql`coalesce(${value}, ${new Sql(String(answer))})`;
}

/** That a record is related to the one with the id. */
function tieOf(
  { via }: RelatedQuestion,
  id: Sql,
  records: PathReader,
  scope: RelatedScope,
  alias: string,
): Sql {
  if (via.is === 'lookup') return sql`${records.value(own(via.lookup)).sql} = ${id}`;
  const { snapshot } = scope.context;
  const junction = snapshot.model.objects.get(via.object);
  if (!junction) return sql`false`;
  const link = `${alias}j`;
  const ends = scope.scalar(junction, link);
  const [near, far] = [ends.value(own(via.near)).sql, ends.value(own(via.far)).sql];
  const isLinked = conjunction(
    [
      sql`${near} = ${id}`,
      sql`${identifier(link, 'deleted_at')} is null`,
      visibleOf(junction, link, scope),
    ].filter((each) => each !== undefined),
  );
  return sql`${identifier(alias, 'id')} in (select ${far} from ${recordsOf(snapshot, junction)} ${identifier(link)} where ${isLinked})`;
}

/** Undefined where all may be seen. An object without a predicate is visible to nobody. */
function visibleOf(object: CompiledObject, alias: string, scope: RelatedScope): Sql | undefined {
  if (scope.visibleTo === 'platform') return undefined;
  const condition = scope.context.targetConditions.get(object.name) ?? { is: 'constant', value: false };
  const visible = scope.seen(condition, object, alias);
  return visible.text === 'true' ? undefined : visible;
}

function own(field: CompiledField): FieldPath {
  return { text: field.name, through: [], field };
}
