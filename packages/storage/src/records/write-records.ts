/**
 * Writes records: finished rows in, versions out. One statement per call, whatever the number of rows; it is
 * prepared under a name, since its text depends on nothing but the object.
 *
 * Refuses nothing by itself: a version that has moved on is missing from the result, and what PostgreSQL refuses
 * comes out as `StorageError` with the fields at fault.
 */
import type { CompiledObject, JsonValue, RecordData } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Row } from '../connections.ts';
import { StorageError, sqlState } from '../errors.ts';
import { entriesConstraint } from '../metadata/unique-entries.ts';
import { uniqueIndexName } from '../metadata/wanted-storage.ts';
import {
  type CompiledStatement,
  finishStatement,
  statementName,
  valuesFor,
} from '../query/statement-cache.ts';
import { IS_ALONE } from '../rollups/mark-triggers.ts';
import type { Sql } from '../sql.ts';
import type {
  ChangeOrigin,
  InsertRow,
  Snapshot,
  Transaction,
  UpdateRow,
  Workspace,
  WriteTargets,
  WrittenRow,
} from '../storage.ts';
import type { WorkspaceLogins } from '../workspace-logins.ts';
import { type HeldTargets, NOTHING_HELD, shapeTargets } from './held-targets.ts';
import {
  insertStatement,
  removeStatement,
  restoreStatement,
  transferStatement,
  updateStatement,
} from './write-statements.ts';

type StatementMaker = (workspace: Workspace, object: CompiledObject, held: HeldTargets) => Sql;

/** Texts that are kept of one object: what targets a caller sees is a part of them. */
const MAX_TEXTS = 200;

export class RecordWriter {
  readonly #logins: WorkspaceLogins;
  readonly #features: DatabaseFeatures;
  /** Statements by workspace, object and kind of write; an object's shape changes with its compiled object. */
  readonly #statements = new WeakMap<CompiledObject, Map<string, CompiledStatement>>();

  constructor(logins: WorkspaceLogins, features: DatabaseFeatures) {
    this.#logins = logins;
    this.#features = features;
  }

  async insert(
    snapshot: Snapshot,
    object: CompiledObject,
    rows: readonly InsertRow[],
    origin: ChangeOrigin,
    transaction?: Transaction,
    targets?: WriteTargets,
    beforeWrite?: () => Promise<void>,
  ): Promise<readonly WrittenRow[]> {
    if (rows.length === 0) return [];
    const input = rows.map((row) => ({
      id: row.id,
      owner_id: row.ownerId,
      record_type: row.recordType,
      data: withoutBlanks(row.data),
    }));
    const written = await this.#run(
      snapshot,
      object,
      insertStatement,
      [input, origin],
      transaction,
      targets,
      beforeWrite,
    );
    // The statement writes all rows or none, so their versions are known.
    return (written.length === 0 ? [] : rows).map(({ id }) => ({
      id,
      version: 1,
      createdAt: origin.at,
      updatedAt: origin.at,
    }));
  }

  async update(
    snapshot: Snapshot,
    object: CompiledObject,
    rows: readonly UpdateRow[],
    origin: ChangeOrigin,
    transaction?: Transaction,
    targets?: WriteTargets,
  ): Promise<readonly WrittenRow[]> {
    if (rows.length === 0) return [];
    const input = rows.map((row) => ({
      id: row.id,
      version: row.version,
      owner_id: row.ownerId,
      record_type: row.recordType,
      data: withoutBlanks(row.data),
      difference: row.difference,
    }));
    const isTransfer = rows.some(({ difference }) => difference.owner_id !== undefined);
    const written = await this.#run(
      snapshot,
      object,
      isTransfer ? transferStatement : updateStatement,
      [input, origin],
      transaction,
      targets,
    );
    return readWritten(written, origin);
  }

  async remove(
    snapshot: Snapshot,
    object: CompiledObject,
    rows: readonly { readonly id: string; readonly version: number }[],
    deletionId: string,
    origin: ChangeOrigin,
    transaction?: Transaction,
  ): Promise<readonly WrittenRow[]> {
    if (rows.length === 0) return [];
    const input = rows.map(({ id, version }) => ({ id, version }));
    const written = await this.#run(
      snapshot,
      object,
      removeStatement,
      [input, origin, deletionId],
      transaction,
    );
    return readWritten(written, origin);
  }

  async restore(
    snapshot: Snapshot,
    object: CompiledObject,
    rows: readonly { readonly id: string; readonly version: number }[],
    origin: ChangeOrigin,
    transaction?: Transaction,
  ): Promise<readonly WrittenRow[]> {
    if (rows.length === 0) return [];
    const input = rows.map(({ id, version }) => ({ id, version }));
    const written = await this.#run(snapshot, object, restoreStatement, [input, origin], transaction);
    return readWritten(written, origin);
  }

  async #run(
    snapshot: Snapshot,
    object: CompiledObject,
    make: StatementMaker,
    [input, origin, ...more]: readonly [readonly unknown[], ChangeOrigin, ...unknown[]],
    transaction: Transaction | undefined,
    targets?: WriteTargets,
    beforeWrite?: () => Promise<void>,
  ): Promise<readonly Row[]> {
    const own = [
      JSON.stringify(input),
      origin.at,
      origin.actorId,
      origin.source,
      origin.requestId ?? null,
      origin.cause ? JSON.stringify(origin.cause) : null,
      ...more,
    ];
    const held = targets && shapeTargets(snapshot, own, targets, this.#features);
    // Predicates are compiled against columns, so the epoch is a part of what tells statements apart.
    const isAlone = transaction === undefined && input.length === 1;
    const kind = `${make.name}${isAlone ? ' alone' : ''}`;
    const key = `${snapshot.workspace.schema} ${kind} ${held ? `${snapshot.epoch} ${held.key}` : ''}`;
    const statement = this.#statement(object, key, () => {
      const { steps, conditions } = held?.compile() ?? NOTHING_HELD;
      const under = { steps, conditions: isAlone ? [...conditions, IS_ALONE] : conditions, isAlone };
      return finishStatement(make(snapshot.workspace, object, under));
    });
    const { text } = statement;
    const values = valuesFor(statement, held?.values ?? own);
    const connections = await this.#logins.reach(snapshot.workspace, transaction);
    await beforeWrite?.();
    try {
      return await connections.write({ text, name: statementName(text) }, values, transaction);
    } catch (error) {
      throw nameFields(error, snapshot, object);
    }
  }

  #statement(object: CompiledObject, key: string, compile: () => CompiledStatement): CompiledStatement {
    let statements = this.#statements.get(object);
    if (!statements || statements.size >= MAX_TEXTS) {
      statements = new Map();
      this.#statements.set(object, statements);
    }
    const statement = statements.get(key) ?? compile();
    statements.set(key, statement);
    return statement;
  }
}

