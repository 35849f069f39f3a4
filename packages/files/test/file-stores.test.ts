/** What every file store promises, asked of a folder and of an S3-compatible server (s3rver, which knows
 * accounts, and takes signatures of version 4 unread: the signature itself is held against Amazon's published example). */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolderStore, createS3Store, FileMissing, type FileStore } from '../src/index.ts';

let folder: string;
let s3: S3rver;
let endpoint: URL;
const stores = new Map<string, FileStore>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-files-'));
  s3 = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: join(folder, 's3'),
    configureBuckets: [{ name: 'crm', configs: [] }],
  });
  const address = (await s3.run()) as AddressInfo;
  endpoint = new URL(`http://127.0.0.1:${address.port}`);
  stores.set('folder', createFolderStore(join(folder, 'files')));
  stores.set('s3', createS3Store({ ...ACCOUNT, endpoint }));
});
afterAll(async () => {
  await s3?.close();
  await rm(folder, { recursive: true, force: true });
});

const ACCOUNT = {
  bucket: 'crm',
  region: 'us-east-1',
  // The account that s3rver knows.
  accessKey: 'S3RVER',
  secretKey: 'S3RVER',
  hasPathStyle: true,
};
const newKey = () => `ws_main/${randomUUID()}`;
async function* pieces(...contents: readonly Uint8Array[]) {
  yield* contents;
}
async function all(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.each(['folder', 's3'])('%s', (name) => {
  const store = () => stores.get(name)!;

  it('gives back what was written, as a whole and in ranges', async () => {
    const [key, first, second] = [newKey(), randomBytes(100_000), randomBytes(50_001)];
    await store().write(key, pieces(first, second));
    const whole = Buffer.concat([first, second]);
    expect((await all(await store().read(key))).equals(whole)).toBe(true);
    const part = await all(await store().read(key, { start: 99_990, end: 100_009 }));
    expect(part.equals(whole.subarray(99_990, 100_010))).toBe(true);
  });

  it('keeps an empty content', async () => {
    const key = newKey();
    await store().write(key, pieces());
    expect((await all(await store().read(key))).length).toBe(0);
  });

  it('keeps nothing of a content that breaks off', async () => {
    const key = newKey();
    async function* broken() {
      yield randomBytes(1000);
      throw new Error('gone');
    }
    await expect(store().write(key, broken())).rejects.toThrow('gone');
    await expect(store().read(key)).rejects.toBeInstanceOf(FileMissing);
  });

  it('removes, and does not mind that there is nothing', async () => {
    const key = newKey();
    await store().write(key, pieces(randomBytes(10)));
    await store().remove(key);
    await store().remove(key);
    await expect(store().read(key)).rejects.toBeInstanceOf(FileMissing);
  });

  it('takes no key that leads elsewhere', async () => {
    const bad = () => store().read('ws_main/../../etc/passwd');
    await expect((async () => bad())()).rejects.toThrow(TypeError);
  });
});

it('a folder holds no drafts afterwards', async () => {
  const names = await readdir(join(folder, 'files'), { recursive: true });
  expect(names.filter((each) => each.endsWith('.part'))).toEqual([]);
});

it('an unknown account is refused by the service, and nothing of its answer is told', async () => {
  const store = createS3Store({ ...ACCOUNT, endpoint, accessKey: 'NOBODY' });
  await expect(store.write(newKey(), pieces(randomBytes(10)))).rejects.toThrow(
    'The file store did not keep a file: it answered 403.',
  );
});

it('requests are signed as in the example of the S3 reference, "GET Object"', async () => {
  const client = new AwsClient({
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    service: 's3',
    region: 'us-east-1',
  });
  const signed = await client.sign('https://examplebucket.s3.amazonaws.com/test.txt', {
    headers: {
      range: 'bytes=0-9',
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    },
    aws: { datetime: '20130524T000000Z', allHeaders: true },
  });
  expect(signed.headers.get('authorization')).toContain(
    'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});
