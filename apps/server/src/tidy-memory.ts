/**
 * Work takes far more room than it keeps, and V8 holds on to it until there is a reason to look: a server that nobody asks
 * anything would keep it for ever. So it is given back a moment after the start (about 65 of 195 MB, for 0.1 s of one
 * core), and whenever the process has grown and then fallen quiet: a collection that nobody waits for. Under load it is
 * left to V8 (docs/decisions/0037-memory-is-given-back-after-the-start.md and 0061-memory-is-given-back-in-quiet-moments.md).
 */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface TidyRules {
  /** Long enough for who waits for the server to have had their first answer. */
  readonly firstMilliseconds: number;
  /** How often it is looked, and for how long it must have been quiet. */
  readonly everyMilliseconds: number;
  /** The part of that time in which something was done. */
  readonly quietBelow: number;
  /** So much more than after the last time is worth a collection. */
  readonly grownBytes: number;
}

const RULES: TidyRules = {
  firstMilliseconds: 1_000,
  everyMilliseconds: 10_000,
  quietBelow: 0.02,
  grownBytes: 32 * 1024 * 1024,
};

type Collect = (options: {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}) => void;

/**
 * Collects a moment from now, and then in quiet moments; does not keep the process alive. Tells how many bytes the process
 * held before and after each time. Gives a way to end it.
 */
export function keepMemoryTidy(
  tell: (before: number, after: number) => void,
  rules: TidyRules = RULES,
): () => void {
  let collect: Collect | undefined;
  let least = Number.POSITIVE_INFINITY;
  const tidy = () => {
    const held = process.memoryUsage.rss();
    collect ??= exposeCollect();
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    least = process.memoryUsage.rss();
    tell(held, least);
  };
  let before = performance.eventLoopUtilization();
  const look = () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    const held = process.memoryUsage.rss();
    // What was freed goes back to the system a little later.
    least = Math.min(least, held);
    if (utilization < rules.quietBelow && held - least >= rules.grownBytes) tidy();
  };
  const first = setTimeout(tidy, rules.firstMilliseconds).unref();
  const looks = setInterval(look, rules.everyMilliseconds).unref();
  return () => {
    clearTimeout(first);
    clearInterval(looks);
  };
}

/** The function is not in a process that was started without the flag; a new context gets it. */
function exposeCollect(): Collect {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
