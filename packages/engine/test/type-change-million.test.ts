/**
 * How long a type change takes on a million records. It runs only when asked for, and prints what it measured:
 *
 *     TRELLIS_TEST_RECORDS=1000000 npm test -- packages/engine/test/type-change-million.test.ts
 */
import { withDatabase } from '@trellis/testing';
import { expect, test } from 'vitest';
import { object, openEngine } from './open-engine.ts';

const RECORDS = Number(process.env.TRELLIS_TEST_RECORDS ?? 0);
const NOBODY = '00000000-0000-0000-0000-000000000000';

test.runIf(RECORDS > 0)(
  `a text of ${RECORDS} records becomes a number, and whole again on the way back`,
  async () => {
    const open = await openEngine(object('item', { value: { type: 'text' } }));
    const { engine, admin } = open;
    const measured: Record<string, number> = {};
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const started = performance.now();
      const result = await work();
      measured[what] = Math.round(performance.now() - started);
      return result;
    };
    try {
      await withDatabase(open.connectionString, async (client) => {
        await client.query(
          `insert into ws_main.item (id, owner_id, created_at, created_by, updated_at, updated_by, version, data)
           select gen_random_uuid(), $1, now(), $1, now(), $1, 1,
                  jsonb_build_object('name', 'Item ' || n, 'value', case n % 10 when 0 then 'no ' || n else n::text end)
             from generate_series(1, $2::int) n`,
          [NOBODY, RECORDS],
        );
        await client.query('analyze ws_main.item');
      });
      const { revision } = await engine.metadata.list(admin);
      const change = {
        components: [{ kind: 'field', name: 'item.value', body: { label: 'V', type: 'integer' } }],
      };
      await timed('planMilliseconds', () => engine.metadata.plan(admin, change));
      await timed('publishMilliseconds', () => engine.metadata.publish(admin, change));
      await timed('conversionMilliseconds', () => engine.metadata.drainConversions(admin));
      const [conversion] = await engine.metadata.conversions(admin);
      expect(conversion).toMatchObject({ state: 'done' });
      expect(conversion!.exact + conversion!.lossy + conversion!.kept).toBe(RECORDS);
      expect(conversion!.kept).toBe(Math.floor(RECORDS / 10));
      await timed('rollbackMilliseconds', () => engine.metadata.rollback(admin, revision));
      await timed('conversionBackMilliseconds', () => engine.metadata.drainConversions(admin));
      await withDatabase(open.connectionString, async (client) => {
        const { rows } = await client.query(
          `select count(*)::int as count from ws_main.item where data ? 'value' and version = 1`,
        );
        expect(rows).toEqual([{ count: RECORDS }]);
      });
      console.log(JSON.stringify({ records: RECORDS, ...measured }));
    } finally {
      await open.close();
    }
  },
  1_800_000,
);
