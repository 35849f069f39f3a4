/**
 * Reads one record by its id. The question is the same from one request to the next but for the id, so what it comes to
 * (the statement, and its parameters) is kept with it for as long as the snapshot, who asks and their day stay the
 * same: working it out took a tenth of the server's time for a record.
 */
import type { ExpressionContext, OneRecord, RecordQuery, RecordQuestion } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Statement } from '../connections.ts';
import { asParameter } from '../prepared-query.ts';
import { type CompiledQuery, compileQuery, shapeQuery } from '../query/compile-query.ts';
import { type RowReader, readRow, rowReader } from '../query/read-row.ts';
import { isStillRight, type RightFor } from '../query/right-for.ts';
import { rollupsOfSources } from '../query/rollup-value.ts';
import { Shape } from '../query/shape.ts';
import { StatementCache, valuesFor } from '../query/statement-cache.ts';
import type { Snapshot } from '../storage.ts';
import type { WorkspaceLogins } from '../workspace-logins.ts';

/** What a question comes to. */
interface Answering extends RightFor {
  readonly compiled: CompiledQuery;
  readonly reader: RowReader;
  readonly statement: Statement;
  readonly values: readonly unknown[];
  /** Where the id stands among the values. */
  readonly idIndex: number;
}

export class OneReader {
  readonly #logins: WorkspaceLogins;
  readonly #features: DatabaseFeatures;
  readonly #statements = new StatementCache<CompiledQuery>();
  readonly #known = new WeakMap<RecordQuestion, Answering>();

  constructor(logins: WorkspaceLogins, features: DatabaseFeatures) {
    this.#logins = logins;
    this.#features = features;
  }

  /** Undefined when there is none, or none that meets the question's filter. */
  async one(
    snapshot: Snapshot,
    question: RecordQuestion,
    { id, context }: { readonly id: string; readonly context: ExpressionContext },
  ): Promise<OneRecord | undefined> {
    let answering = this.#known.get(question);
    if (!answering || !isStillRight(answering, snapshot, context))
      answering = this.#workOut(snapshot, question, id, context);
    const { compiled, reader, statement, values, idIndex } = answering;
    const connections = await this.#logins.of(snapshot.workspace);
    const [row] = await connections.read(statement, values.with(idIndex, id));
    if (!row) return undefined;
    const { waitingColumn, flagColumns } = compiled;
    return {
      record: readRow(row, reader),
      waiting:
        waitingColumn === undefined
          ? []
          : rollupsOfSources(snapshot, question.object, row[waitingColumn] as string[]),
      flags: flagColumns.map((column) => row[column] === true),
    };
  }

  #workOut(snapshot: Snapshot, question: RecordQuestion, id: string, context: ExpressionContext): Answering {
    const query: RecordQuery = { ...PLAIN, ...question, id, context };
    const shape = new Shape(context);
    const shaped = shapeQuery(snapshot, query, shape);
    const { compiled, prepare } = this.#statements.get(shaped.key, () =>
      compileQuery(snapshot, query, shaped, this.#features),
    );
    const compiledStatement = compiled.statements[0]!;
    const statement = prepare(compiledStatement);
    const answering: Answering = {
      compiled,
      reader: rowReader(compiled.outputs, question.layout),
      statement,
      values: valuesFor(compiledStatement, shaped.values).map(asParameter),
      idIndex: compiledStatement.places.indexOf(shaped.id!),
      snapshot,
      context,
      days: shape.days ?? new Map(),
    };
    // What hangs on the very instant is right once; what is asked for the first time has no name yet.
    if (shape.days && statement.name !== undefined) this.#known.set(question, answering);
    return answering;
  }
}

const PLAIN = {
  search: undefined,
  sort: [],
  limit: 1,
  after: undefined,
  before: undefined,
  count: 'none',
  deleted: false,
} as const;
