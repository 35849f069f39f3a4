/**
 * Fills columns from `data` in batches by id, each a transaction of its own with the place it reached, and a vacuum
 * after every so many, since each filled row leaves a dead one behind. It sets promoted columns only, so the
 * trigger does not fire, and no version, time or history is touched.
 */
import { queryObjects } from '../connections.ts';
import { StorageError } from '../errors.ts';
import { sourceInRow } from '../metadata/field-source.ts';
import { slotName } from '../metadata/wanted-storage.ts';
import { identifier, integer, join, sql } from '../sql.ts';
import { isPassing, type PromotionRun } from './online-steps.ts';

export interface FillColumn {
  readonly number: number;
  readonly fieldKey: string;
  readonly type: string;
  readonly source: string;
  readonly fillCursor: string | null;
  readonly rowsDone: number;
}

/** The values are at fault: trying again would not help. */
const UNFIT: readonly string[] = ['invalid_value', 'value_too_large', 'unique_violation'];
const BATCH = 5_000;
const BATCHES_PER_VACUUM = 20;

/** Fills all columns that wait for it; one whose values don't fit is reported and left out. */
export async function fillColumns(
  run: PromotionRun,
  objectKey: string,
  readFilling: () => Promise<readonly FillColumn[]>,
  onFailure: (column: FillColumn, error: StorageError) => Promise<void>,
): Promise<void> {
  const columns = await readFilling();
  if (columns.length === 0) return;
  try {
    await fillTogether(run, objectKey, columns);
  } catch (error) {
    if (!(error instanceof StorageError) || !UNFIT.includes(error.code)) throw error;
    if (columns.length === 1) return onFailure(columns[0]!, error);
    // One of them is at fault: fill each alone to find out which.
    for (const column of columns) await fillColumns(run, objectKey, async () => [column], onFailure);
  }
}

async function fillTogether(
  run: PromotionRun,
  objectKey: string,
  columns: readonly FillColumn[],
): Promise<void> {
  const { client, workspace } = run;
  const table = identifier(workspace.schema, objectKey);
  const register = identifier(workspace.schema, '_column');
  const column = (each: FillColumn) => identifier('t', slotName(each.number));
  const value = (each: FillColumn) => sourceInRow(sql`t`, each.source);
  const differs = join(
    columns.map((each) => {
      // Writing an entry is what takes it: none may be passed over, though the column may hold it from before.
      const isTaken = each.type === 'entries' ? sql` or ${column(each)} is not null` : sql``;
      return sql`${column(each)} is distinct from ${value(each)}${isTaken}`;
    }),
    ' or ',
  );
  const sets = join(columns.map((each) => sql`${identifier(slotName(each.number))} = ${value(each)}`));
  // The rows that change are locked in the order of their ids, as writers lock theirs.
  const text = sql`with batch as (
  select id from ${table} where ($1::uuid is null or id > $1::uuid) order by id limit ${integer(BATCH)}
), todo as (
  select t.id from ${table} t where t.id in (select id from batch) and (${differs}) order by t.id for no key update
), filled as (
  update ${table} t set ${sets} from todo where t.id = todo.id
), reached as (
  select (select id from batch order by id desc limit 1) as id, (select count(*) from batch) as rows
)
update ${register} c set fill_cursor = coalesce(reached.id, c.fill_cursor), rows_done = c.rows_done + reached.rows,
  state = case when reached.rows < ${integer(BATCH)} then 'indexing' else c.state end
from reached where c.object_key = $2 and c.number = any($3) and c.state = 'filling'
returning c.fill_cursor as cursor, c.state`.text;
  let cursor = columns.every((each) => each.fillCursor !== null)
    ? columns.map((each) => each.fillCursor!).sort()[0]!
    : null;
  for (let batch = 1; ; batch++) {
    await run.before('fill_batch');
    let rows: readonly unknown[];
    try {
      rows = await queryObjects(client, text, [cursor, objectKey, columns.map(({ number }) => number)]);
    } catch (error) {
      if (isPassing(error)) continue;
      throw error;
    }
    const [reached] = rows as readonly { cursor: string | null; state: string }[];
    // No row: a publish has retired the columns meanwhile.
    if (reached?.state !== 'filling') break;
    cursor = reached.cursor;
    if (batch % BATCHES_PER_VACUUM === 0) await queryObjects(client, sql`vacuum ${table}`.text, []);
  }
  await queryObjects(client, sql`vacuum ${table}`.text, []);
}
