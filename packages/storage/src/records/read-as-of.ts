/**
 * Questions about a time. Their statements are long, rare and never the same, so they are compiled for each question and
 * kept nowhere; each has a time limit of its own, since a filter on values of then can be served by no index.
 */
import type { CompiledObject, JsonValue, RecordPage, RecordQuery } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Row } from '../connections.ts';
import { compileCount, compileQuery, shapeQuery } from '../query/compile-query.ts';
import { PLANNED_EACH_TIME } from '../query/plan-choice.ts';
import { readRow, rowReader } from '../query/read-row.ts';
import { valuesFor } from '../query/statement-cache.ts';
import { identifier } from '../sql.ts';
import type { Snapshot } from '../storage.ts';
import type { WorkspaceLogins } from '../workspace-logins.ts';
import { COUNT_CAP } from './read-records.ts';

const TIME_LIMIT_MILLISECONDS = 10_000;

/** A page of the records that there were at `query.asOf.at`. It is counted to the cap at most. */
export async function queryAsOf(
  logins: WorkspaceLogins,
  features: DatabaseFeatures,
  today: Snapshot,
  query: RecordQuery,
): Promise<RecordPage> {
  const asOf = query.asOf!;
  // What is kept beside `data` is of today: promoted columns, formulas and roll-ups are worked out from what was there.
  const snapshot: Snapshot = { ...today, columns: new Map(), rollups: new Map(), asOf: { ...asOf, today } };
  const shaped = shapeQuery(snapshot, query);
  const compiled = compileQuery(snapshot, query, shaped, features);
  const connections = await logins.of(snapshot.workspace);
  return connections.transaction(
    async (transaction) => {
      const ask = (statement: Parameters<typeof valuesFor>[0]) =>
        connections.read(
          { text: statement.text, plans: PLANNED_EACH_TIME },
          valuesFor(statement, shaped.values),
          transaction,
        );
      const found: Row[] = [];
      for (const statement of compiled.statements) {
        found.push(...(await ask(statement)));
        if (found.length > query.limit) break;
      }
      const hasMore = found.length > query.limit;
      const isBackward = query.before !== undefined;
      const kept = hasMore ? found.slice(0, query.limit) : found;
      const rows = isBackward ? [...kept].reverse() : kept;
      const boundOf = (row: Row | undefined) =>
        row && compiled.sortColumns.map((column) => row[column] as JsonValue);
      const reader = rowReader(compiled.outputs, query.layout);
      const count = async () => {
        const cap = COUNT_CAP + 1;
        const counting = compileCount(snapshot, query, shaped, { features, cap, isEstimate: false });
        const value = Number((await ask(counting))[0]?.[0]);
        return value > COUNT_CAP
          ? ({ value: COUNT_CAP, kind: 'at_least' } as const)
          : ({ value, kind: 'exact' } as const);
      };
      return {
        rows: rows.map((row) => readRow(row, reader)),
        keyed: rows.map((row) => compiled.keyColumns.map((column) => (row[column] ?? null) as JsonValue)),
        next: (isBackward ? rows.length > 0 : hasMore) ? boundOf(rows.at(-1)) : undefined,
        previous: (isBackward ? hasMore : query.after !== undefined) ? boundOf(rows[0]) : undefined,
        count: query.count === 'none' ? undefined : await count(),
      };
    },
    { begin: 'begin read only', timeoutMilliseconds: TIME_LIMIT_MILLISECONDS },
  );
}

/** Since when the history of an object is whole; undefined: since its beginning. */
export async function historySince(
  logins: WorkspaceLogins,
  { workspace }: Snapshot,
  object: CompiledObject,
): Promise<string | undefined> {
  const connections = await logins.of(workspace);
  const horizon = identifier(workspace.schema, '_history_horizon');
  const text = `select since from ${horizon.text} where object = $1`;
  const [row] = await connections.read({ text }, [object.key]);
  return row?.[0] as string | undefined;
}
