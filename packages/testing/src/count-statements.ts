/** Counts what a piece of work asks of the database, on every connection of this process. */
import pg from 'pg';

/** How many statements the work sends, those that begin and end transactions included. */
export async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const { prototype } = pg.Client;
  const original = prototype.query;
  let count = 0;
  prototype.query = function counted(this: pg.Client, ...args: unknown[]) {
    count++;
    return (original as (...given: unknown[]) => unknown).apply(this, args);
  } as typeof original;
  try {
    await work();
    return count;
  } finally {
    prototype.query = original;
  }
}
