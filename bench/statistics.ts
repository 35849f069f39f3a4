/**
 * The arithmetic of the benchmark: medians, percentiles and the ratio of two series of interleaved rounds.
 * Pure; numbers in, numbers out.
 */

/** What one round of one side has shown. Latencies in milliseconds. */
export interface RoundResult {
  readonly requests: number;
  readonly errors: number;
  readonly seconds: number;
  readonly latencies: readonly number[];
  readonly bytes: number;
}

export interface SideSummary {
  /** Requests per second: the median of the rounds. */
  readonly throughput: number;
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
  readonly errors: number;
  readonly bytesPerRequest: number;
}

export interface Comparison {
  /** Median throughput of ours over that of the hand-written side. */
  readonly ratio: number;
  /** The lowest and highest ratio of any pair of neighbouring rounds: how far to trust the third digit. */
  readonly lowest: number;
  readonly highest: number;
}

/** The middle value; the mean of the two middle ones of an even number. `NaN` of nothing. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Nearest-rank percentile, `share` from 0 to 1: the least value that at least that share does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const rank = Math.max(1, Math.ceil(share * sorted.length - 1e-9));
  return sorted[Math.min(rank, sorted.length) - 1]!;
}

/** Successful requests per second of one round. */
export function throughputOf(round: RoundResult): number {
  return round.seconds > 0 ? (round.requests - round.errors) / round.seconds : 0;
}

/** One side's rounds in one line: throughput is the median round, percentiles are over all requests. */
export function summarise(rounds: readonly RoundResult[]): SideSummary {
  const latencies = rounds.flatMap((round) => round.latencies);
  const requests = sum(rounds.map((round) => round.requests));
  return {
    throughput: median(rounds.map(throughputOf)),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    requests,
    errors: sum(rounds.map((round) => round.errors)),
    bytesPerRequest: requests === 0 ? 0 : sum(rounds.map((round) => round.bytes)) / requests,
  };
}

/** Compares two series of rounds that were run in turns; `ours[i]` and `theirs[i]` are neighbours in time. */
export function compare(ours: readonly RoundResult[], theirs: readonly RoundResult[]): Comparison {
  const pairs = ours.flatMap((round, index) => {
    const other = theirs[index];
    return other === undefined ? [] : [throughputOf(round) / throughputOf(other)];
  });
  return {
    ratio: median(ours.map(throughputOf)) / median(theirs.map(throughputOf)),
    lowest: Math.min(...pairs),
    highest: Math.max(...pairs),
  };
}

/** A reproducible source of numbers in [0, 1) (mulberry32): both sides are asked the same things. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
