/**
 * Reads a golden case: a package folder whose files lie over those of `cases/base` (for `fail`) or stand alone (for
 * `ok`). `keys.json` gives components the key that they had before a rename; `problems.json` and `model.json` hold
 * what compiling must give.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { componentId, readPackage } from '@trellis/metadata';
import type { CompileInput } from '../src/index.ts';

const CASES = join(import.meta.dirname, 'cases');
const METADATA = join(import.meta.dirname, '../../../metadata');
const OUTPUTS = ['problems.json', 'model.json'];

export function caseNames(group: 'ok' | 'fail'): string[] {
  return readdirSync(join(CASES, group)).sort();
}

export function casePath(group: 'ok' | 'fail', name: string, file: string): string {
  return join(CASES, group, name, file);
}

export function readCase(group: 'ok' | 'fail', name: string): CompileInput[] {
  const own = readFolder(join(CASES, group, name));
  const files = new Map([...(group === 'fail' ? readFolder(join(CASES, 'base')) : []), ...own]);
  const keys = JSON.parse(files.get('keys.json') ?? '{}') as Record<string, string>;
  for (const output of [...OUTPUTS, 'keys.json']) files.delete(output);
  files.set('trellis.json', JSON.stringify({ name: 'case', label: name, version: '1.0.0' }));
  return readComponents(files).map(({ component }) => {
    const key = keys[componentId(component)];
    return key === undefined ? { component } : { component, key };
  });
}

/** The components of packages in `metadata/`, by name. */
export function readPackages(...names: string[]): CompileInput[] {
  return names.flatMap((name) => readComponents(readFolder(join(METADATA, name))));
}

function readComponents(files: ReadonlyMap<string, string>): CompileInput[] {
  const { package: read, problems } = readPackage(files);
  if (problems.length > 0 || !read)
    throw new Error(`A case must parse: ${JSON.stringify(problems, null, 2)}`);
  return read.components.map((component) => ({ component }));
}

function readFolder(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
}
