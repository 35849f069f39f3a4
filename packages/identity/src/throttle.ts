/**
 * Slows down and then refuses guessing of passwords. Failures are counted in the store, so that all nodes of a
 * cluster count together, under three subjects:
 *
 * - one account from one network address: a person who mistypes, or a guesser with one target;
 * - one network address: a guesser with many targets;
 * - one account from anywhere: a guesser with many addresses. Its limit is high, because it lets strangers lock a
 *   person out.
 *
 * Attempts that are still being verified count as failures, or a guesser would send a thousand at once.
 * Attempts refused here are not recorded: whoever waits gets in.
 */
import type { CredentialStore } from './store.ts';

export interface ThrottleRules {
  readonly windowSeconds: number;
  /** Failures in the window after which no more attempts are taken. */
  readonly perAccountAndAddress: number;
  readonly perAddress: number;
  readonly perAccount: number;
  /** From this many failures of one account and address on, each answer is held back: 0.25 s, doubling up to 2 s. */
  readonly slowAfter: number;
}

export const DEFAULT_THROTTLE: ThrottleRules = {
  windowSeconds: 15 * 60,
  perAccountAndAddress: 10,
  perAddress: 100,
  perAccount: 100,
  slowAfter: 3,
};

export interface Attempt {
  readonly email: string;
  readonly address: string;
}

/** Either the attempt may be made after a pause, or not for a while. `finish` must be called with the outcome. */
export type Admission =
  | {
      readonly isAdmitted: true;
      readonly pauseMilliseconds: number;
      finish(outcome: 'success' | 'failure' | 'undecided'): Promise<void>;
    }
  | { readonly isAdmitted: false; readonly retryAfterSeconds: number };

type FailureStore = Pick<
  CredentialStore,
  'countFailures' | 'recordFailure' | 'clearFailures' | 'clearFailuresFrom' | 'countFailuresFrom'
>;

export function createThrottle(store: FailureStore, rules: ThrottleRules, now: () => number) {
  const underway = new Map<string, number>();
  const change = (subjects: readonly string[], by: number) => {
    for (const subject of subjects) {
      const count = (underway.get(subject) ?? 0) + by;
      if (count === 0) underway.delete(subject);
      else underway.set(subject, count);
    }
  };

  /** Decides on one attempt, before its password is looked at. */
  async function admit(attempt: Attempt): Promise<Admission> {
    const pair = `account ${attempt.email} from ${networkOf(attempt.address)}`;
    const account = `account ${attempt.email}`;
    const address = `address ${networkOf(attempt.address)}`;
    const limits: readonly (readonly [string, number])[] = [
      [pair, rules.perAccountAndAddress],
      [address, rules.perAddress],
      [account, rules.perAccount],
    ];
    const subjects = limits.map(([subject]) => subject);
    const already = subjects.map((subject) => underway.get(subject) ?? 0);
    change(subjects, 1);
    try {
      const since = new Date(now() - rules.windowSeconds * 1000).toISOString();
      const counts = await Promise.all(subjects.map((subject) => store.countFailures(subject, since)));
      const over = limits.findIndex(([, limit], index) => counts[index]! + already[index]! >= limit);
      if (over >= 0) {
        change(subjects, -1);
        const [subject, limit] = limits[over]!;
        return { isAdmitted: false, retryAfterSeconds: await secondsUntilFree(subject, limit) };
      }
      const excess = counts[0]! + already[0]! - rules.slowAfter;
      return {
        isAdmitted: true,
        pauseMilliseconds: excess < 0 ? 0 : Math.min(2000, 250 * 2 ** excess),
        async finish(outcome) {
          try {
            const at = new Date(now()).toISOString();
            if (outcome === 'failure')
              await Promise.all(subjects.map((subject) => store.recordFailure(subject, at)));
            // A success says nothing about the other accounts that this network address has tried.
            if (outcome === 'success')
              await Promise.all([store.clearFailures(pair), store.clearFailures(account)]);
          } finally {
            change(subjects, -1);
          }
        },
      };
    } catch (error) {
      change(subjects, -1);
      throw error;
    }
  }

  /** Halves the window until the failure that must grow old is dated to within five seconds. */
  async function secondsUntilFree(subject: string, limit: number): Promise<number> {
    let younger = 0;
    let older = rules.windowSeconds;
    while (older - younger > 5) {
      const middle = (younger + older) / 2;
      const since = new Date(now() - middle * 1000).toISOString();
      if ((await store.countFailures(subject, since)) >= limit) older = middle;
      else younger = middle;
    }
    return Math.max(1, Math.ceil(rules.windowSeconds - younger));
  }

  /** Whether attempts on the account are refused now, be it from one network address or from all. */
  async function isLocked(email: string): Promise<boolean> {
    const since = new Date(now() - rules.windowSeconds * 1000).toISOString();
    const [all, most] = await Promise.all([
      store.countFailures(`account ${email}`, since),
      store.countFailuresFrom(`account ${email} from `, since),
    ]);
    return all >= rules.perAccount || most >= rules.perAccountAndAddress;
  }

  /** Forgets the failures of an account. Those of network addresses stay: they say something about the address. */
  async function unlock(email: string): Promise<void> {
    await Promise.all([
      store.clearFailures(`account ${email}`),
      store.clearFailuresFrom(`account ${email} from `),
    ]);
  }

  return { admit, isLocked, unlock };
}

/** IPv4 addresses as they are; of IPv6 the /64, because whoever has one address of it has them all. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    while (groups.length + last.length < 8) groups.push('0');
    groups.push(...last);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
