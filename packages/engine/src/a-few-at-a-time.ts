/** One caller's statements that run beside each other: more would wait for connections that others need. */
const CONCURRENCY = 4;

/** Does the work for each, a few at a time. Rejects with the first failure. */
export async function aFewAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
}
