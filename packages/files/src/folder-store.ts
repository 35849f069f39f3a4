/** Files in a folder of this machine: the default beside the embedded database. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileMissing, type FileStore, requireKey } from './file-store.ts';

export function createFolderStore(folder: string): FileStore {
  const pathOf = (key: string) => join(folder, requireKey(key));
  return {
    async write(key, content) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.${randomUUID()}.part`;
      try {
        await pipeline(Readable.from(content), createWriteStream(draft, { mode: 0o600, flush: true }));
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async read(key, range) {
      try {
        // Opened first, so that a missing file is told before the answer begins.
        const file = await open(pathOf(key), 'r');
        return createReadStream('', { fd: file, ...range });
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') throw new FileMissing({ cause: error });
        throw error;
      }
    },
    remove: (key) => rm(pathOf(key), { force: true }),
  };
}
