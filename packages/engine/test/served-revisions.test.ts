/** A column that no field has any more is given to another one when nobody reads it by its old meaning: two real processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runStatements } from '@trellis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine, type Engine } from '../src/index.ts';
import { type OpenEngine, object, openEngine, readStandardPackage } from './open-engine.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let open: OpenEngine;
let engine: Engine;
let child: ChildProcess;
beforeAll(async () => {
  open = await openEngine(object('item', { price: { type: 'decimal', indexed: true } }));
  // The one that publishes tells more often than once a minute, too.
  const { storage } = open;
  engine = createEngine({
    storage,
    systemPackage: readStandardPackage('system'),
    tellServedMilliseconds: 100,
  });
  for (const name of ['a', 'b']) await engine.records.create(open.admin, 'item', { name, price: 1 });
  // The engine that made the workspace serves nobody here.
  await open.engine.close();
  child = fork(join(import.meta.dirname, 'served-worker.ts'), [open.connectionString], {
    execArgv: ['--expose-gc'],
  });
  await once(child, 'message');
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await engine?.close();
  await open?.close();
});

const tell = async (word: string) => {
  child.send(word);
  return (await once(child, 'message'))[0] as string;
};
const field = (name: string, isIndexed: boolean) => ({
  kind: 'field',
  name: `item.${name}`,
  body: { label: name, type: 'decimal', ...(isIndexed && { indexed: true }) },
});
const publish = (...components: object[]) => engine.metadata.publish(open.admin, { components } as never);
const run = (text: string) => runStatements(open.connectionString, text);
/** The number of the column that a field has. */
const slotOf = async (name: string) => {
  const rows = await run(
    `select number from ws_main._column where object_key = 'item' and field_key = '${name}' and state <> 'retired'`,
  );
  return rows[0]?.number as number;
};
const rest = () =>
  run(`update ws_main._column set changed_at = changed_at - interval '2 minutes' where state = 'retired'`);
const servedRevisions = async () => {
  collectGarbage();
  const rows = await run('select revision from ws_main._served order by revision');
  return rows.map(({ revision }) => revision as number);
};

it('X3 a column is not reused while a process reads by it, and is at once when none does', async () => {
  const slot = await slotOf('price');
  expect(await tell('pin')).toBe('pin true');
  const { revision } = await publish(field('price', false));
  await rest();
  // This process is beyond the revision; the other one has an export that began before it.
  await expect.poll(servedRevisions, { interval: 300 }).toEqual([revision - 1, revision]);
  await publish(field('weight', true));
  expect(await slotOf('weight')).not.toBe(slot);

  await tell('release');
  await expect.poll(async () => (await servedRevisions()).every((each) => each > revision)).toBe(true);
  await publish(field('height', true));
  expect(await slotOf('height')).toBe(slot);
});

it('X3 a process that died holds nothing back for longer than an hour', async () => {
  const slot = await slotOf('height');
  expect(await tell('pin')).toBe('pin true');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const { revision } = await publish(field('height', false));
  await rest();
  await expect.poll(async () => (await servedRevisions()).at(-1)).toBe(revision);
  expect((await servedRevisions())[0]).toBeLessThan(revision);
  await publish(field('width', true));
  expect(await slotOf('width')).not.toBe(slot);
  await run(`update ws_main._served set seen_at = now() - interval '2 hours' where revision < ${revision}`);
  await publish(field('depth', true));
  expect(await slotOf('depth')).toBe(slot);
  await expect.poll(async () => (await servedRevisions()).length).toBe(1);
});
