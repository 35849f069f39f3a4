/** A package of `metadata/`, read from the disk: the engine itself touches none. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Package, readPackage } from '@trellis/metadata';

const METADATA = join(import.meta.dirname, '../../../metadata');

export function readStandardPackage(name: string): Package {
  const folder = join(METADATA, name);
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.json')) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), readFileSync(path, 'utf8'));
  }
  return readPackage(files).package!;
}
