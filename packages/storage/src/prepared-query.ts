/**
 * One run of a statement that stays prepared on its connection. PostgreSQL describes the rows of such a statement once
 * and keeps to it (it refuses to run it when a column has changed its type), so they are asked for at the first run
 * and remembered with the connection: describing costs both sides as much as reading a short row does.
 *
 * In: name, text and parameters. Out, by the callback: rows as arrays, or the error as the driver has it.
 */
import type pg from 'pg';
import utils from 'pg/lib/utils.js';

type TypeParser = (text: string) => unknown;
type Parameter = string | Buffer | null;

/** The driver's side of a connection, as far as its types leave it out. */
interface DriverConnection extends pg.Connection {
  readonly parsedStatements: Record<string, string | undefined>;
  readonly submittedNamedStatements: Record<string, string | undefined>;
}

/** How the columns of a statement's rows are read, by connection and name. */
const described = new WeakMap<pg.Connection, Map<string, readonly TypeParser[]>>();

/** A value as it is sent. What it gives comes out of it unchanged. */
export function asParameter(value: unknown): Parameter {
  return typeof value === 'string' ? value : utils.prepareValue(value);
}

/** Handed to `client.query`; the driver calls the methods as the answer comes in. */
export class PreparedQuery implements pg.Submittable {
  readonly name: string;
  readonly text: string;
  readonly callback: (error: Error | null, rows: unknown[][]) => void;
  readonly #values: Parameter[];
  readonly #parserOf: (type: number) => TypeParser;
  readonly #rows: unknown[][] = [];
  #parsers: readonly TypeParser[] | undefined;
  #known: Map<string, readonly TypeParser[]> | undefined;
  #failure: Error | undefined;

  /** Throws when a value can't be sent, before anything is. */
  constructor(
    statement: { readonly name: string; readonly text: string },
    values: readonly unknown[],
    parserOf: (type: number) => TypeParser,
    callback: PreparedQuery['callback'],
  ) {
    this.name = statement.name;
    this.text = statement.text;
    this.callback = callback;
    this.#values = values.map(asParameter);
    this.#parserOf = parserOf;
  }

  submit(connection: pg.Connection): void {
    const { name, text } = this;
    const { stream, parsedStatements, submittedNamedStatements } = connection as DriverConnection;
    const known = described.get(connection) ?? new Map<string, readonly TypeParser[]>();
    described.set(connection, known);
    this.#known = known;
    this.#parsers = known.get(name);
    stream.cork();
    if (parsedStatements[name] === undefined && submittedNamedStatements[name] === undefined) {
      connection.parse({ name, text, types: [] }, true);
      submittedNamedStatements[name] = text;
    }
    connection.bind({ statement: name, values: this.#values }, true);
    if (!this.#parsers) connection.describe({ type: 'P' }, true);
    connection.execute(null, true);
    connection.sync();
    stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly dataTypeID: number }[] }): void {
    this.#parsers = fields.map(({ dataTypeID }) => this.#parserOf(dataTypeID));
    this.#known!.set(this.name, this.#parsers);
  }

  /** The driver reuses neither the message nor its fields: the row is made where its texts stand. */
  handleDataRow({ fields }: { readonly fields: unknown[] }): void {
    if (this.#failure) return;
    const parsers = this.#parsers!;
    try {
      for (let index = 0; index < fields.length; index++) {
        const text = fields[index];
        if (text !== null) fields[index] = parsers[index]!(text as string);
      }
      this.#rows.push(fields);
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  /** A statement without rows has no description. */
  handleCommandComplete(): void {
    if (!this.#parsers) this.#known!.set(this.name, []);
  }

  handleError(error: Error): void {
    this.callback(error, []);
  }

  handleReadyForQuery(): void {
    this.callback(this.#failure ?? null, this.#rows);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}
