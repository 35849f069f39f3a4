import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WayTrial } from './way-trial.ts';

it('leaves a way out that was in vain, each time for longer, and never for good', () => {
  const trial = new WayTrial();
  const pauses: number[] = [];
  for (let tries = 0; tries < 7; tries++) {
    let pause = 0;
    while (!trial.isDue()) pause++;
    pauses.push(pause);
    trial.report(true);
  }
  expect(pauses).toEqual([0, 4, 8, 16, 32, 64, 64]);
});

it('goes on with a way from its first success, and forgets the pauses before', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (outcomes) => {
      const trial = new WayTrial();
      for (const outcome of outcomes) {
        while (!trial.isDue());
        trial.report(outcome);
      }
      while (!trial.isDue());
      trial.report(false);
      expect([trial.isDue(), trial.isDue()]).toEqual([true, true]);
      trial.report(true);
      let pause = 0;
      while (!trial.isDue()) pause++;
      expect(pause).toBe(4);
    }),
  );
});
