/**
 * Connections to PostgreSQL: a small pool that recycles its members, transactions, and single connections for
 * long jobs. In: statements with parameters. Out: rows, with dates as text, instants as RFC 3339 and numerics as
 * numbers. Every error leaves as `StorageError`.
 *
 * A read that loses its connection is run once more on a new one; a write never is, unless nothing had been sent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { isRetriable, StorageError, translateError } from './errors.ts';
import { PreparedQuery } from './prepared-query.ts';
import type { Transaction } from './storage.ts';

export interface Statement {
  readonly text: string;
  /** Given: prepared on the server under this name (at most 63 characters). */
  readonly name?: string | undefined;
  /** Absent: it finds its records by their ids, and any plan does that alike. Not asked within a transaction. */
  readonly plans?: PlanPolicy | undefined;
  /** A shorter limit than the connection's. Not asked within a transaction. */
  readonly timeoutMilliseconds?: number;
}

/**
 * `once`: by one plan for all values; `each_time`: as PostgreSQL sees fit, which is mostly for the values given;
 * `for_values`: for the values given, always.
 */
export type Planning = 'once' | 'each_time' | 'for_values';

/** Says how a statement is to be planned, and is told what became of it. */
export interface PlanPolicy {
  /** Given: it says this each time. */
  readonly always?: Planning;
  next(): Planning;
  report(planning: Planning, milliseconds: number): void;
}

export type Row = readonly unknown[];

export interface ConnectionSettings {
  readonly connectionString: string;
  readonly poolSize: number;
  /** Limit of a statement outside a transaction. */
  readonly statementTimeoutMilliseconds: number;
  readonly log: (message: string, details?: unknown) => void;
}

/** One letter of five may be wrong, or two of ten: what is near enough is then looked at letter by letter. */
const SIMILAR_FROM = 0.3;
const PLAN_CACHE_MODES: Readonly<Record<Planning, string>> = {
  once: 'force_generic_plan',
  each_time: 'auto',
  for_values: 'force_custom_plan',
};
const TRANSACTION_TIMEOUT_MILLISECONDS = 60_000;
const CONNECT_PATIENCE_MILLISECONDS = 3_000;
const ATTEMPTS = 3;
/** A connection that nobody has needed for so long to twice that is closed. */
const IDLE_MILLISECONDS = 30_000;

const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  20: Number, // int8: counts and sequence values
  1082: (text) => text, // date: never touched by a time zone
  1184: formatInstant, // timestamptz
  1700: Number, // numeric: 15 significant digits at most
};
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    format === 'binary'
      ? pg.types.getTypeParser(oid, format)
      : textParserOf(oid)) as typeof pg.types.getTypeParser,
};

function textParserOf(oid: number): (text: string) => unknown {
  return PARSERS[oid] ?? pg.types.getTypeParser(oid, 'text');
}

/** `2026-01-02 03:04:05.6+00` → `2026-01-02T03:04:05.600Z`. The session's zone is UTC. */
export function formatInstant(text: string): string {
  const fraction = text.slice(20, text.length - 3);
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
}