/** Blanks are absent in `data`: neither null nor empty text nor an empty list is ever stored (design brief §4). */
export function withoutBlanks(data: RecordData): RecordData {
  const isBlank = (value: JsonValue) =>
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  const keys = Object.keys(data);
  if (!keys.some((key) => isBlank(data[key]!))) return data;
  return Object.fromEntries(keys.filter((key) => !isBlank(data[key]!)).map((key) => [key, data[key]!]));
}

function readWritten(rows: readonly Row[], origin: ChangeOrigin): readonly WrittenRow[] {
  return rows.map(([id, version, createdAt]) => ({
    id: id as string,
    version: version as number,
    createdAt: createdAt as string,
    updatedAt: origin.at,
  }));
}

/** Puts the names of the fields into an error of a unique index or a foreign key. */
function nameFields(error: unknown, snapshot: Snapshot, object: CompiledObject): unknown {
  if (!(error instanceof StorageError) || error.constraint === undefined) return error;
  const state = sqlState(error);
  if (state === '23505') {
    const columns = snapshot.columns.get(object.key);
    const field = object.ownFields.find((each) => {
      const column = columns?.get(each.key);
      return (
        column &&
        (uniqueIndexName(snapshot.workspace.schema, object.key, column.name) === error.constraint ||
          entriesConstraint(object.key, column.name) === error.constraint)
      );
    });
    const fields = field ? [field.name] : error.constraint.endsWith('_pkey') ? ['id'] : [];
    return new StorageError(error.code, error.message, {
      cause: error.cause,
      fields,
      constraint: error.constraint,
    });
  }
  if (state === '23503') {
    const detail = String((error.cause as { detail?: unknown }).detail ?? '');
    const column = /^Key \("?(\w+)"?\)/.exec(detail)?.[1];
    const columns = snapshot.columns.get(object.key);
    const field = object.ownFields.find((each) => columns?.get(each.key)?.name === column);
    const fields = column === 'owner_id' ? ['owner_id'] : field ? [field.name] : [];
    return new StorageError(error.code, error.message, {
      cause: error.cause,
      fields,
      constraint: error.constraint,
    });
  }
  return error;
}
