import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { readAnew } from './read-anew.ts';

/** A question whose answers are given by hand, each as things stood when it was asked. */
function question(client: QueryClient, queryKey: readonly string[]) {
  const asked: { answer(): void }[] = [];
  let stored = 'old';
  const queryFn = () => {
    const seen = stored;
    return new Promise<string>((resolve) => asked.push({ answer: () => resolve(seen) }));
  };
  const observer = new QueryObserver(client, { queryKey, queryFn, staleTime: 15_000 });
  observer.subscribe(() => undefined);
  return {
    change: () => {
      stored = 'new';
    },
    answer: async () => {
      asked.shift()!.answer();
      await new Promise((resolve) => setTimeout(resolve));
    },
    count: () => asked.length,
    shown: () => client.getQueryData(queryKey),
  };
}

it('what was being read for the first time as it changed is read again', async () => {
  const client = new QueryClient();
  const list = question(client, ['records', 'deal', 'list']);
  list.change();
  const done = readAnew(client, { queryKey: ['records'] });
  await list.answer();
  expect([list.shown(), list.count()]).toEqual(['old', 1]);
  await list.answer();
  await done;
  expect([list.shown(), list.count()]).toEqual(['new', 0]);
  client.clear();
});

it('what was there, or is being read again, is read once more', async () => {
  const client = new QueryClient();
  const list = question(client, ['records', 'deal', 'list']);
  await list.answer();
  const before = client.invalidateQueries({ queryKey: ['records'] });
  list.change();
  const done = readAnew(client, { queryKey: ['records'] });
  expect(list.count()).toBe(2);
  await list.answer();
  expect(list.shown()).toBe('old');
  await list.answer();
  await Promise.all([before, done]);
  expect([list.shown(), list.count()]).toEqual(['new', 0]);
  client.clear();
});
