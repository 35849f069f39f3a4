/**
 * Lets two groups of rows be under way at once: while the database writes one, the next is read, looked up and checked,
 * and its new records are written. The rest of it is written while the one before is committed. They commit one after the
 * other, in the order of the file.
 *
 * Nobody waits in a ring, of which PostgreSQL would see only a part. A group that has said that it has written has nothing
 * left to do but to note how far it is and to commit, for which it waits for no later group. Before it says so a later one
 * may have locked the records that it is going to change: so it begins when the earlier has come to write, and has locked
 * its own; and it lets go of them where the earlier has to be taken again. It must want no lock before its turn that the
 * earlier takes only as it writes: `import-job.ts` sees to that. New records are in nobody's way but by their unique
 * values: a group that has made some looks, for as long as it waits, whether anybody waits for it, and then lets go.
 */

/** What was done while the group before was under way has to be done again. */
export class AheadOfTime extends Error {}

/** A group that has let the next one write was to be done again. The job goes on from what is committed. */
class OutOfTurn extends Error {}

/** How often a group that has written ahead looks whether somebody waits for it. */
const LOOK_MILLISECONDS = 100;

export class Turn {
  /** Settles when the group before has written, or with its commit. */
  readonly #written: Promise<void>;
  /** Settles with the commit of the group before. */
  readonly #committed: Promise<void>;
  readonly #isWriting = Promise.withResolvers<void>();
  readonly #hasWritten = Promise.withResolvers<void>();
  #isPassedOn = false;
  #hasBegun = false;

  constructor(before: { readonly written: Promise<void>; readonly committed: Promise<void> }) {
    this.#written = before.written;
    this.#committed = before.committed;
    this.#hasWritten.promise.catch(() => undefined);
  }

  /**
   * Waits until it is this group's turn to write. May be asked more than once. `isInTheWay`, of a group that has written
   * beside the one before: asked time and again meanwhile.
   *
   * @throws AheadOfTime where the group before is taken anew, or this one is in the way; else what ended the one before
   */
  async toWrite(isInTheWay?: () => Promise<boolean>): Promise<void> {
    while (isInTheWay && !(await settlesWithin(this.#written, LOOK_MILLISECONDS)))
      if (await isInTheWay()) throw new AheadOfTime();
    await this.#written;
    this.#isWriting.resolve();
  }

  /** Said where the group makes its new records beside the one before: the next may begin once that one is committed. */
  writeBeside(): void {
    this.#isWriting.resolve();
  }

  /** Waits until the group before is committed: then everything may be done. @throws what ended the group before */
  async toCommit(): Promise<void> {
    await this.#committed;
  }

  /** Said before the group locks anything, at each try. @throws Error once the next group was let in */
  begin(): void {
    if (this.#isPassedOn) throw new OutOfTurn('The next group has been let in already.');
    if (this.#hasBegun) this.takeBack();
    this.#hasBegun = true;
  }

  /** The group is rolled back and will be taken anew: whoever waits for it to have written lets go of everything. */
  takeBack(): void {
    this.#hasWritten.reject(new AheadOfTime());
  }

  /** Lets the next group write: from here on this one only notes how far it is and commits. */
  passOn(): void {
    this.#isPassedOn = true;
    this.#hasWritten.resolve();
  }

  /** Whether the next group may have written already: what was done up to there can't be done again. */
  get isPassedOn(): boolean {
    return this.#isPassedOn;
  }

  /** Settles when the group has come to write: the next may begin. */
  get isWriting(): Promise<void> {
    return this.#isWriting.promise;
  }

  /** Settles when the turn was passed on. */
  get hasWritten(): Promise<void> {
    return this.#hasWritten.promise;
  }
}

/** Takes all groups, each with its turn. Rejects with the first error, once nothing is under way any more. */
export async function takeInTurn<Group>(
  groups: AsyncGenerator<Group, undefined>,
  take: (group: Group, turn: Turn) => Promise<void>,
): Promise<void> {
  let committed: Promise<void> = Promise.resolve();
  let before = committed;
  let written = committed;
  let hasFailed = false;
  // The next group is read while this one is checked.
  let next = groups.next();
  try {
    for (;;) {
      const { value: group, done } = await next;
      if (done || hasFailed) break;
      next = groups.next();
      next.catch(() => undefined);
      const turn = new Turn({ written, committed });
      before = committed;
      committed = take(group as Group, turn);
      written = Promise.race([turn.hasWritten, committed]);
      written.catch(() => undefined);
      const over = committed.catch(() => {
        hasFailed = true;
      });
      // Two at most: the next one begins when this one writes and the one before is committed.
      const earlier = before;
      await Promise.race([turn.isWriting.then(() => earlier), over]);
    }
  } finally {
    // An error of the file's, or of the later group, is told when what was begun has ended.
    await Promise.allSettled([before, committed]);
  }
  await before;
  await committed;
}

/** @throws what the promise is rejected with */
async function settlesWithin(promise: Promise<void>, milliseconds: number): Promise<boolean> {
  const pause = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => pause.resolve(false), milliseconds);
  try {
    return await Promise.race([promise.then(() => true), pause.promise]);
  } finally {
    clearTimeout(timer);
  }
}
