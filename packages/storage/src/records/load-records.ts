/**
 * Loads records for a write, and answers the small questions that a save has about other records: do these targets
 * exist, who has this key. Visibility comes in as an expression and stands in every statement.
 */
import type {
  CompiledField,
  CompiledObject,
  Expression,
  ExpressionContext,
  JsonValue,
  RecordData,
} from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Row } from '../connections.ts';
import { lowerCondition } from '../query/lower-condition.ts';
import { type Condition, Shape, shapeCondition } from '../query/shape.ts';
import { Sources } from '../query/sources.ts';
import {
  type CompiledStatement,
  finishStatement,
  StatementCache,
  valuesFor,
} from '../query/statement-cache.ts';
import { conjunction, integer, join, placeholder, type Sql, sql } from '../sql.ts';
import type { RecordStore, Snapshot, StoredRecord, Transaction } from '../storage.ts';
import { type SqlType, sqlTypeOf } from '../system-columns.ts';
import type { WorkspaceLogins } from '../workspace-logins.ts';
import { findMatches } from './find-matches.ts';

type Compiled = { readonly statement: CompiledStatement };
type Ask<
  K extends 'loadForWrite' | 'readByDeletion' | 'findByKey' | 'findMatches' | 'findTargets' | 'checkTargets',
> = Parameters<RecordStore[K]>[1];

/** The columns of a `StoredRecord`, in the order that `readStored` expects, of the table `t`. */
export const STORED_COLUMNS = sql`t.id, t.version, t.owner_id, t.record_type, t.created_at, t.created_by, t.updated_at, t.updated_by, t.deleted_at, t.deletion_id, t.data, t.derived`;

export function readStored(row: Row, isAllowed: boolean): StoredRecord {
  const [
    id,
    version,
    ownerId,
    recordType,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    deletedAt,
    deletionId,
    data,
    derived,
  ] = row as readonly [
    string,
    number,
    string,
    string | null,
    string,
    string,
    string,
    string,
    string | null,
    string | null,
    RecordData,
    RecordData | null,
  ];
  return {
    id,
    version,
    ownerId,
    recordType,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    deletedAt,
    deletionId,
    data,
    derived: derived ?? {},
    isAllowed,
  };
}

export class RecordLoader {
  readonly #logins: WorkspaceLogins;
  readonly #features: DatabaseFeatures;
  readonly #statements = new StatementCache<Compiled>();

  constructor(logins: WorkspaceLogins, features: DatabaseFeatures) {
    this.#logins = logins;
    this.#features = features;
  }

