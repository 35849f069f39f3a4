/** Uploads that no record or job refers to yet: each person has room for so many. */
import { createStorage, type Storage } from '@trellis/storage';
import { runStatements } from '@trellis/testing';
import { v7 as makeId } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine, type Engine } from '../src/index.ts';
import { faultsOf, type OpenEngine, object, openEngine, readStandardPackage } from './open-engine.ts';

let open: OpenEngine;
let engine: Engine;
let storage: Storage;
let close: () => Promise<void>;
beforeAll(async () => {
  open = await openEngine(object('paper', { scan: { type: 'file' } }));
  storage = await createStorage({ connectionString: open.connectionString });
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
const refer = async (id: string) => engine.records.create(open.admin, 'paper', { name: 'P', scan: id });

it('[FI1a] are refused when too many wait, and taken again once records refer to them', async () => {
  const sent = [await send(1), await send(1), await send(1)];
  expect(await faultsOf(send(1))).toEqual(['too_many_uploads ']);
  await refer(sent[0]!.id);
  await refer(sent[1]!.id);
  const large = await send(90);
  await refer(sent[2]!.id);
  await send(80);
  expect(await faultsOf(send(1))).toEqual(['too_many_uploads ']);
  await refer(large.id);
  await send(1);
});

it('of a file to import go with all its pieces, however many, unless a job reads them', async () => {
  const { jobs } = storage;
  const { workspace } = open.admin;
  const actorId = open.admin.userId;
  const store = async (pieces: number) => {
    const id = makeId();
    const write = (_: unknown, number: number) => jobs.writeFile(workspace, id, number, Buffer.from('x'));
    await Promise.all(Array.from({ length: pieces }, write));
    return id;
  };
  const keep = async (pieces: number) => {
    const id = await store(pieces);
    const of = { actorId, objectKey: 'k', name: null, encoding: 'utf-8', isMixed: false };
    await jobs.keepUpload(workspace, { id, bytes: pieces, ...of });
    return id;
  };
  const piecesOf = async (id: string) => {
    const text = `select from ${workspace.schema}._job_file where job_id = '${id}'`;
    return (await runStatements(open.connectionString, text)).length;
  };
  const discarded = await store(250);
  await jobs.deleteFile(workspace, discarded);
  const [first, read] = [await keep(230), await keep(2)];
  await jobs.add(workspace, { id: makeId(), kind: 'import', actorId, context: {}, input: { file: read } });
  for (let index = 0; index < 5; index++) await keep(1);
  expect([await piecesOf(discarded), await piecesOf(first), await piecesOf(read)]).toEqual([0, 0, 2]);
});
