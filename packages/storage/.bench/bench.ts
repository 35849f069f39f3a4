import pg from 'pg';
import { randomUUID } from 'node:crypto';
import { compile, resolvePath, checkExpression, ALWAYS } from '@trellis/model';
import { createStorage } from '../src/index.ts';
const server = process.env.PGS ?? 'postgresql://postgres@127.0.0.1:55418';
const c0 = new pg.Client({ connectionString: server + '/postgres' }); await c0.connect();
await c0.query('drop database if exists bench_storage with (force)'); await c0.query('create database bench_storage'); await c0.end();
const url = server + '/bench_storage';
const storage = await createStorage({ connectionString: url });
const ws = await storage.workspaces.create({ name: 'main', label: 'Main', timeZone: 'UTC', locale: 'en', currency: 'EUR' });
const f = (o: string, n: string, b: any) => ({ kind: 'field', name: `${o}.${n}`, body: { label: n, ...b } });
const comps: any[] = [
  { kind: 'object', name: 'user', body: { label: 'u', plural_label: 'us', name_field: 'name' } }, f('user', 'name', { type: 'text' }),
  { kind: 'object', name: 'account', body: { label: 'u', plural_label: 'us', name_field: 'name' } }, f('account', 'name', { type: 'text' }),
  { kind: 'object', name: 'deal', body: { label: 'u', plural_label: 'us', name_field: 'name', indexes: [{ fields: ['stage', '-close_date'] }, { fields: ['stage'], include: ['amount'] }] } },
  f('deal', 'name', { type: 'text' }), f('deal', 'stage', { type: 'select', indexed: true, options: ['new', 'qual', 'prop', 'won', 'lost'].map((value) => ({ value, label: value })) }),
  f('deal', 'amount', { type: 'currency', indexed: true }), f('deal', 'close_date', { type: 'date', indexed: true }), f('deal', 'account', { type: 'lookup', to: 'account' }),
  ...Array.from({ length: 20 }, (_, i) => f('deal', `extra_${i}`, { type: 'text' })),
];
const { model, problems } = compile(comps.map((component) => ({ component })));
if (!model) throw new Error(JSON.stringify(problems));
const keyOf = (c: any) => c.name.slice(c.name.lastIndexOf('.') + 1);
const empty = { ...model, objects: new Map() } as any;
await storage.metadata.publish({ workspace: ws, baseRevision: 0, before: empty, after: model, write: comps.map((component) => ({ component, key: keyOf(component), package: undefined })), remove: [], renames: [], forward: {} as any, backward: {} as any, author: '00000000-0000-0000-0000-000000000000', message: undefined });
const stored = await storage.metadata.load(ws);
const snap = { workspace: ws, revision: stored.revision, epoch: stored.epoch, columns: stored.columns, model };
const deal = model.objects.get('deal')!, account = model.objects.get('account')!;
const sys = '00000000-0000-0000-0000-000000000000';
const origin = () => ({ actorId: sys, source: 'bench', requestId: 'r', at: new Date().toISOString() });
const accounts = Array.from({ length: 1000 }, () => randomUUID());
await storage.records.insert(snap, account, accounts.map((id, i) => ({ id, ownerId: sys, recordType: null, data: { name: `Account ${i}` } })), origin());
const words = ['alpha', 'beta', 'gamma', 'delta', 'omega', 'zeta', 'kappa', 'sigma'];
const w = () => words[Math.floor(Math.random() * 8)];
const mk = (i: number) => ({ name: `${w()} ${w()} deal ${i}`, stage: ['new', 'qual', 'prop', 'won', 'lost'][i % 5], amount: Math.round(Math.random() * 1e7) / 100, close_date: `202${i % 7}-${String(1 + (i % 12)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}`, account: accounts[i % 1000], ...Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`extra_${k}`, `some value of ${k} ${i}`])) });
const N = Number(process.env.N ?? 200000);
const ids: string[] = [];
const uuid7 = () => { const t = Date.now().toString(16).padStart(12, '0'); const r = randomUUID(); return `${t.slice(0, 8)}-${t.slice(8)}-7${r.slice(15)}`; };
let t0 = performance.now();
for (let s = 0; s < N; s += 1000) { const rows = Array.from({ length: 1000 }, (_, k) => ({ id: uuid7(), ownerId: sys, recordType: null, data: mk(s + k) as any })); ids.push(...rows.map((r) => r.id)); await storage.records.insert(snap, deal, rows, origin()); }
console.log('load trellis', ((performance.now() - t0) * 1000 / N).toFixed(1), 'us/row');
// hand-written
const hand = new pg.Client({ connectionString: url }); await hand.connect();
await hand.query(`create table hand_account(id uuid primary key, name text); insert into hand_account select id, c_1 from ws_main.account;
 create table hand(id uuid primary key, owner_id uuid not null references ws_main._principal, created_at timestamptz not null, created_by uuid not null, updated_at timestamptz not null, updated_by uuid not null, version int not null, deleted_at timestamptz, name text, stage text, amount numeric, close_date date, account uuid references hand_account, ${Array.from({ length: 20 }, (_, k) => `extra_${k} text`).join(',')}) with (fillfactor=90)`);
