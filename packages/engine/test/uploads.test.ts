/** Uploads that no record refers to yet: each person has room for so many. */
import { createStorage } from '@trellis/storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine, type Engine } from '../src/index.ts';
import { faultsOf, type OpenEngine, object, openEngine, readStandardPackage } from './open-engine.ts';

let open: OpenEngine;
let engine: Engine;
let close: () => Promise<void>;
beforeAll(async () => {
  open = await openEngine(object('paper', { scan: { type: 'file' } }));
  const storage = await createStorage({ connectionString: open.connectionString });
  const files = { store: storage.files.chunks, mostBytes: 100, mostWaiting: { files: 3, bytes: 150 } };
  engine = createEngine({ storage, systemPackage: readStandardPackage('system'), files });
  close = async () => {
    await engine.close();
    await storage.close();
  };
});
afterAll(async () => {
  await close?.();
  await open?.close();
});

const send = (bytes: number) =>
  engine.files.upload(open.admin, {
    name: 'scan.txt',
    content: (async function* () {
      yield Buffer.alloc(bytes, 'x');
    })(),
  });
const keep = async (id: string) => engine.records.create(open.admin, 'paper', { name: 'P', scan: id });

it('[FI1a] are refused when too many wait, and taken again once records refer to them', async () => {
  const sent = [await send(1), await send(1), await send(1)];
  expect(await faultsOf(send(1))).toEqual(['too_many_uploads ']);
  await keep(sent[0]!.id);
  await keep(sent[1]!.id);
  const large = await send(90);
  await keep(sent[2]!.id);
  await send(80);
  expect(await faultsOf(send(1))).toEqual(['too_many_uploads ']);
  await keep(large.id);
  await send(1);
});
