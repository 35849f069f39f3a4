/** Limits requests per caller and minute, when the settings ask for it. In memory: each server process counts. */
import { HttpProblem } from './http-problem.ts';

export interface RateLimit {
  /** @throws HttpProblem `rate_limited` with `Retry-After`, once the caller's allowance is used up. */
  take(caller: string): void;
}

const MAX_CALLERS = 100_000;

/**
 * A bucket per caller that holds a minute's allowance and fills evenly: bursts are fine, the average is not exceeded.
 */
export function createRateLimit(perMinute: number, now = Date.now): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const perMillisecond = perMinute / 60_000;
  return {
    take(caller) {
      const at = now();
      const bucket = buckets.get(caller) ?? { tokens: perMinute, at };
      const tokens = Math.min(perMinute, bucket.tokens + (at - bucket.at) * perMillisecond);
      // Moves it to the end, so that the first entries are those that were quiet for longest.
      buckets.delete(caller);
      buckets.set(caller, { tokens: Math.max(0, tokens - 1), at });
      if (buckets.size > MAX_CALLERS) buckets.delete(buckets.keys().next().value!);
      if (tokens >= 1) return;
      buckets.set(caller, { tokens, at });
      const seconds = Math.max(1, Math.ceil((1 - tokens) / perMillisecond / 1000));
      throw new HttpProblem('rate_limited', `More than ${perMinute} requests in a minute. Wait a little.`, {
        headers: { 'retry-after': String(seconds) },
      });
    },
  };
}
