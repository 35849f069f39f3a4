import pg from 'pg';
const url = 'postgresql://postgres@127.0.0.1:55418/bench_storage';
const c = new pg.Client({ connectionString: url }); await c.connect();
const r = await c.query(`select c_5 from ws_main.deal limit 1`);
const list = (j: string) => `(select t.id o0, t.version o1, t.c_1 o2, t.c_2 o3, t.c_3 o4, t.c_4 o5, t.c_5 o6, t1.c_1 o7 from ws_main.deal t left join ws_main.account t1 on t1.id=t.c_5 and t1.deleted_at is null where t.deleted_at is null and ((t.c_2 = $1::text) and (t.c_3 > $2::numeric)) and t.c_4 is not null order by t.c_4 desc, t.id desc limit 51) union all (select t.id o0, t.version o1, t.c_1 o2, t.c_2 o3, t.c_3 o4, t.c_4 o5, t.c_5 o6, t1.c_1 o7 from ws_main.deal t left join ws_main.account t1 on t1.id=t.c_5 and t1.deleted_at is null where t.deleted_at is null and ((t.c_2 = $1::text) and (t.c_3 > $2::numeric)) and t.c_4 is null order by t.c_4 desc, t.id desc limit 51) limit 51`;
await c.query('set plan_cache_mode=force_generic_plan');
await c.query({ text: `prepare l(text,numeric) as ${list('')}` });
for (let i = 0; i < 3; i++) { const x = await c.query(`explain (analyze, buffers) execute l('won', 1000)`); if (i === 2) console.log(x.rows.map((r: any) => r['QUERY PLAN']).join('\n')); }
const hl = `select h.id, h.version, h.name, h.stage, h.amount, h.close_date, h.account, a.name as an from hand h left join hand_account a on a.id=h.account where h.deleted_at is null and h.stage=$1 and h.amount>$2 order by h.close_date desc, h.id desc limit 51`;
await c.query(`prepare h(text,numeric) as ${hl}`);
for (let i = 0; i < 3; i++) { const x = await c.query(`explain (analyze, buffers) execute h('won', 1000)`); if (i === 2) console.log(x.rows.map((r: any) => r['QUERY PLAN']).join('\n')); }
await c.query(`prepare g(uuid) as select t.id o0, t.version o1, t.owner_id, t.record_type, t.created_at, t.created_by, t.updated_at, t.updated_by, t.data from ws_main.deal t where t.deleted_at is null and t.id=$1 order by t.id limit 2`);
const id = (await c.query('select id from ws_main.deal offset 5000 limit 1')).rows[0].id;
for (let i = 0; i < 3; i++) { const x = await c.query(`explain (analyze, buffers, serialize) execute g('${id}')`); if (i === 2) console.log(x.rows.map((r: any) => r['QUERY PLAN']).join('\n')); }
await c.query(`prepare gh(uuid) as select * from hand where id=$1 and deleted_at is null`);
const hid = (await c.query('select id from hand offset 5000 limit 1')).rows[0].id;
for (let i = 0; i < 3; i++) { const x = await c.query(`explain (analyze, buffers, serialize) execute gh('${hid}')`); if (i === 2) console.log(x.rows.map((r: any) => r['QUERY PLAN']).join('\n')); }
await c.end();
