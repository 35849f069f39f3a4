/**
 * Fills the hand-written service's tables with the very records that Trellis holds, under the same ids, and gives
 * them the indexes that Trellis has, column for column: neither side has one that the other lacks.
 */
import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { DEAL_FIELDS } from '../hand/fields.ts';
import { createForeignKeys, createTables, HAND_SCHEMA } from '../hand/tables.ts';
import type { TrellisTables } from './seed-trellis.ts';

const SYSTEM = 'id, owner_id, record_type, created_at, created_by, updated_at, updated_by, version';

/** Makes schema, rows, indexes; gives the session token with which `person` is signed in. */
export async function seedHand(pool: pg.Pool, tables: TrellisTables): Promise<readonly string[]> {
  const db = await pool.connect();
  try {
    await db.query(`begin; ${createTables()} commit`);
    await db.query(`set maintenance_work_mem = '1GB'`);
    await db.query(
      `insert into ${HAND_SCHEMA}.person (id, name) select id, name from "${tables.schema}"._principal`,
    );
    await db.query(
      `insert into ${HAND_SCHEMA}.account (${SYSTEM}, name)
       select ${SYSTEM}, data->>'name' from ${tables.account} where deleted_at is null order by id`,
    );
    const names = DEAL_FIELDS.map((field) => field.name);
    await db.query(
      `insert into ${HAND_SCHEMA}.deal (${SYSTEM}, ${names.join(', ')})
       select ${SYSTEM}, ${names.map((name) => `r.${name}`).join(', ')}
       from ${tables.deal} t, jsonb_to_record(t.data) as r(${DEAL_FIELDS.map((field) => `${field.name} ${field.type}`).join(', ')})
       where deleted_at is null order by id`,
    );
    const made: string[] = [];
    for (const object of ['account', 'deal'] as const) {
      for (const definition of await translatedIndexes(db, tables, object)) {
        await db.query(definition);
        made.push(definition);
      }
    }
    await db.query(createForeignKeys());
    return made;
  } finally {
    db.release(true);
  }
}

/** A new session of this person; its token. */
export async function openHandSession(pool: pg.Pool, person: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await pool.query(
    `insert into ${HAND_SCHEMA}.session (token_hash, person, expires_at) values ($1, $2, now() + interval '1 day')`,
    [createHash('sha256').update(token).digest('hex'), person],
  );
  return token;
}

/** Definitions of the indexes of an object of Trellis, over the typed columns of the hand-written table. */
async function translatedIndexes(
  db: pg.PoolClient,
  tables: TrellisTables,
  object: 'account' | 'deal',
): Promise<readonly string[]> {
  // A folded copy of a text stands for the text itself: `ilike` needs no lower-case copy.
  const slots = await db.query<{ number: number; field_key: string }>(
    `select number, replace(field_key, '~folded', '') as field_key
     from "${tables.schema}"._column where object_key = $1 and state = 'ready'`,
    [object],
  );
  const columns = new Map(slots.rows.map((slot) => [`c_${slot.number}`, slot.field_key]));
  const indexes = await db.query<{ definition: string }>(
    'select pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = $1::regclass and not indisprimary',
    [tables[object]],
  );
  const known = new Set(object === 'account' ? ['name'] : DEAL_FIELDS.map((field) => field.name));
  return indexes.rows.flatMap(({ definition }) => translateIndex(definition, object, columns, known) ?? []);
}

/**
 * `CREATE INDEX _deal_1f ON main.deal USING btree (c_3, c_7 DESC) WHERE …` over the columns' own names. Undefined
 * where the hand-written table has no such column: the recycle bin's, and fields of an account that it leaves out.
 */
export function translateIndex(
  definition: string,
  object: string,
  columns: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
): string | undefined {
  if (/deletion_id|deleted_at IS NOT NULL/i.test(definition)) return undefined;
  let isComplete = true;
  const translated = definition
    .replace(/INDEX .*? ON .*? USING/, `INDEX ON ${HAND_SCHEMA}.${object} USING`)
    // `ilike` needs no lower-case copy.
    .replace(/lower\(\(*"?(c_\d+)"?(?: COLLATE "[^"]+")?\)*\)/g, '$1')
    .replace(/ COLLATE "[^"]+"/g, '')
    .replace(/\bc_\d+\b/g, (slot) => {
      const name = columns.get(slot);
      if (name === undefined || !known.has(name)) isComplete = false;
      return name ?? slot;
    });
  return isComplete ? translated : undefined;
}