  async loadForWrite(
    snapshot: Snapshot,
    request: Ask<'loadForWrite'>,
    transaction?: Transaction,
  ): Promise<readonly StoredRecord[]> {
    const { object, ids, deleted } = request;
    if (ids.length === 0) return [];
    const question = this.#ask(
      snapshot,
      object,
      `load ${deleted} ${transaction ? 'lock' : ''}`,
      request.context,
    );
    const given = question.values([...ids], 'uuid');
    const visible = question.condition(request.visible);
    const allowed = question.condition(request.allowed);
    const rows = await question.run(transaction, (lower, sources) => {
      const life =
        deleted === 'both'
          ? sql`true`
          : deleted === 'live'
            ? sql`t.deleted_at is null`
            : sql`t.deleted_at is not null`;
      const isAllowed = lower(allowed);
      const where = conjunction([sql`t.id ${given}`, life, lower(visible)]);
      const lock = transaction ? sql` for update of t` : sql``;
      return sql`select ${STORED_COLUMNS}, (${isAllowed}) is true from ${sources.from()} where ${where} order by t.id${lock}`;
    });
    return rows.map((row) => readStored(row, row[12] === true));
  }

  /** What went under some deletions and can be seen, of each of the objects up to `limit` records. */
  async readByDeletion(
    snapshot: Snapshot,
    request: Ask<'readByDeletion'> & { readonly objects: readonly CompiledObject[] },
  ): Promise<Awaited<ReturnType<RecordStore['readByDeletion']>>> {
    const members: { object: CompiledObject; record: StoredRecord }[] = [];
    let isWhole = true;
    for (const object of request.objects) {
      const question = this.#ask(snapshot, object, `deletions ${request.limit}`, request.context);
      const given = question.values([...request.deletionIds], 'uuid');
      const visible = question.condition(request.visible(object));
      const rows = await question.run(undefined, (lower, sources) => {
        const where = conjunction([sql`t.deletion_id ${given}`, lower(visible)]);
        return sql`select ${STORED_COLUMNS} from ${sources.from()} where ${where} limit ${integer(request.limit + 1)}`;
      });
      isWhole &&= rows.length <= request.limit;
      members.push(
        ...rows.slice(0, request.limit).map((row) => ({ object, record: readStored(row, false) })),
      );
    }
    return { members, isWhole };
  }

  async findByKey(
    snapshot: Snapshot,
    request: Ask<'findByKey'>,
    transaction?: Transaction,
  ): Promise<ReadonlyMap<JsonValue, string>> {
    const { object, values } = request;
    const field = object.fields.get(request.field);
    if (!field || values.length === 0) return new Map();
    const question = this.#ask(snapshot, object, `key ${field.name}`, request.context);
    const given = givenValues(question, field, values);
    const visible = question.condition(request.visible);
    const rows = await question.run(transaction, (lower, sources) => {
      const { value, from, isGiven } = given(sources);
      const where = conjunction([sql`t.deleted_at is null`, isGiven, lower(visible)]);
      return sql`select ${value}, t.id from ${from()} where ${where}`;
    });
    return new Map(rows.map(([value, id]) => [value as JsonValue, id as string]));
  }

  findMatches(
    snapshot: Snapshot,
    request: Ask<'findMatches'>,
    transaction?: Transaction,
  ): ReturnType<RecordStore['findMatches']> {
    const ask = (kind: string) => this.#ask(snapshot, request.object, kind, request.context);
    const schema = snapshot.workspace.schema;
    return findMatches(ask, request, { schema, features: this.#features, transaction });
  }

  async findTargets(
    snapshot: Snapshot,
    request: Ask<'findTargets'>,
    transaction?: Transaction,
  ): Promise<ReadonlyMap<string, string | null>> {
    const { object, ids } = request;
    if (ids.length === 0) return new Map();
    const question = this.#ask(snapshot, object, 'targets', request.context);
    const given = question.values([...ids], 'uuid');
    const visible = question.condition(request.visible);
    const rows = await question.run(transaction, (lower, sources) => {
      const { nameField } = object;
      const title = sources.value({ text: nameField.name, through: [], field: nameField }).sql;
      const where = conjunction([sql`t.id ${given}`, sql`t.deleted_at is null`, lower(visible)]);
      return sql`select t.id, ${title} from ${sources.from()} where ${where}`;
    });
    return new Map(rows.map(([id, title]) => [id as string, title as string | null]));
  }

  async checkTargets(
    snapshot: Snapshot,
    { questions, context }: Ask<'checkTargets'>,
    transaction?: Transaction,
  ): Promise<readonly ReadonlyMap<string, boolean>[]> {
    const found = questions.map(() => new Map<string, boolean>());
    if (questions.length === 0) return found;
    const shape = new Shape(context);
    shape.note(`${snapshot.workspace.id} ${snapshot.revision} ${snapshot.epoch} targets of several`);
    const shaped = questions.map(({ object, ids, visible, flag }) => {
      shape.note(object.key);
      const given = valuesOf(shape, ids, 'uuid');
      return {
        object,
        given,
        visible: shapeCondition(visible, shape, context),
        flag: shapeCondition(flag, shape, context),
      };
    });
    const { compiled, prepare } = this.#statements.get(shape.key, () => {
      const parts = shaped.map(({ object, given, visible, flag }, index) => {
        const sources = new Sources(object, {
          snapshot,
          features: this.#features,
          targetConditions: new Map(),
          formulas: shape.formulas,
          related: shape.related,
        });
        const lower = (condition: Condition) => lowerCondition(condition, sources, this.#features);
        const where = conjunction([sql`t.id ${given}`, sql`t.deleted_at is null`, lower(visible)]);
        const isFlagged = lower(flag);
        return sql`select ${integer(index)}, t.id, (${isFlagged}) is true from ${sources.from()} where ${where}`;
      });
      return { statement: finishStatement(join(parts, ' union all ')) };
    });
    const { statement } = compiled;
    const values = valuesFor(statement, shape.values);
    const connections = await this.#logins.reach(snapshot.workspace, transaction);
    for (const [index, id, isFlagged] of await connections.read(prepare(statement), values, transaction)) {
      found[index as number]!.set(id as string, isFlagged as boolean);
    }
    return found;
  }

  #ask(snapshot: Snapshot, object: CompiledObject, kind: string, context: ExpressionContext): Question {
    return new Question(this.#logins, this.#features, this.#statements, {
      snapshot,
      object,
      kind,
      context,
    });
  }
}

