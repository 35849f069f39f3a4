/** The register of type changes, `_conversion`, and what the trigger needs to know of it. */
import type { FieldRecord } from '@trellis/model';
import type pg from 'pg';
import { queryObjects } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Conversion, ConversionState } from '../storage.ts';

/** What stands in `data` of a record whose value was converted, kept or overwritten: `~amount_2`. No field's key. */
export function markerOf(conversion: Pick<Conversion, 'newKey'>): string {
  return `~${conversion.newKey}`;
}

const COLUMNS = `id, object_key as "objectKey", old_key as "oldKey", new_key as "newKey", source, state, author,
  has_history as "hasHistory",  fill_cursor as "cursor", exact, lossy, kept, error, created_at as "createdAt"`;

/** Conversions in the given states, the oldest first: a field may have been changed more than once. */
export async function readConversions(
  client: pg.ClientBase,
  schema: string,
  states: readonly ConversionState[],
): Promise<readonly Conversion[]> {
  return (await queryObjects(
    client,
    `select ${COLUMNS} from ${identifier(schema, '_conversion').text} where state = any($1) order by id`,
    [states],
  )) as readonly Conversion[];
}

/**
 * The same of one object, locked until the end of the transaction: the job holds the lock of the conversion that it
 * is at, and must be done with its batch before a publish takes the table's lock.
 */
export async function lockConversions(
  client: pg.ClientBase,
  schema: string,
  objectKeys: readonly string[],
): Promise<readonly Conversion[]> {
  return (await queryObjects(
    client,
    `select ${COLUMNS} from ${identifier(schema, '_conversion').text}
      where object_key = any($1) and state in ('running', 'done') order by id for update`,
    [objectKeys],
  )) as readonly Conversion[];
}

export async function insertConversion(
  client: pg.ClientBase,
  schema: string,
  conversion: {
    readonly objectKey: string;
    readonly oldKey: string;
    readonly newKey: string;
    readonly source: FieldRecord;
    readonly author: string;
    readonly hasHistory: boolean;
  },
): Promise<Conversion> {
  const { objectKey, oldKey, newKey, source, author, hasHistory } = conversion;
  const [row] = await queryObjects(
    client,
    `insert into ${identifier(schema, '_conversion').text} (object_key, old_key, new_key, source, state, author, has_history)
     values ($1, $2, $3, $4, 'running', $5, $6) returning ${COLUMNS}`,
    [objectKey, oldKey, newKey, JSON.stringify(source), author, hasHistory],
  );
  return row as Conversion;
}

/** Ends conversions; what was kept is not listed any more, and stays where it is. */
export async function endConversions(
  client: pg.ClientBase,
  schema: string,
  ids: readonly number[],
  state: 'undone' | 'dismissed',
): Promise<void> {
  if (ids.length === 0) return;
  await queryObjects(
    client,
    `update ${identifier(schema, '_conversion').text} set state = $2, changed_at = now() where id = any($1)`,
    [ids, state],
  );
  await queryObjects(
    client,
    `delete from ${identifier(schema, '_kept_value').text} where conversion_id = any($1)`,
    [ids],
  );
}

/** A pair of keys that the trigger guards while a conversion is open. */
export interface Fence {
  readonly oldKey: string;
  readonly marker: string;
}

export async function readFences(
  client: pg.ClientBase,
  schema: string,
  objectKey: string,
): Promise<readonly Fence[]> {
  const open = await readConversions(client, schema, ['running', 'done']);
  return open
    .filter((each) => each.objectKey === objectKey)
    .map((each) => ({ oldKey: each.oldKey, marker: markerOf(each) }));
}
