/** What it takes to publish a field on the object with all the records, and to delete it again. */
import type { Client } from '@trellis/api';
import { median } from './statistics.ts';

export interface PublishingFigures {
  readonly addMilliseconds: number;
  readonly removeMilliseconds: number;
}

const FIELDS = 7;
const BUDGET_MILLISECONDS = 100;

export async function measurePublishing(client: Client): Promise<PublishingFigures> {
  const added: number[] = [];
  const removed: number[] = [];
  const timed = async (times: number[], work: () => Promise<unknown>) => {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  };
  for (let number = 0; number < FIELDS; number++) {
    const name = `deal.bench_${Date.now()}_${number}`;
    const body = { label: `Benchmark ${number}`, type: 'text' };
    await timed(added, () => client.publish({ components: [{ kind: 'field', name, body }] }));
    await timed(removed, () => client.publish({ components: [], deletions: [{ kind: 'field', name }] }));
  }
  return { addMilliseconds: median(added), removeMilliseconds: median(removed) };
}

export function renderPublishing({ addMilliseconds, removeMilliseconds }: PublishingFigures): string {
  const state = addMilliseconds <= BUDGET_MILLISECONDS ? 'ok' : 'ABOVE';
  return `publishing a field: ${addMilliseconds.toFixed(0)} ms (budget ${BUDGET_MILLISECONDS} ${state}), deleting it: ${removeMilliseconds.toFixed(0)} ms`;
}
