/**
 * Files in a bucket of any S3-compatible service. A content is received into a temporary file first: S3 wants to know
 * its length before it begins, and memory is no place for it.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream, openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AwsClient } from 'aws4fetch';
import { FileMissing, type FileStore, requireKey } from './file-store.ts';

export interface S3Settings {
  /** `https://s3.eu-central-1.amazonaws.com`, `http://minio:9000`. */
  readonly endpoint: URL;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** The bucket in the path (`/bucket/key`) instead of the host (`bucket.host`): most services that are not Amazon's. */
  readonly hasPathStyle: boolean;
}

export function createS3Store(settings: S3Settings): FileStore {
  const client = new AwsClient({
    accessKeyId: settings.accessKey,
    secretAccessKey: settings.secretKey,
    region: settings.region,
    service: 's3',
    retries: 3,
  });
  const addressOf = (key: string) => {
    const address = new URL(settings.endpoint);
    const folder = address.pathname.replace(/\/$/, '');
    if (!settings.hasPathStyle) address.host = `${settings.bucket}.${address.host}`;
    address.pathname = `${folder}${settings.hasPathStyle ? `/${settings.bucket}` : ''}/${requireKey(key)}`;
    return address;
  };
  /** What a service says may hold names and keys: only its status is told. */
  const refuse = (action: string, status: number): never => {
    throw new Error(`The file store did not ${action} a file: it answered ${status}.`);
  };
  return {
    async write(key, content) {
      const draft = join(tmpdir(), `trellis-${randomUUID()}.part`);
      try {
        await pipeline(Readable.from(content), createWriteStream(draft, { mode: 0o600 }));
        const body = await openAsBlob(draft);
        const response = await client.fetch(addressOf(key), {
          method: 'PUT',
          body,
          headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'content-length': String(body.size) },
        });
        await response.body?.cancel();
        if (!response.ok) refuse('keep', response.status);
      } finally {
        await rm(draft, { force: true });
      }
    },
    async read(key, range) {
      const response = await client.fetch(addressOf(key), {
        headers: range ? { range: `bytes=${range.start}-${range.end}` } : {},
      });
      if (response.ok && response.body) return response.body;
      await response.body?.cancel();
      if (response.status === 404) throw new FileMissing();
      return refuse('give', response.status);
    },
    async remove(key) {
      const response = await client.fetch(addressOf(key), { method: 'DELETE' });
      await response.body?.cancel();
      if (!response.ok && response.status !== 404) refuse('remove', response.status);
    },
  };
}
