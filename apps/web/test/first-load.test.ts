/**
 * The budget of design brief §9: what a browser loads before the first list stands, under 250 KB of JavaScript, gzip.
 * Reads the manifest of the last build (`npm run build`) and prints what it adds up.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const BUDGET = 250_000;
const dist = join(import.meta.dirname, '../dist');

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

function loadManifest(): Readonly<Record<string, Chunk>> {
  const path = join(dist, '.vite/manifest.json');
  if (!existsSync(path)) throw new Error('apps/web is not built yet: run `npm run build`.');
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** A chunk and everything that it imports statically. */
function closureOf(
  manifest: Readonly<Record<string, Chunk>>,
  name: string,
  seen = new Set<string>(),
): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const each of manifest[name]?.imports ?? []) closureOf(manifest, each, seen);
  return seen;
}

test('the first load stays within its budget', () => {
  const manifest = loadManifest();
  const names = closureOf(manifest, 'index.html');
  closureOf(manifest, 'src/routes/ListPage.tsx', names);
  const sizes = [...names].map((name) => {
    const file = manifest[name]?.file ?? '';
    return { file, bytes: gzipSync(readFileSync(join(dist, file))).length };
  });
  const total = sizes.reduce((sum, each) => sum + each.bytes, 0);
  console.log(
    [...sizes.sort((a, b) => b.bytes - a.bytes), { file: 'first load', bytes: total }]
      .map(({ file, bytes }) => `${(bytes / 1000).toFixed(1).padStart(7)} KB  ${file}`)
      .join('\n'),
  );
  expect(total).toBeLessThan(BUDGET);
});

test('forms, builder and the rare icons are not part of it', () => {
  const manifest = loadManifest();
  const names = closureOf(manifest, 'index.html', closureOf(manifest, 'src/routes/ListPage.tsx'));
  for (const late of [
    'src/runtime/record-form.tsx',
    'src/builder/index.tsx',
    'src/ui/icons-rest.ts',
    'src/shell/CommandPalette.tsx',
  ]) {
    expect(manifest, `${late} is a chunk of its own`).toHaveProperty([late]);
    expect([...names]).not.toContain(late);
  }
  // Shared by the builder, so it has no name of its own in the manifest.
  const icons = Object.keys(manifest).filter((name) => name.startsWith('_icons-more'));
  expect(icons).toHaveLength(1);
  expect([...names]).not.toContain(icons[0]);
});
