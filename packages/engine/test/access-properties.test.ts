/**
 * Access over random small organisations: whatever list, count, sum, export, bin, get, change, deletion and transfer
 * say must be what a naive reading of packages/access/SPEC.md says (access-world.ts).
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  clear,
  contextOf,
  type Fact,
  idsOf,
  OBJECTS,
  open,
  openWorld,
  publish,
  Reading,
  seed,
  strangerId,
  USERS,
  world,
} from './access-world.ts';
import { errorOf } from './open-engine.ts';

beforeAll(openWorld, 60_000);
afterAll(() => open?.close());

it('[A1 to R6, M1 to M3, E1] every door says what a naive reading of the rules says, whatever the organisation', async () => {
  const { engine } = open;
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      await publish(given);
      const facts = await seed(given);
      const reading = new Reading(given);
      for (const who of USERS) {
        const context = contextOf(who, given);
        for (const object of OBJECTS) {
          const of = facts.filter((fact) => fact.object === object);
          const place = `u${who} ${object}`;
          if (!reading.may(who, object, 'read')) {
            const error = await errorOf(engine.records.list(context, object, {}));
            expect([place, error.code]).toEqual([place, 'unknown_object']);
            continue;
          }
          const live = of.filter((fact) => !fact.isGone);
          const seen = idsOf(live.filter((fact) => reading.sees(who, fact)));
          const listed = await engine.records.list(context, object, {
            limit: 200,
            count: 'exact',
            sort: ['name'],
          });
          expect([place, idsOf(listed.records)]).toEqual([place, seen]);
          expect([place, listed.count?.value]).toEqual([place, seen.length]);
          const [sum] = (await engine.records.aggregate(context, object, {})).rows;
          expect([place, sum?.count ?? 0]).toEqual([place, seen.length]);
          const bin = await engine.records.list(context, object, { limit: 200, deleted: true });
          const inBin = idsOf(of.filter((fact) => fact.isGone && reading.sees(who, fact)));
          expect([`${place} bin`, idsOf(bin.records)]).toEqual([`${place} bin`, inBin]);
          if (reading.may(who, object, 'export')) {
            const out: object[] = [];
            const rows = await engine.records.exportRows(context, object, { fields: ['id'] });
            for await (const page of rows.pages) out.push(...page);
            expect([`${place} export`, idsOf(out)]).toEqual([`${place} export`, seen]);
          }
          const [first] = live;
          if (first) {
            const got = await engine.records.get(context, object, first.id, ['id']).then(
              () => 'there',
              (error: { code: string }) => error.code,
            );
            expect([place, got]).toEqual([place, seen.includes(first.id) ? 'there' : 'unknown_record']);
          }
          const outcomes = async (operation: 'update' | 'delete', input: object) => {
            const { results } = await engine.records.batch(context, object, {
              operation,
              records: live.map(({ id }) => ({ id, ...input })),
              allOrNothing: false,
              dryRun: true,
            });
            return results.map(({ status, errors }) => (status === 'failed' ? errors![0]!.code : 'done'));
          };
          const expected = (may: (fact: Fact) => boolean, refusal: (fact: Fact) => string) =>
            live.map((fact) =>
              !reading.sees(who, fact) ? 'unknown_record' : may(fact) ? 'done' : refusal(fact),
            );
          if (reading.may(who, object, 'update') && live.length > 0) {
            const acts = (fact: Fact) => reading.acts(who, fact, 'update');
            expect([`${place} update`, await outcomes('update', { name: 'changed' })]).toEqual([
              `${place} update`,
              expected(acts, () => 'forbidden'),
            ]);
            expect([`${place} give`, await outcomes('update', { owner_id: strangerId })]).toEqual([
              `${place} give`,
              expected(
                (fact) => reading.gives(who, fact),
                (fact) => (acts(fact) ? 'read_only' : 'forbidden'),
              ),
            ]);
          }
          if (reading.may(who, object, 'delete') && live.length > 0) {
            expect([`${place} delete`, await outcomes('delete', {})]).toEqual([
              `${place} delete`,
              expected(
                (fact) => reading.acts(who, fact, 'delete'),
                () => 'forbidden',
              ),
            ]);
          }
        }
      }
      await clear(facts);
    }),
    { numRuns: Number(process.env.TRELLIS_ACCESS_RUNS ?? 8), endOnFailure: true },
  );
}, 120_000);
