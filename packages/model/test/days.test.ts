import { queryObjects } from 'node:v8';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dayOf, todayAt } from '../src/index.ts';

it('today is the day of the instant, in whatever order instants come', () => {
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Pacific/Apia', 'Asia/Kolkata');
  const instant = fc.integer({ min: 1_300_000_000, max: 1_330_000_000 }).map((second) => second * 1000);
  fc.assert(
    fc.property(
      zone,
      instant,
      fc.array(fc.integer({ min: -200_000, max: 200_000 }), { maxLength: 20 }),
      (at, start, steps) => {
        let time = start;
        for (const step of [0, ...steps]) {
          time += step * 1000;
          const now = new Date(time).toISOString();
          expect(todayAt(now, at)).toBe(dayOf(now, at));
        }
      },
    ),
  );
});

it('keeps a bounded number of zones, in however many ways callers write them', () => {
  const written = (index: number) =>
    `america/argentina/${[...'buenos_aires']
      .map((letter, place) => ((index >> place) & 1 ? letter.toUpperCase() : letter))
      .join('')}`;
  const days = Array.from({ length: 1_000 }, (_, index) => todayAt('2026-03-01T02:00:00Z', written(index)));
  expect(new Set(days)).toEqual(new Set(['2026-02-28']));
  expect(queryObjects(Intl.DateTimeFormat, { format: 'count' })).toBeLessThan(600);
});
