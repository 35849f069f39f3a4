/**
 * Lets two groups of rows be under way at once: while the database writes one, the next is read, looked up and checked.
 * Groups still write and commit one after the other, in the order of the file.
 *
 * Nobody waits in a ring: a group that writes waits for no later one, and a later one writes nothing, and so holds
 * nothing that the earlier could want, before the earlier is committed.
 */
export class Turn {
  /** Settles with the commit of the group before. */
  readonly #before: Promise<void>;
  readonly #isWriting = Promise.withResolvers<void>();

  constructor(before: Promise<void>) {
    this.#before = before;
  }

  /** Waits until it is this group's turn to write. May be asked more than once. @throws what ended the group before */
  async toWrite(): Promise<void> {
    await this.#before;
    this.#isWriting.resolve();
  }

  /** Settles when the group has come to write: the next may begin. */
  get isWriting(): Promise<void> {
    return this.#isWriting.promise;
  }
}

/** Takes all groups, each with its turn. Rejects with the first error, once nothing is under way any more. */
export async function takeInTurn<Group>(
  groups: AsyncGenerator<Group, undefined>,
  take: (group: Group, turn: Turn) => Promise<void>,
): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let hasFailed = false;
  // The next group is read while this one is checked.
  let next = groups.next();
  try {
    for (;;) {
      const { value: group, done } = await next;
      if (done || hasFailed) break;
      next = groups.next();
      next.catch(() => undefined);
      const turn = new Turn(last);
      last = take(group as Group, turn);
      const over = last.catch(() => {
        hasFailed = true;
      });
      await Promise.race([turn.isWriting, over]);
    }
  } finally {
    // An error of the file's is told when what was begun has ended.
    await last.catch(() => undefined);
  }
  await last;
}
