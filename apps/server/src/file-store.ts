/** The file store that the settings ask for. In: settings. Out: the store, or undefined for the database. */
import { join } from 'node:path';
import { createFolderStore, createS3Store, type FileStore } from '@trellis/files';
import type { Storage } from '@trellis/storage';
import type { Settings } from './settings.ts';

export function createFileStore(settings: Settings, storage: Storage): FileStore {
  const { fileStore, dataDirectory, s3 } = settings;
  if (fileStore === 's3') return createS3Store(s3!);
  return fileStore === 'folder' ? createFolderStore(join(dataDirectory, 'files')) : storage.files.chunks;
}
