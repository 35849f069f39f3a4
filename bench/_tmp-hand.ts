import { startDatabase } from './database.ts';
import { DEAL_FIELDS } from './hand/fields.ts';
import { createForeignKeys, createTables } from './hand/tables.ts';
import { startLoadGenerator } from './load/load-generator.ts';
import { WORKLOAD_NAMES } from './load/workloads.ts';
import { accountRows, dealRows, NAME_WORDS } from './seed/deal-values.ts';
import { openHandSession } from './seed/seed-hand.ts';
import { startServerProcess } from './server-process.ts';

const size = Number(process.argv[2] ?? 100000);
const db = await startDatabase('/tmp/hb', console.error);
const c = await db.pool.connect();
await c.query(`begin; ${createTables()} commit`);
await c.query(`insert into bench_hand.person select uuidv7(), 'Seller '||n from generate_series(1,200) n`);
const owners = (await c.query('select id from bench_hand.person')).rows.map((r) => r.id);
console.time('seed');
const sys = 'id, owner_id, record_type, created_at, created_by, updated_at, updated_by';
await c.query(
  `insert into bench_hand.account (${sys}, name) select id, owner_id, null, created_at, owner_id, created_at, owner_id, data->>'name' from (${accountRows(size / 20)}) s`,
  [owners],
);
await c.query(
  'create temp table bench_accounts as select row_number() over (order by id) as position, id from bench_hand.account',
);
const names = DEAL_FIELDS.map((f) => f.name);
await c.query(
  `insert into bench_hand.deal (${sys}, ${names.join()}) select id, owner_id, record_type, created_at, owner_id, created_at, owner_id, ${names.map((n) => 'r.' + n).join()} from (${dealRows(size, 'bench_accounts')}) s, jsonb_to_record(data) as r(${DEAL_FIELDS.map((f) => f.name + ' ' + f.type).join()})`,
  [owners],
);
console.timeEnd('seed');
await c.query(
  `create extension if not exists pg_trgm; create index on bench_hand.deal (stage, close_date desc, id desc) where deleted_at is null; create index on bench_hand.deal (stage) include (amount) where deleted_at is null; create index on bench_hand.deal (created_at, id) where deleted_at is null; create index on bench_hand.deal using gin (name gin_trgm_ops) where deleted_at is null; create unique index on bench_hand.deal (external_id) where deleted_at is null`,
);
await c.query(createForeignKeys());
await c.query('vacuum analyze');
console.timeLog;
const hand = await startServerProcess({
  name: 'hand',
  script: 'bench/hand/main.ts',
  readyPath: '/deals/by-stage',
  logFile: '/tmp/hb/hand.log',
  environment: {
    BENCH_DATABASE_URL: db.handUrl,
    BENCH_POOL_SIZE: '10',
    HAND_JSON: process.env.HAND_JSON ?? '',
  },
});
const token = await openHandSession(db.pool, owners[0]);
const load = startLoadGenerator();
await load.open('hand', hand.origin, `session=${token}`, 16);
const ids = async (t: string) =>
  (await c.query(`select id from bench_hand.${t} order by md5(id::text) limit 20000`)).rows.map((r) => r.id);
await load.use({
  dealIds: await ids('deal'),
  accountIds: await ids('account'),
  ownerIds: owners,
  terms: [...NAME_WORDS, '48213', '9921'],
  cursors: { hand: [], trellis: [] },
  countLimit: 10000,
});
for (const w of WORKLOAD_NAMES)
  for (const n of [1, 16]) {
    const r = [];
    for (let i = 0; i < 3; i++) {
      const x = await load.round('hand', w, { connections: n, seconds: 1.5 });
      r.push(Math.round(x.requests / x.seconds));
      if (x.firstError) console.log(x.firstError);
      if (i == 2) console.log(w, n, r.join(' '), 'bytes', Math.round(x.bytes / x.requests));
    }
  }
await load.stop();
await hand.stop();
c.release();
await db.stop();
