/**
 * The promise of metadata-driven storage at its real size: a field on an object with a million records is one row of
 * metadata. Takes a minute or two, so it runs only when asked for, and prints what it measured:
 *
 *     TRELLIS_TEST_RECORDS=1000000 npm test -- packages/storage/test/million.test.ts
 */
import type { Component } from '@trellis/metadata';
import { afterAll, expect, test } from 'vitest';
import { type Fixture, object, openFixture, publishComponents, SYSTEM, SYSTEM_OBJECTS } from './fixture.ts';

const RECORDS = Number(process.env.TRELLIS_TEST_RECORDS ?? 0);
const SETTLE_MILLISECONDS = 1500;

let fixture: Fixture | undefined;
afterAll(() => fixture?.close());

interface Look {
  readonly relfilenode: number;
  readonly seq_scan: number;
  readonly seq_tup_read: number;
  readonly columns: number;
}

test.runIf(RECORDS > 0)(
  `publishing a field of an object with ${RECORDS} records neither rewrites nor scans its table`,
  async () => {
    fixture = await openFixture([
      ...SYSTEM_OBJECTS,
      ...object('item', { name: { type: 'text' }, price: { type: 'decimal' } }),
    ]);
    const { admin, storage, workspace } = fixture;
    await admin.query(
      `insert into ws_main.item (id, owner_id, created_at, created_by, updated_at, updated_by, version, data)
       select gen_random_uuid(), $1, now(), $1, now(), $1, 1,
              jsonb_build_object('name', 'Item ' || n, 'price', n % 1000)
         from generate_series(1, $2::int) n`,
      [SYSTEM, RECORDS],
    );
    await admin.query('analyze ws_main.item');
    const look = async (): Promise<Look> => {
      // Counters of other sessions arrive within a second.
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
      await admin.query('select pg_stat_clear_snapshot()');
      const { rows } = await admin.query(
        `select c.relfilenode, s.seq_scan::int, s.seq_tup_read::int,
                (select count(*)::int from pg_attribute where attrelid = c.oid) as columns
           from pg_class c join pg_stat_user_tables s on s.relid = c.oid where c.oid = 'ws_main.item'::regclass`,
      );
      return rows[0] as Look;
    };
    const publish = async (what: string, body: object) => {
      const before = await look();
      const started = performance.now();
      const component = { kind: 'field', name: `item.${what}`, body: { label: what, type: 'text', ...body } };
      await publishComponents(storage, workspace, [component as Component]);
      const milliseconds = Math.round((performance.now() - started) * 10) / 10;
      const after = await look();
      console.log(JSON.stringify({ records: RECORDS, field: what, milliseconds, before, after }));
      expect(after).toEqual(before);
      return milliseconds;
    };
    // The first publish of a session loads what later ones have; the promise is about each of them.
    await publish('motto', {});
    await publish('slogan', { required: true });
    // An index is built online afterwards; the publish itself touches the table no more than that of a plain field.
    await publish('code', { indexed: true });
    const started = performance.now();
    await storage.drainPromotions(workspace);
    const { rows } = await admin.query(
      `select count(*)::int as columns from pg_attribute where attrelid = 'ws_main.item'::regclass and attname ~ '^c_'`,
    );
    console.log(
      JSON.stringify({ promoted: rows[0], seconds: Math.round((performance.now() - started) / 100) / 10 }),
    );
  },
  600_000,
);
