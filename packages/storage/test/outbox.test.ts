/** Reading the outbox: nothing is ever skipped, however late it is committed, and sweeping respects its readers. */
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';

import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepOutbox } from '../src/outbox.ts';
import {
  type Fixture,
  insertRecords,
  nextId,
  object,
  objectNamed,
  openFixture,
  origin,
  SYSTEM,
  SYSTEM_OBJECTS,
} from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture([...SYSTEM_OBJECTS, ...object('item', { name: { type: 'text' } })]);
});
afterAll(() => fixture?.close());

const outbox = () => fixture.storage.outbox;
/** Other tests' transactions on the same server may hold back what is settled for a moment. */
async function readUntil(position: string, ids: readonly string[]) {
  const changes: Awaited<ReturnType<Fixture['storage']['outbox']['read']>>['changes'][number][] = [];
  for (let from = position; !ids.every((id) => changes.some((change) => change.recordId === id)); ) {
    const page = await outbox().read(fixture.workspace, from, 100);
    changes.push(...page.changes);
    from = page.position;
    await sleep(2);
  }
  return changes;
}
const row = (id: string) => ({ id, ownerId: SYSTEM, recordType: null, data: { name: id } });

test('[F1] a transaction that commits late is not skipped by one that began later', async () => {
  const item = objectNamed(fixture.snapshot, 'item');
  const start = await outbox().position();
  const late = nextId();
  let quick: string[] = [];
  let position = start;
  await fixture.storage.transaction(async (transaction) => {
    await fixture.storage.records.insert(fixture.snapshot, item, [row(late)], origin(), transaction);
    quick = [...(await insertRecords(fixture, 'item', [{ name: 'quick' }]))];
    const meanwhile = await outbox().read(fixture.workspace, position, 100);
    expect(meanwhile.changes.map(({ recordId }) => recordId)).not.toContain(quick[0]);
    position = meanwhile.position;
  });
  const changes = await readUntil(position, [late, ...quick]);
  expect(changes.map(({ recordId }) => recordId)).toEqual(expect.arrayContaining([late, ...quick]));
  expect(changes[0]).toMatchObject({ objectKey: 'item', version: 1, action: 'create' });
});

test('[F1] a transaction that began early and wrote late is read whole', async () => {
  const item = objectNamed(fixture.snapshot, 'item');
  const start = await outbox().position();
  const [first, second] = [nextId(), nextId()];
  let between: readonly string[] = [];
  let position = start;
  const early: string[] = [];
  await fixture.storage.transaction(async (transaction) => {
    await fixture.storage.records.insert(fixture.snapshot, item, [row(first)], origin(), transaction);
    between = await insertRecords(fixture, 'item', [{ name: 'between' }]);
    await fixture.storage.records.insert(fixture.snapshot, item, [row(second)], origin(), transaction);
    const page = await outbox().read(fixture.workspace, position, 100);
    early.push(...page.changes.map(({ recordId }) => recordId));
    position = page.position;
  });
  expect(early).not.toEqual(expect.arrayContaining([...between]));
  const all = (await readUntil(position, [first, second, ...between])).map(({ recordId }) => recordId);
  for (const id of [first, second, ...between]) expect(all.filter((each) => each === id)).toHaveLength(1);
});

test('[F1] under writers of any length every change is read exactly once', async () => {
  const item = objectNamed(fixture.snapshot, 'item');
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          rows: fc.integer({ min: 1, max: 3 }),
          pause: fc.integer({ min: 0, max: 15 }),
          delay: fc.integer({ min: 0, max: 15 }),
          fails: fc.boolean(),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      fc.integer({ min: 1, max: 5 }),
      async (writers, limit) => {
        let position = await outbox().position();
        const written: string[] = [];
        const attempted: string[] = [];
        const seen: string[] = [];
        let isDone = false;
        const work = Promise.all(
          writers.map(async ({ rows, pause, delay, fails }) => {
            await sleep(delay);
            const ids: string[] = [];
            try {
              await fixture.storage.transaction(async (transaction) => {
                for (let count = 0; count < rows; count++) {
                  const id = nextId();
                  await fixture.storage.records.insert(
                    fixture.snapshot,
                    item,
                    [row(id)],
                    origin(),
                    transaction,
                  );
                  ids.push(id);
                  attempted.push(id);
                  await sleep(pause);
                }
                if (fails) throw new Error('given up');
              });
              written.push(...ids);
            } catch (error) {
              if ((error as Error).message !== 'given up') throw error;
            }
          }),
        ).finally(() => {
          isDone = true;
        });
        for (let isLast = false; ; ) {
          const page = await outbox().read(fixture.workspace, position, limit);
          seen.push(...page.changes.map(({ recordId }) => recordId));
          position = page.position;
          if (page.changes.length < limit) {
            // Other tests' databases on the same server may hold the horizon back for a moment.
            if (isLast && written.every((id) => seen.includes(id))) break;
            isLast = isDone;
            await sleep(1);
          }
        }
        await work;
        const tried = new Set(attempted);
        expect(seen.filter((id) => tried.has(id)).sort()).toEqual([...written].sort());
      },
    ),
    { numRuns: 15 },
  );
}, 60_000);

test('[F3] sweeping leaves what is young or unread by a durable reader', async () => {
  const count = async () =>
    (await fixture.admin.query('select count(*)::int as count from ws_main._outbox')).rows[0].count as number;
  const start = await outbox().position();
  await insertRecords(fixture, 'item', [{ name: 'a' }, { name: 'b' }]);
  const young = await count();
  await sweepOutbox(fixture.admin, 'ws_main');
  expect(await count()).toBe(young);
  await fixture.admin.query(`update ws_main._outbox set at = at - interval '2 days'`);
  await outbox().moveReader(fixture.workspace, 'webhooks', start);
  await sweepOutbox(fixture.admin, 'ws_main');
  const kept = await count();
  expect(kept).toBeGreaterThanOrEqual(2);
  expect(kept).toBeLessThan(young);
  let page = await outbox().read(fixture.workspace, start, 100);
  for (; page.changes.length < 2; page = await outbox().read(fixture.workspace, start, 100)) await sleep(5);
  await outbox().moveReader(fixture.workspace, 'webhooks', page.position);
  await outbox().moveReader(fixture.workspace, 'webhooks', start);
  expect(await outbox().findReader(fixture.workspace, 'webhooks')).toBe(page.position);
  await sweepOutbox(fixture.admin, 'ws_main');
  expect(await count()).toBe(0);
  await outbox().removeReader(fixture.workspace, 'webhooks');
  expect(await outbox().findReader(fixture.workspace, 'webhooks')).toBeUndefined();
});

test('tells its own positions from others', async () => {
  expect(await outbox().isPast(await outbox().position())).toBe(true);
  for (const position of ['', 'x', '1', '99999999999999999999.0', '9999999999999.1', "1.1'; drop"])
    expect(await outbox().isPast(position)).toBe(false);
});