/** A connection inside a transaction. Made by `Connections.transaction`; refuses work after the end. */
export class OpenTransaction implements Transaction {
  readonly isTransaction = true as const;
  #client: pg.ClientBase | undefined;

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  get client(): pg.ClientBase {
    if (!this.#client) throw new StorageError('unexpected', 'The transaction has ended.');
    return this.#client;
  }

  end(): void {
    this.#client = undefined;
  }
}

export class Connections {
  readonly #settings: ConnectionSettings;
  readonly #pool: pg.Pool;
  /** How members of the pool plan at present; `each_time` unless it stands here. */
  readonly #planning = new WeakMap<pg.ClientBase, Planning>();
  readonly #sweep: NodeJS.Timeout;
  /** The most that were in use at once, since the last sweep and before it. */
  #busiest = 0;
  #formerBusiest = 0;
  #isClosed = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.#pool = new pg.Pool({
      ...this.#clientSettings(settings.statementTimeoutMilliseconds),
      max: settings.poolSize,
      maxUses: 20_000,
      maxLifetimeSeconds: 1_800,
      // A timer for each use of a connection would be a twentieth of what a short statement costs us.
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: 15_000,
    });
    this.#sweep = setInterval(() => void this.closeIdle(), IDLE_MILLISECONDS).unref();
    // An idle connection that breaks is dropped by the pool; without a listener the process would end.
    this.#pool.on('error', (error) => settings.log('An idle database connection broke.', error));
    // The pool listens to idle members only. One that breaks in use reports it to its query; but a socket that
    // fails between two statements has no query to tell, and would end the process (seen as EPIPE in crash.test.ts).
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** Rows as arrays. Inside a transaction it runs there, else on the pool and once more when the connection breaks. */
  async read(
    statement: Statement,
    values: readonly unknown[],
    transaction?: Transaction,
  ): Promise<readonly Row[]> {
    if (transaction) return this.write(statement, values, transaction);
    try {
      return await this.write(statement, values);
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'connection_lost') || this.#isClosed) throw error;
      return this.write(statement, values);
    }
  }

  /**
   * Rows as arrays. Never run twice, unless PostgreSQL has undone the whole of it to end a ring of transactions that wait for each
   * other: a publish may take its tables in another order than a save, whose triggers go from a record to those above it.
   */
  async write(
    statement: Statement,
    values: readonly unknown[],
    transaction?: Transaction,
  ): Promise<readonly Row[]> {
    if (transaction) return execute(requireOpen(transaction).client, inTransaction(statement), values);
    for (let attempt = 1; ; attempt++) {
      const client = await this.#acquire();
      try {
        const rows = await this.#execute(client, statement, values);
        client.release();
        return rows;
      } catch (error) {
        client.release(error instanceof StorageError && error.code === 'connection_lost');
        if (!isRetriable(error) || attempt === ATTEMPTS) throw error;
        await sleep(attempt * 20 * Math.random());
      }
    }
  }

  /** Rows as objects, for the platform's own small statements, which are never worth a name. */
  async rows<T>(
    text: string,
    values: readonly unknown[] = [],
    transaction?: Transaction,
  ): Promise<readonly T[]> {
    const run = async (client: pg.ClientBase) => (await queryObjects(client, text, values)) as readonly T[];
    if (transaction) return run(requireOpen(transaction).client);
    const client = await this.#acquire();
    try {
      await this.#plan(client, 'each_time');
      const rows = await run(client);
      client.release();
      return rows;
    } catch (error) {
      client.release(error instanceof StorageError && error.code === 'connection_lost');
      throw error;
    }
  }

  /** As `rows`, for reads: run once more when the connection breaks. */
  async readRows<T>(
    text: string,
    values: readonly unknown[] = [],
    transaction?: Transaction,
  ): Promise<readonly T[]> {
    try {
      return await this.rows<T>(text, values, transaction);
    } catch (error) {
      const isLost = error instanceof StorageError && error.code === 'connection_lost';
      if (!isLost || transaction || this.#isClosed) throw error;
      return this.rows<T>(text, values);
    }
  }

  /**
   * Runs `work` in one transaction, up to three times when it deadlocks or can't be serialised. Whatever `work`
   * throws rolls back and comes out unchanged.
   */
  async transaction<T>(
    work: (transaction: OpenTransaction) => Promise<T>,
    options: {
      readonly begin?: string;
      readonly timeoutMilliseconds?: number;
      /** Whoever falls silent for so long within it, still holding its locks, is cut off. */
      readonly idleMilliseconds?: number | undefined;
    } = {},
  ): Promise<T> {
    const timeout = options.timeoutMilliseconds ?? TRANSACTION_TIMEOUT_MILLISECONDS;
    const idle =
      options.idleMilliseconds === undefined
        ? ''
        : `; set local idle_in_transaction_session_timeout = ${Math.trunc(options.idleMilliseconds)}`;
    const begin = `${options.begin ?? 'begin'}; set local statement_timeout = ${Math.trunc(timeout)}${idle}`;
    for (let attempt = 1; ; attempt++) {
      const client = await this.#begin(begin);
      const transaction = new OpenTransaction(client);
      try {
        const result = await work(transaction);
        transaction.end();
        await queryObjects(client, 'commit', []);
        client.release();
        return result;
      } catch (error) {
        transaction.end();
        await rollBack(client);
        if (!isRetriable(error) || attempt === ATTEMPTS) throw error;
        await sleep(attempt * 20 * Math.random());
      }
    }
  }

  /** A connection of its own, without a statement timeout; ended when `work` has. */
  async dedicated<T>(work: (client: pg.Client) => Promise<T>, settings: pg.ClientConfig = {}): Promise<T> {
    const client = await this.connectClient(settings);
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** A connection of its own that the caller ends. */
  async connectClient(settings: pg.ClientConfig = {}): Promise<pg.Client> {
    if (this.#isClosed) throw new StorageError('connection_lost', 'The storage has been closed.');
    const client = new pg.Client({ ...this.#clientSettings(0), connectionTimeoutMillis: 5_000, ...settings });
    client.on('error', (error) => this.#settings.log('A database connection broke.', error));
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => undefined);
      throw translateError(error);
    }
    return client;
  }

  /** Whether nobody uses or waits for a connection. */
  get isIdle(): boolean {
    return this.#pool.idleCount === this.#pool.totalCount && this.#pool.waitingCount === 0;
  }

  /** How many connections there may be from now on; those beyond go when they have been idle for a while. */
  resize(poolSize: number): void {
    this.#pool.options.max = poolSize;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#sweep);
    await this.#pool.end();
  }

  /** Closes as many idle members as nobody has needed since the last call but one, and those beyond what there may be. */
  async closeIdle(): Promise<void> {
    const needed = Math.min(Math.max(this.#busiest, this.#formerBusiest), this.#pool.options.max);
    this.#formerBusiest = this.#busiest;
    this.#busiest = 0;
    for (let left = this.#pool.totalCount - needed; left > 0 && this.#pool.idleCount > 0; left--) {
      try {
        (await this.#pool.connect()).release(true);
      } catch {
        return; // Closed meanwhile, or the server is gone, and its connections with it.
      }
    }
  }

  /** With what the statement asks for beside its rows: a limit of its own, a way of planning. */
  #execute(client: pg.PoolClient, statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
    if (statement.timeoutMilliseconds !== undefined) return this.#executeLimited(client, statement, values);
    if (statement.plans) return this.#executePlanned(client, statement, values);
    // What needs no plan of its own should not be planned anew each time either.
    return this.#planning.get(client) === 'for_values'
      ? this.#plan(client, 'each_time').then(() => execute(client, statement, values))
      : execute(client, statement, values);
  }

  /** The limit is one that the next user of the connection does not have. */
  async #executeLimited(
    client: pg.PoolClient,
    { timeoutMilliseconds, ...statement }: Statement,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    await queryObjects(client, `set statement_timeout = ${Math.trunc(timeoutMilliseconds!)}`, []);
    try {
      return await this.#execute(client, statement, values);
    } finally {
      await queryObjects(client, 'reset statement_timeout', []);
    }
  }

  async #executePlanned(
    client: pg.PoolClient,
    statement: Statement,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    const plans = statement.plans!;
    const planning = plans.next();
    await this.#plan(client, planning);
    const begin = performance.now();
    try {
      return await execute(client, statement, values);
    } finally {
      plans.report(planning, performance.now() - begin);
    }
  }

  /** Has a member of the pool plan its statements so; a statement of its own only when it did otherwise before. */
  async #plan(client: pg.PoolClient, planning: Planning): Promise<void> {
    if ((this.#planning.get(client) ?? 'each_time') === planning) return;
    await queryObjects(client, `set plan_cache_mode = ${PLAN_CACHE_MODES[planning]}`, []);
    this.#planning.set(client, planning);
  }

  #clientSettings(statementTimeout: number): pg.ClientConfig {
    const own = `-c TimeZone=UTC -c DateStyle=ISO -c pg_trgm.word_similarity_threshold=${SIMILAR_FROM} -c statement_timeout=${Math.trunc(statementTimeout)}`;
    const { connectionString, options } = splitOptions(this.#settings.connectionString);
    return {
      connectionString,
      application_name: 'trellis',
      keepAlive: true,
      types: TYPES,
      options: options === undefined ? own : `${options} ${own}`,
    };
  }

  /** A connection on which a transaction has begun. Nothing has been sent before, so a broken one is replaced. */
  async #begin(begin: string): Promise<pg.PoolClient> {
    for (let attempt = 1; ; attempt++) {
      const client = await this.#acquire();
      try {
        const isUsual = (this.#planning.get(client) ?? 'each_time') === 'each_time';
        await client.query(isUsual ? begin : `${begin}; set local plan_cache_mode = auto`);
        return client;
      } catch (error) {
        client.release(true);
        const translated = translateError(error);
        if (translated.code !== 'connection_lost' || attempt > this.#settings.poolSize) throw translated;
      }
    }
  }

  /** Waits a few seconds for a server that is restarting: nothing has been sent yet. */
  async #acquire(): Promise<pg.PoolClient> {
    const deadline = Date.now() + CONNECT_PATIENCE_MILLISECONDS;
    for (let pause = 50; ; pause = Math.min(pause * 2, 500)) {
      if (this.#isClosed) throw new StorageError('connection_lost', 'The storage has been closed.');
      try {
        const client = await this.#pool.connect();
        const busy = this.#pool.totalCount - this.#pool.idleCount;
        if (busy > this.#busiest) this.#busiest = busy;
        return client;
      } catch (error) {
        const translated = translateError(error);
        if (translated.code !== 'connection_lost' || Date.now() + pause > deadline) throw translated;
        await sleep(pause);
      }
    }
  }
}

/** In a transaction PostgreSQL plans as it sees fit; what may not have a plan for any values goes without a name there. */
function inTransaction(statement: Statement): Statement {
  return statement.plans?.always === 'for_values' ? { text: statement.text } : statement;
}

/** Runs a statement and gives its rows as arrays. */
export function execute(
  client: pg.ClientBase,
  { text, name }: Statement,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  return name === undefined
    ? executeOnce(client, text, values)
    : executePrepared(client, { text, name }, values);
}

async function executeOnce(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  try {
    return (await client.query<unknown[]>({ text, values: values as unknown[], rowMode: 'array' })).rows;
  } catch (error) {
    throw translateError(error);
  }
}

function executePrepared(
  client: pg.ClientBase,
  statement: { readonly text: string; readonly name: string },
  values: readonly unknown[],
): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null, rows: Row[]) =>
      error ? reject(translateError(error)) : resolve(rows);
    try {
      client.query(new PreparedQuery(statement, values, textParserOf, settle));
    } catch (error) {
      reject(translateError(error));
    }
  });
}

export async function queryObjects(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[],
): Promise<readonly unknown[]> {
  try {
    const result =
      values.length === 0 ? await client.query(text) : await client.query(text, values as unknown[]);
    return result.rows;
  } catch (error) {
    throw translateError(error);
  }
}

/** Takes `options` out of a connection string, where it would take the place of our own. Of two the later one wins. */
function splitOptions(connectionString: string): { connectionString: string; options: string | undefined } {
  const [head, query] = connectionString.split(/\?(.*)/s, 2);
  const parts = (query ?? '').split('&');
  const given = parts.filter((part) => part.startsWith('options='));
  if (given.length === 0) return { connectionString, options: undefined };
  const rest = parts.filter((part) => !part.startsWith('options='));
  return {
    connectionString: rest.length === 0 ? head! : `${head}?${rest.join('&')}`,
    options: given.map((part) => new URLSearchParams(part).get('options')).join(' '),
  };
}

function requireOpen(transaction: Transaction): OpenTransaction {
  if (!(transaction instanceof OpenTransaction)) {
    throw new StorageError('unexpected', 'This transaction was not made by this storage.');
  }
  return transaction;
}

async function rollBack(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch {
    client.release(true); // broken: PostgreSQL rolls back by itself
  }
}
