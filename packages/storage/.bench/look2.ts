import pg from 'pg';
import { randomUUID } from 'node:crypto';
const url = 'postgresql://postgres@127.0.0.1:55418/bench_storage';
const c = new pg.Client({ connectionString: url }); await c.connect();
const acc = (await c.query('select id from ws_main.account limit 1')).rows[0].id;
const rows = () => JSON.stringify(Array.from({ length: 1000 }, (_, i) => ({ id: randomUUID(), owner_id: '00000000-0000-0000-0000-000000000000', data: { name: `alpha beta deal ${i}`, stage: 'won', amount: i, close_date: '2026-01-01', account: acc, ...Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`extra_${k}`, `some value of ${k} ${i}`])) } })));
for (let k = 0; k < 2; k++) {
const r = await c.query(`explain (analyze, buffers off, wal) with input as (select * from jsonb_to_recordset('${rows()}'::jsonb) as r(id uuid, owner_id uuid, record_type text, data jsonb)), written as (insert into ws_main.deal (id, owner_id, record_type, created_at, created_by, updated_at, updated_by, version, data) select id, owner_id, record_type, now(), owner_id, now(), owner_id, 1, data from input), h as (insert into ws_main._history (at, actor_id, source, object, record_id, version, action, difference) select now(), owner_id, 'x', 'deal', id, 1, 'create', data from input), o as (insert into ws_main._outbox (at, actor_id, source, object, record_id, version, action) select now(), owner_id, 'x', 'deal', id, 1, 'create' from input) select 1`);
if (k) console.log(r.rows.map((x: any) => x['QUERY PLAN']).join('\n').replace(/'\[.*\]'/g, '…'));
}
await c.end();
