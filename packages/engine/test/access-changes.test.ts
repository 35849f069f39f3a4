/**
 * What a change of rights, roles and sharing does to people, told before it is published: against the naive reading of
 * the organisation as it is and as it would be (access-world.ts).
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Action,
  changeTo,
  clear,
  OBJECTS,
  open,
  openWorld,
  publish,
  Reading,
  seed,
  USERS,
  userIds,
  world,
} from './access-world.ts';

beforeAll(openWorld, 60_000);
afterAll(() => open?.close());

it('[C5] a plan tells who gains and who loses which records, whatever changes', async () => {
  const { engine, admin } = open;
  let told = 0;
  await fc.assert(
    fc.asyncProperty(world, world, async (before, other) => {
      await publish(before);
      const facts = await seed(before);
      const { above, defaults, sets, system, rules } = other;
      const after = { ...before, above, defaults, sets, system, rules };
      const [was, willBe] = [new Reading(before), new Reading(after)];
      const change = await changeTo(after);
      const { plan, problems } = await engine.metadata.plan(admin, change);
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      const changes = plan.access?.changes ?? [];
      told += changes.length;
      for (const who of USERS) {
        const ofUser = changes.filter(({ user }) => user.id === userIds[who]);
        for (const object of OBJECTS) {
          const of = facts.filter((fact) => fact.object === object && !fact.isGone);
          const change = ofUser.find((each) => each.object === object);
          const place = `u${who} ${object}`;
          const may = (reading: Reading, action: Action) => reading.may(who, object, action);
          for (const action of ['read', 'update', 'delete', 'export'] as const) {
            const moved = [may(was, action), may(willBe, action)];
            expect([
              place,
              action,
              change?.lost.includes(action) ?? false,
              change?.gained.includes(action) ?? false,
            ]).toEqual([place, action, moved[0] && !moved[1], !moved[0] && moved[1]]);
          }
          for (const action of ['read', 'update', 'delete'] as const) {
            const acts = (reading: Reading) => (fact: (typeof of)[number]) =>
              action === 'read' ? reading.sees(who, fact) : reading.acts(who, fact, action);
            const [did, does] = [acts(was), acts(willBe)];
            const counted = (direction: 'gained' | 'lost') => {
              const found = change?.records.find(
                (each) => each.action === action && each.direction === direction,
              );
              expect(found?.samples.length ?? 0).toBe(Math.min(3, found?.count?.value ?? 0));
              return found?.count?.value ?? 0;
            };
            expect([place, action, counted('gained'), counted('lost')]).toEqual([
              place,
              action,
              of.filter((fact) => does(fact) && !did(fact)).length,
              of.filter((fact) => did(fact) && !does(fact)).length,
            ]);
          }
        }
      }
      await clear(facts);
    }),
    { numRuns: Number(process.env.TRELLIS_ACCESS_RUNS ?? 8), endOnFailure: true },
  );
  expect(told).toBeGreaterThan(0);
}, 120_000);
