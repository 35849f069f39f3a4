/** Documentation that stays true: every path of this repository that a page names must exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['apps', 'bench', 'docs', 'metadata', 'migrations', 'packages', 'scripts'];

const pages = [
  ...['README.md', 'CONTRIBUTING.md'].map((name) => join(ROOT, name)),
  ...markdownBelow(join(ROOT, 'docs')),
  ...['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).flatMap((room) =>
      ['README.md', 'SPEC.md'].map((name) => join(ROOT, folder, room, name)).filter(existsSync),
    ),
  ),
].filter(existsSync);

describe('documentation', () => {
  it.each(pages.map((page) => relative(ROOT, page)))('%s names only paths that exist', (name) => {
    const page = join(ROOT, name);
    const text = readFileSync(page, 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => ({
      named: match[1]!,
      path: resolve(dirname(page), match[1]!),
    }));
    const mentioned = [...text.matchAll(/`([a-z][\w.-]*\/[\w./-]*)`/g)]
      .map((match) => match[1]!)
      .filter((path) => FOLDERS.includes(path.split('/')[0]!) && !path.includes('…'))
      .map((path) => ({ named: path, path: join(ROOT, path) }));
    const missing = [...links, ...mentioned]
      .filter(({ path }) => !existsSync(path))
      .map(({ named }) => named);
    expect(missing).toEqual([]);
  });
});

function markdownBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name));
}
