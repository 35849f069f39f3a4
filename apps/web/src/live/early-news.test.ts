import { expect, it } from 'vitest';
import { EarlyNews, type News } from './early-news.ts';

const change = (id: number): News => ({
  record: { object: 'task', id: String(id), version: 2, action: 'update' },
});

it('gives what was told, in its order and once', () => {
  const early = new EarlyNews();
  const told = [change(1), { metadata: 7 }, change(2)];
  for (const news of told) early.add(news);
  expect(early.take()).toEqual(told);
  expect(early.take()).toEqual([]);
});

it('of more than a page would read one by one keeps that everything is to be read again', () => {
  const early = new EarlyNews();
  early.add({ access: true });
  early.add({ isLost: true });
  early.add({ isLost: false });
  early.add({ metadata: 7 });
  for (let id = 0; id < 10_000; id++) early.add(change(id));
  const kept = early.take();
  expect(kept.length).toBeLessThanOrEqual(1000);
  expect(kept.slice(0, 3)).toEqual([{ reset: true }, { access: true }, { isLost: false }]);
  expect(kept.at(-1)).toEqual(change(9_999));
});
