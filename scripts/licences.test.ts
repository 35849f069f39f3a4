/**
 * The licences of everything that is installed, by an allow-list: what may be used, changed and handed on with a product
 * under MIT, without conditions on the product. The list of exceptions may only shrink.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const STORE = join(import.meta.dirname, '..', 'node_modules', '.pnpm');

const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PostgreSQL',
  'Unlicense',
]);

/** Each with the reason. By name, or by name with `*`. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  // MPL-2.0 asks for changes of its own files to be handed on; we change none, and ship none of these.
  'axe-core': 'MPL-2.0; tests',
  'lightningcss*': 'MPL-2.0; builds the web',
  // Their files say MIT, their package.json nothing.
  'humanize-number': 'MIT in its readme; tests, by oidc-provider',
  only: 'MIT in its readme; tests, by oidc-provider',
};

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
}

function installed(): readonly Manifest[] {
  const folders = readdirSync(STORE)
    .map((each) => join(STORE, each, 'node_modules'))
    .filter((folder) => existsSync(folder));
  const packages = folders.flatMap((folder) =>
    readdirSync(folder).flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(join(folder, name)).map((inner) => join(folder, name, inner))
        : [join(folder, name)],
    ),
  );
  return packages
    .map((folder) => join(folder, 'package.json'))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as Manifest);
}

/** As SPDX has it: one of the parts of an `OR` is enough, every part of an `AND` is needed. */
function isAllowed(licence: string): boolean {
  const text = licence.replace(/^\((.*)\)$/, '$1').trim();
  if (/ OR /.test(text)) return text.split(' OR ').some(isAllowed);
  if (/ AND /.test(text)) return text.split(' AND ').every(isAllowed);
  return ALLOWED.has(text);
}

function licenceOf({ license, licenses }: Manifest): string {
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'none';
}

function exceptionFor({ name }: Manifest): string | undefined {
  return Object.keys(EXCEPTIONS).find((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

it('are ones that a product under MIT may be handed on with', () => {
  const all = installed();
  expect(all.length).toBeGreaterThan(200);
  const strange = all.filter((each) => !isAllowed(licenceOf(each)) && !exceptionFor(each));
  expect(strange.map((each) => `${each.name}@${each.version}: ${licenceOf(each)}`)).toEqual([]);
});

it('have no exception that is not needed', () => {
  const needed = new Set(
    installed().flatMap((each) => (isAllowed(licenceOf(each)) ? [] : exceptionFor(each))),
  );
  expect(Object.keys(EXCEPTIONS).filter((pattern) => !needed.has(pattern))).toEqual([]);
});
