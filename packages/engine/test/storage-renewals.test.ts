/** What an older version has generated is made anew by whoever starts, or comes to know of the workspace, and told in the log. */
import { runStatements, withDatabase } from '@trellis/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenEngine, openEngine } from './open-engine.ts';

let opened: OpenEngine;
beforeAll(async () => {
  opened = await openEngine();
});
afterAll(async () => {
  await opened?.close();
});

const age = () => runStatements(opened.connectionString, 'update platform.workspace set generator = 0');
const generators = () =>
  withDatabase(opened.connectionString, async (client) => {
    const { rows } = await client.query('select generator > 0 as "isOurs" from platform.workspace');
    return rows.map(({ isOurs }) => Boolean(isOurs));
  });
const isTold = (part: string) => opened.notes.some((note) => note.includes(part));

test('a start makes every workspace whole in the background, and says so', async () => {
  await opened.engine.createWorkspace({ name: 'other', label: 'Other' });
  await opened.engine.renewStorage();
  expect(isTold('older version')).toBe(false);
  await age();
  await opened.engine.renewStorage();
  await expect.poll(generators).toEqual([true, true]);
  await expect.poll(() => isTold('is being made anew')).toBe(true);
  await expect.poll(() => isTold('is that of this version')).toBe(true);
});

test('so does a process that comes to know of one, and what it serves meanwhile is what there is', async () => {
  await age();
  const another = await opened.openAnother();
  expect((await another.model(opened.workspace)).objects.has('user')).toBe(true);
  await expect.poll(generators).toContain(true);
  expect((await another.users.list(opened.system)).length).toBe(1);
  await another.close();
});
