/** Groups of an import go on while the one before is written, and write one after the other all the same. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { takeInTurn } from '../src/import/group-turns.ts';

async function* numbers(count: number): AsyncGenerator<number, undefined> {
  for (let number = 0; number < count; number++) yield number;
  return undefined;
}

it('writes in order, two under way at most, and ends with the first error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat(12), fc.option(fc.nat(12)), async (s, count, failing) => {
      const log: string[] = [];
      let underWay = 0;
      const all = takeInTurn(numbers(count), async (number, turn) => {
        expect(++underWay).toBeLessThanOrEqual(2);
        try {
          await s.schedule(Promise.resolve(), `check ${number}`);
          await turn.toWrite();
          log.push(`write ${number}`);
          await s.schedule(Promise.resolve(), `commit ${number}`);
          await turn.toWrite();
          if (number === failing) throw new Error(`no ${number}`);
          log.push(`end ${number}`);
        } finally {
          underWay--;
        }
      });
      const outcome = all.then(
        () => 'done',
        (error: Error) => error.message,
      );
      const result = await s.waitFor(outcome);
      const fails = failing !== null && failing < count;
      expect(result).toBe(fails ? `no ${failing}` : 'done');
      const ended = fails ? failing : count;
      const expected = Array.from({ length: ended }, (_, each) => [`write ${each}`, `end ${each}`]).flat();
      expect(log).toEqual(fails ? [...expected, `write ${failing}`] : expected);
      expect(underWay).toBe(0);
    }),
    { numRuns: 60 },
  );
});

it('begins the next group when this one writes, and not when it has ended', async () => {
  const begun: number[] = [];
  const release = Promise.withResolvers<void>();
  const all = takeInTurn(numbers(3), async (number, turn) => {
    begun.push(number);
    await turn.toWrite();
    await release.promise;
  });
  while (begun.length < 2) await new Promise((resolve) => setTimeout(resolve));
  expect(begun).toEqual([0, 1]);
  release.resolve();
  await all;
  expect(begun).toEqual([0, 1, 2]);
});
