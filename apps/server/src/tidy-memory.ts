/**
 * Starting parses and compiles far more than is kept, and V8 holds on to the room it took until there is a reason to
 * look: a server that nobody asks anything would keep it for ever. One thorough collection gives it back: about 65 of
 * 195 MB, for 0.1 s of one core (docs/decisions/0037-memory-is-given-back-after-the-start.md).
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Long enough for who waits for the server to have had their first answer. */
const DELAY_MILLISECONDS = 1_000;

type Collect = (options: {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}) => void;

/** Collects once, a moment from now; does not keep the process alive. */
export function tidyMemorySoon(): void {
  setTimeout(() => {
    // The function is not in a process that was started without the flag; a new context gets it.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as Collect;
    setFlagsFromString('--no-expose-gc');
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }, DELAY_MILLISECONDS).unref();
}
