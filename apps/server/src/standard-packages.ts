/** The packages that come with Trellis, read from `metadata/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrors, type Package, readPackage } from '@trellis/metadata';

const METADATA_FOLDER = join(import.meta.dirname, '..', '..', '..', 'metadata');
/** Reads a package that comes with Trellis. Throws when it is broken, which no input can cause. */
export function readStandardPackage(name: string): Package {
  const folder = join(METADATA_FOLDER, name);
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.json')) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8'));
  }
  const { package: read, problems } = readPackage(files);
  if (!read || hasErrors(problems)) {
    const first = problems.find((problem) => problem.severity === 'error');
    throw new Error(`metadata/${name} is broken: ${first?.message} (${first?.pointer})`);
  }
  return read;
}
