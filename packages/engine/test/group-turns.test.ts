/** Groups of an import go on while the one before is written, and write one after the other all the same. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AheadOfTime, takeInTurn } from '../src/import/group-turns.ts';

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

it('lets the next group write before this one commits, and commits in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat(8), fc.option(fc.nat(8)), async (s, count, failing) => {
      const log: string[] = [];
      const all = takeInTurn(numbers(count), async (number, turn) => {
        await s.schedule(Promise.resolve(), `check ${number}`);
        await turn.toWrite();
        log.push(`write ${number}`);
        await s.schedule(Promise.resolve(), `insert ${number}`);
        log.push(`written ${number}`);
        turn.passOn();
        await turn.toCommit();
        await s.schedule(Promise.resolve(), `commit ${number}`);
        if (number === failing) throw new Error(`no ${number}`);
        log.push(`end ${number}`);
      });
      const outcome = all.then(
        () => 'done',
        (error: Error) => error.message,
      );
      const fails = failing !== null && failing < count;
      expect(await s.waitFor(outcome)).toBe(fails ? `no ${failing}` : 'done');
      const ended = log.filter((line) => line.startsWith('end'));
      expect(ended).toEqual(Array.from({ length: fails ? failing : count }, (_, each) => `end ${each}`));
      for (const [place, line] of log.entries()) {
        const [what, number] = line.split(' ') as [string, string];
        const before = log.slice(0, place);
        if (what === 'write' && number !== '0') expect(before).toContain(`written ${Number(number) - 1}`);
        // The one before the last is committed: two are under way at most.
        if (what === 'write' && Number(number) > 1) expect(before).toContain(`end ${Number(number) - 2}`);
      }
    }),
    { numRuns: 60 },
  );
});

it('writes the next group while this one commits', async () => {
  const log: string[] = [];
  const release = Promise.withResolvers<void>();
  const all = takeInTurn(numbers(2), async (number, turn) => {
    await turn.toWrite();
    log.push(`write ${number}`);
    turn.passOn();
    if (number === 0) await release.promise;
    await turn.toCommit();
    log.push(`end ${number}`);
  });
  while (log.length < 2) await new Promise((resolve) => setTimeout(resolve));
  expect(log).toEqual(['write 0', 'write 1']);
  release.resolve();
  await all;
  expect(log).toEqual(['write 0', 'write 1', 'end 0', 'end 1']);
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

it('lets go of what the next group holds where this one is taken again', async () => {
  const log: string[] = [];
  await takeInTurn(numbers(3), async (number, turn) => {
    turn.begin();
    if (number === 0) {
      await turn.toWrite();
      // The next one has locked its records by now, and waits.
      while (!log.includes('locked 1')) await new Promise((resolve) => setTimeout(resolve));
      turn.begin();
      while (!log.includes('let go 1')) await new Promise((resolve) => setTimeout(resolve));
    } else {
      log.push(`locked ${number}`);
      await turn.toWrite().catch(async (error: unknown) => {
        expect(error).toBeInstanceOf(AheadOfTime);
        log.push(`let go ${number}`);
        await turn.toCommit();
      });
    }
    turn.passOn();
    expect(() => turn.begin()).toThrow();
    await turn.toCommit();
    log.push(`end ${number}`);
  });
  expect(log.filter((line) => line.startsWith('end'))).toEqual(['end 0', 'end 1', 'end 2']);
  expect(log.filter((line) => line.startsWith('let go'))).toEqual(['let go 1']);
});

it('does not end while an earlier group is under way, though a later one has failed', async () => {
  const log: string[] = [];
  const release = Promise.withResolvers<void>();
  const all = takeInTurn(numbers(2), async (number, turn) => {
    if (number === 1) throw new Error('the later one');
    await turn.toWrite();
    await release.promise;
    log.push('committed');
  }).catch((error: Error) => void log.push(error.message));
  await new Promise((resolve) => setTimeout(resolve, 5));
  release.resolve();
  await all;
  expect(log).toEqual(['committed', 'the later one']);
});
