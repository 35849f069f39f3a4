import { expect, test } from 'vitest';
import { fromZonedParts, toZonedParts } from './time-zone.ts';

const BERLIN = 'Europe/Berlin';

test('shows an instant as the clocks of the zone do', () => {
  expect(toZonedParts('2026-07-01T22:30:00.000Z', BERLIN)).toEqual({ date: '2026-07-02', time: '00:30:00' });
  expect(toZonedParts('2026-01-01T00:00:00.000Z', 'America/Los_Angeles')).toEqual({
    date: '2025-12-31',
    time: '16:00:00',
  });
});

test.each(['2026-01-15T08:00:00.000Z', '2026-07-15T08:00:00.000Z', '2026-12-31T23:59:59.000Z'])(
  '%s survives the way there and back',
  (instant) => {
    for (const zone of [BERLIN, 'America/Sao_Paulo', 'Asia/Kathmandu', 'Pacific/Auckland', 'UTC']) {
      expect(fromZonedParts(toZonedParts(instant, zone), zone)).toBe(instant);
    }
  },
);

test('a time that comes twice is the earlier one', () => {
  expect(fromZonedParts({ date: '2026-10-25', time: '02:30:00' }, BERLIN)).toBe('2026-10-25T00:30:00.000Z');
});

test('a time that never comes is moved past the jump', () => {
  expect(fromZonedParts({ date: '2026-03-29', time: '02:30:00' }, BERLIN)).toBe('2026-03-29T01:30:00.000Z');
});
