/**
 * Package folders on disk ⇄ `Map<path, text>`. Paths in the map have forward slashes and begin at the folder. Only
 * files that a package may hold are touched: writing never removes anything but components.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { identifyPath } from '@trellis/metadata';
import { CommandError } from './errors.ts';

/** Every JSON file below the folder. @throws CommandError when there is no such folder. */
export function readFolder(folder: string): Map<string, string> {
  if (!existsSync(folder)) throw new CommandError('failed', `There is no folder ${folder}.`);
  const files = new Map<string, string>();
  const read = (path: string) => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') read(inner);
      else if (entry.isFile() && entry.name.endsWith('.json'))
        files.set(inner, readFileSync(join(folder, inner), 'utf8'));
    }
  };
  read('');
  return files;
}

export interface FolderChange {
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/** Makes the folder hold these files: changed ones are written, component files that are not among them removed. */
export function writeFolder(folder: string, files: ReadonlyMap<string, string>): FolderChange {
  const before = existsSync(folder) ? readFolder(folder) : new Map<string, string>();
  const written = [...files.keys()].filter((path) => before.get(path) !== files.get(path));
  for (const path of written) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), files.get(path)!);
  }
  const removed = [...before.keys()].filter((path) => !files.has(path) && identifyPath(path) !== undefined);
  for (const path of removed) rmSync(join(folder, path));
  return { written, removed };
}
