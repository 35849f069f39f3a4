/**
 * What a list costs that is filtered and sorted by an indexed formula, beside the same list by a plain field, both of
 * Trellis over HTTP: deals of the standard CRM by their weighted amount and by their amount.
 */
import { ask, type Door } from './load-context.ts';

const ROUNDS = 7;
const REQUESTS = 60;

/** Time of the list by a formula for one of the list by a field: the median of rounds that take turns. */
export async function measureFormulas(door: Door): Promise<number> {
  const time = async (field: string): Promise<number> => {
    const start = performance.now();
    for (let index = 0; index < REQUESTS; index++) await ask(door, address(field, 1_000 + index));
    return performance.now() - start;
  };
  for (const field of ['amount', 'weighted_amount']) await time(field);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const plain = await time('amount');
    ratios.push((await time('weighted_amount')) / plain);
  }
  return ratios.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

function address(field: string, over: number): string {
  const parameters = new URLSearchParams({
    filter: JSON.stringify({ '>': [{ var: field }, over] }),
    sort: `-${field}`,
    fields: `name,stage,close_date,account.name,${field}`,
    limit: '50',
  });
  return `/api/v1/records/deal?${parameters}`;
}