const cols = ['name', 'stage', 'amount', 'close_date', 'account', ...Array.from({ length: 20 }, (_, k) => `extra_${k}`)];
const casts: any = { amount: 'numeric', close_date: 'date', account: 'uuid' };
await hand.query(`insert into hand select id, owner_id, created_at, created_by, updated_at, updated_by, version, deleted_at, ${cols.map((c) => `(data->>'${c}')::${casts[c] ?? 'text'}`).join(',')} from ws_main.deal`);
await hand.query(`create extension if not exists pg_trgm; create index on hand(created_at, id) where deleted_at is null; create index on hand(owner_id, created_at, id) where deleted_at is null; create index on hand(stage) where deleted_at is null; create index on hand(amount, id) where deleted_at is null; create index on hand(close_date, id) where deleted_at is null; create index on hand(account) where deleted_at is null; create index on hand(name, id) where deleted_at is null; create index on hand using gin(name gin_trgm_ops) where deleted_at is null; create index on hand(stage, close_date desc, id desc) where deleted_at is null; create index on hand(stage) include(amount) where deleted_at is null`);
await hand.query('vacuum analyze hand; '); await hand.query('vacuum analyze ws_main.deal'); await hand.query('vacuum analyze ws_main.account'); await hand.query('vacuum analyze hand_account');
const pool = new pg.Pool({ connectionString: url, max: 10 });
const path = (text: string) => resolvePath({ objects: model.objects, object: deal }, text).path!;
const ex = (s: unknown) => { const r = checkExpression(s, { objects: model.objects, object: deal }); if (!r.expression) throw new Error(JSON.stringify(r.problems)); return r.expression; };
const ctx = { userId: sys, now: new Date().toISOString(), timeZone: 'UTC' };
const tf = new Map([['account', ALWAYS]]);
const q = (filter: unknown, fields: string[], sort: [string, boolean][], more: any = {}) => ({ object: deal, fields: fields.map(path), filter: ex(filter), targetFilters: tf, search: undefined, sort: sort.map(([p, d]) => ({ path: path(p), descending: d })), limit: 50, after: undefined, before: undefined, count: 'none' as const, deleted: false, context: ctx, ...more });
const pick = () => ids[Math.floor(Math.random() * ids.length)]!;
const all = deal.ownFields.map((x) => x.name);
const sysf = ['owner_id', 'record_type', 'created_at', 'created_by', 'updated_at', 'updated_by'];
const allq = [...sysf, ...all];
async function time(name: string, fn: () => Promise<unknown>, n: number) { for (let i = 0; i < 20; i++) await fn(); const times: number[] = []; for (let i = 0; i < n; i++) { const a = performance.now(); await fn(); times.push(performance.now() - a); } times.sort((a, b) => a - b); return [name, times[n >> 1]! * 1000] as const; }
async function pair(name: string, a: () => Promise<unknown>, b: () => Promise<unknown>, n: number) { const ra: number[] = [], rb: number[] = []; for (let r = 0; r < 5; r++) { rb.push((await time('', b, n))[1]); ra.push((await time('', a, n))[1]); } ra.sort((x, y) => x - y); rb.sort((x, y) => x - y); console.log(name.padEnd(28), 'trellis', ra[2]!.toFixed(0).padStart(7), 'us  hand', rb[2]!.toFixed(0).padStart(7), 'us  throughput', (rb[2]! / ra[2]!).toFixed(2)); }
await pair('get', () => storage.records.query(snap, q({ '==': [{ var: 'id' }, pick()] }, allq, [['id', false]], { limit: 1 })), () => pool.query({ name: 'g', text: `select * from hand where id=$1 and deleted_at is null`, values: [pick()] }), 300);
const st = () => ['new', 'qual', 'prop', 'won', 'lost'][Math.floor(Math.random() * 5)];
await pair('list', () => storage.records.query(snap, q({ and: [{ '==': [{ var: 'stage' }, st()] }, { '>': [{ var: 'amount' }, 1000] }] }, ['name', 'stage', 'amount', 'close_date', 'account', 'account.name'], [['close_date', true], ['id', true]])), () => pool.query({ name: 'l', text: `select h.id, h.version, h.name, h.stage, h.amount, h.close_date, h.account, a.name as an from hand h left join hand_account a on a.id=h.account where h.deleted_at is null and h.stage=$1 and h.amount>$2 order by h.close_date desc nulls last, h.id desc limit 51`.replace('nulls last', ''), values: [st(), 1000] }), 200);
await pair('list newest', () => storage.records.query(snap, q({}, ['name', 'stage', 'amount', 'close_date', 'account', 'account.name'], [['created_at', true], ['id', true]])), () => pool.query({ name: 'ln', text: `select h.id, h.version, h.name, h.stage, h.amount, h.close_date, h.account, a.name as an from hand h left join hand_account a on a.id=h.account where h.deleted_at is null order by h.created_at desc, h.id desc limit 51`, values: [] }), 200);
const after = ['2023-06-10', pick()];
await pair('list page n', () => storage.records.query(snap, q({ '==': [{ var: 'stage' }, st()] }, ['name', 'stage', 'amount', 'close_date'], [['close_date', true], ['id', true]], { after })), () => pool.query({ name: 'lp', text: `select h.id, h.version, h.name, h.stage, h.amount, h.close_date from hand h where h.deleted_at is null and h.stage=$1 and (h.close_date,h.id)<($2,$3) order by h.close_date desc, h.id desc limit 51`, values: [st(), ...after] }), 200);
await pair('list with capped count', () => storage.records.query(snap, q({ '==': [{ var: 'stage' }, st()] }, ['name', 'stage', 'amount', 'close_date'], [['close_date', true], ['id', true]], { count: 'capped' })), async () => { const s = st(); await pool.query({ name: 'lc', text: `select h.id, h.version, h.name, h.stage, h.amount, h.close_date from hand h where h.deleted_at is null and h.stage=$1 order by h.close_date desc, h.id desc limit 51`, values: [s] }); await pool.query({ name: 'lc2', text: 'select count(*) from (select 1 from hand where deleted_at is null and stage=$1 limit 2001) x', values: [s] }); }, 100);
const term = () => `${w()} ${w()} deal 1${Math.floor(Math.random() * 90 + 10)}`;
await pair('search', () => storage.records.query(snap, q({}, ['name', 'stage'], [['created_at', true], ['id', true]], { search: term() })), () => pool.query({ name: 's', text: `select id, version, name, stage from hand where deleted_at is null and name ilike $1 order by created_at desc, id desc limit 51`, values: [`%${term()}%`] }), 60);
await pair('search broad', () => storage.records.query(snap, q({}, ['name', 'stage'], [['created_at', true], ['id', true]], { search: `${w()} ${w()}` })), () => pool.query({ name: 's', text: `select id, version, name, stage from hand where deleted_at is null and name ilike $1 order by created_at desc, id desc limit 51`, values: [`%${w()} ${w()}%`] }), 30);
await pair('aggregate', () => storage.records.aggregate(snap, { object: deal, groupBy: [{ path: path('stage'), period: undefined, as: 'stage' }], measures: [{ function: 'sum', field: deal.fields.get('amount'), as: 's' }, { function: 'count', field: undefined, as: 'c' }], filter: ALWAYS, targetFilters: tf, sort: [], limit: 100, context: ctx }), () => pool.query({ name: 'a', text: 'select stage, sum(amount), count(*) from hand where deleted_at is null group by stage' }), 5);
let n = N;
const hi = `insert into hand(id, owner_id, created_at, created_by, updated_at, updated_by, version, ${cols.join(',')}) values ($1,$2,$3,$4,$3,$4,1,${cols.map((_, i) => '$' + (5 + i)).join(',')})`;
await pair('create', () => storage.records.insert(snap, deal, [{ id: uuid7(), ownerId: sys, recordType: null, data: mk(n++) as any }], origin()), () => { const m: any = mk(n++); return pool.query({ name: 'i', text: hi, values: [uuid7(), sys, new Date().toISOString(), sys, ...cols.map((c) => m[c])] }); }, 300);
await pair('update (load+write)', async () => { const id = pick(); const [r] = await storage.records.loadForWrite(snap, { object: deal, ids: [id], visible: ALWAYS, allowed: ALWAYS, deleted: 'live', context: ctx }); await storage.records.update(snap, deal, [{ id, version: r!.version, ownerId: r!.ownerId, recordType: null, data: { ...r!.data, extra_3: `x${n++}` }, difference: { extra_3: [r!.data.extra_3!, `x${n}`] } }], origin()); }, async () => { const id = pick(); const r = await pool.query({ name: 'ul', text: 'select * from hand where id=$1 and deleted_at is null', values: [id] }); await pool.query({ name: 'uu', text: 'update hand set extra_3=$2, version=version+1, updated_at=now() where id=$1 and version=$3', values: [id, `x${n++}`, r.rows[0].version] }); }, 300);
await pair('batch 100', () => storage.records.insert(snap, deal, Array.from({ length: 100 }, () => ({ id: uuid7(), ownerId: sys, recordType: null, data: mk(n++) as any })), origin()), () => { const rows = Array.from({ length: 100 }, () => ({ id: uuid7(), ...mk(n++) })); return pool.query({ name: 'b', text: `insert into hand(id, owner_id, created_at, created_by, updated_at, updated_by, version, ${cols.join(',')}) select id, $2, $3, $2, $3, $2, 1, ${cols.join(',')} from json_to_recordset($1) as r(id uuid, ${cols.map((c) => `${c} ${casts[c] ?? 'text'}`).join(',')})`, values: [JSON.stringify(rows), sys, new Date().toISOString()] }); }, 30);
await hand.end(); await pool.end(); await storage.close();