/** `= $1` for one value, `= any($1)` for several: the planner knows the first far better. */
function valuesOf(shape: Shape, values: readonly unknown[], type: Parameters<Shape['value']>[1]): Sql {
  shape.note(values.length === 1 ? 'one' : 'many');
  const { place } = shape.value(values.length === 1 ? values[0] : values, type);
  return values.length === 1
    ? sql`= ${placeholder(place, type)}`
    : sql`= any(${placeholder(place, `${type}[]`)})`;
}

/** How a record is found by the value of a field: by the value, or of a list by any of its entries. */
function givenValues(question: Question, field: CompiledField, values: readonly JsonValue[]) {
  const type = sqlTypeOf(field);
  const isList = field.type.column?.entry !== undefined;
  const given = question.values([...values], isList ? 'text' : type === 'integer' ? 'numeric' : type);
  const all = isList ? question.list(values) : undefined;
  return (sources: Sources) => {
    const value = sources.value({ text: field.name, through: [], field }).sql;
    if (!all) return { value, from: () => sources.from(), isGiven: sql`${value} ${given}` };
    return {
      value: sql`each.entry`,
      from: () => sql`${sources.from()} cross join lateral unnest(${value}) each(entry)`,
      // The list as a whole can use an index, its entries one by one can't.
      isGiven: sql`${value} && ${all} and each.entry ${given}`,
    };
  };
}

/** One cached statement about one object: its values are noted first, then it is compiled if its shape is new. */
export class Question {
  readonly #logins: WorkspaceLogins;
  readonly #features: DatabaseFeatures;
  readonly #statements: StatementCache<Compiled>;
  readonly #about: {
    readonly snapshot: Snapshot;
    readonly object: CompiledObject;
    readonly context: ExpressionContext;
  };
  readonly #shape: Shape;

  constructor(
    logins: WorkspaceLogins,
    features: DatabaseFeatures,
    statements: StatementCache<Compiled>,
    about: { snapshot: Snapshot; object: CompiledObject; kind: string; context: ExpressionContext },
  ) {
    this.#logins = logins;
    this.#features = features;
    this.#statements = statements;
    this.#about = about;
    const { snapshot, object, kind } = about;
    this.#shape = new Shape(about.context);
    this.#shape.note(`${snapshot.workspace.id} ${snapshot.revision} ${snapshot.epoch} ${object.key} ${kind}`);
  }

  values(values: readonly unknown[], type: Parameters<Shape['value']>[1]): Sql {
    return valuesOf(this.#shape, values, type);
  }

  list(values: readonly unknown[]): Sql {
    const { place } = this.#shape.value([...values], 'text[]');
    return placeholder(place, 'text[]');
  }

  /** Several values as an array that the statement takes apart. */
  array(values: readonly unknown[], type: SqlType): Sql {
    const { place } = this.#shape.value([...values], `${type}[]` as Parameters<Shape['value']>[1]);
    return placeholder(place, `${type}[]`);
  }

  condition(expression: Expression): Condition {
    return shapeCondition(expression, this.#shape, this.#about.context);
  }

  async run(
    transaction: Transaction | undefined,
    compile: (lower: (condition: Condition) => Sql, sources: Sources) => Sql,
  ): Promise<readonly Row[]> {
    const { snapshot, object } = this.#about;
    const { compiled, prepare } = this.#statements.get(this.#shape.key, () => {
      const sources = new Sources(object, {
        snapshot,
        features: this.#features,
        targetConditions: new Map(),
        formulas: this.#shape.formulas,
        related: this.#shape.related,
      });
      const lower = (condition: Condition) => lowerCondition(condition, sources, this.#features);
      return { statement: finishStatement(compile(lower, sources)) };
    });
    const { statement } = compiled;
    const connections = await this.#logins.reach(snapshot.workspace, transaction);
    return connections.read(prepare(statement), valuesFor(statement, this.#shape.values), transaction);
  }
}
