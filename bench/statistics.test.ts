import { describe, expect, test } from 'vitest';
import { compare, createRandom, median, percentile, type RoundResult, summarise } from './statistics.ts';

const round = (requests: number, seconds: number, latencies: readonly number[] = []): RoundResult => ({
  requests,
  errors: 0,
  seconds,
  latencies,
  bytes: requests * 100,
});

describe('median', () => {
  test('is the middle of an odd number of values, whatever their order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });
  test('is the mean of the two middle ones of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
  test('sorts by size and not by spelling', () => {
    expect(median([10, 9, 100])).toBe(10);
  });
  test('of nothing is no number', () => {
    expect(median([])).toBeNaN();
  });
  test('leaves its input as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  test.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('%d of 1 to 100 is %d', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected);
  });
  test('of one value is that value', () => {
    expect(percentile([7], 0.99)).toBe(7);
  });
  test('of few values is the largest, never one beyond', () => {
    expect(percentile([1, 2, 3], 0.99)).toBe(3);
  });
  test('of nothing is no number', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('summarise', () => {
  test('takes the median round, so that one disturbed round does not count', () => {
    expect(summarise([round(100, 1), round(10, 1), round(110, 1)]).throughput).toBe(100);
  });
  test('does not count failed requests as done', () => {
    expect(summarise([{ ...round(100, 1), errors: 40 }]).throughput).toBe(60);
  });
  test('takes percentiles over all requests of all rounds', () => {
    const summary = summarise([round(2, 1, [1, 2]), round(2, 1, [3, 100])]);
    expect(summary.p50).toBe(2);
    expect(summary.p99).toBe(100);
    expect(summary.bytesPerRequest).toBe(100);
  });
  test('holds more latencies than an argument list can', () => {
    const many = Array.from({ length: 300_000 }, (_, index) => index);
    expect(summarise([round(300_000, 1, many)]).p50).toBe(149_999);
  });
});

describe('compare', () => {
  test('divides medians, and shows the spread of neighbours', () => {
    const ours = [round(70, 1), round(80, 1), round(20, 1)];
    const theirs = [round(100, 1), round(100, 1), round(40, 1)];
    expect(compare(ours, theirs)).toEqual({ ratio: 0.7, lowest: 0.5, highest: 0.8 });
  });
  test('takes seconds as they were and not as they were planned', () => {
    expect(compare([round(100, 2)], [round(100, 1)]).ratio).toBe(0.5);
  });
});

describe('createRandom', () => {
  test('repeats itself for the same seed and differs for another', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
  test('stays in its interval and fills it', () => {
    const values = Array.from({ length: 10_000 }, createRandom(3));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(median(values)).toBeCloseTo(0.5, 1);
  });
});
