import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { keepMemoryTidy, type TidyRules } from '../src/tidy-memory.ts';

const RULES: TidyRules = {
  firstMilliseconds: 0,
  everyMilliseconds: 50,
  quietBelow: 1.1,
  grownBytes: 16 * 1024 * 1024,
};

let end: () => void = () => undefined;
afterEach(() => end());

/** Begins to keep tidy, and gives what each time has freed, in bytes, once it was done for the first time. */
async function begin(rules: TidyRules): Promise<readonly number[]> {
  const freed: number[] = [];
  end = keepMemoryTidy((before, after) => freed.push(before - after), rules);
  await expect.poll(() => freed.length).toBeGreaterThan(0);
  return freed;
}

/** Takes and drops some hundred megabytes. */
const work = () => Array.from({ length: 1_000_000 }, (_, index) => ({ index, text: `${index}` })).length;

it('gives back what work has taken, once it is quiet', async () => {
  const freed = await begin(RULES);
  const times = freed.length;
  work();
  await expect.poll(() => freed.length).toBeGreaterThan(times);
});

it('leaves a process that is busy to V8', async () => {
  const freed = await begin({ ...RULES, quietBelow: 0 });
  work();
  await sleep(10 * RULES.everyMilliseconds);
  expect(freed).toHaveLength(1);
});
