/** Every class of a CSS module is named by somebody who imports it: what nobody names is dead, and goes. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../apps/web/src');
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).map((path) => join(SOURCES, path));
const read = (path: string) => readFileSync(path, 'utf8');

/** By module, the classes that its importers name; `undefined`: one of them takes any by a computed name. */
function namedClasses(): ReadonlyMap<string, ReadonlySet<string> | undefined> {
  const named = new Map<string, Set<string> | undefined>();
  for (const path of files.filter((each) => /\.tsx?$/.test(each))) {
    const text = read(path);
    for (const [, name = '', target = ''] of text.matchAll(/import (\w+) from '([^']+\.module\.css)'/g)) {
      const module = resolve(dirname(path), target);
      const known = named.has(module) ? named.get(module) : new Set<string>();
      const isComputed = new RegExp(`\\b${name}\\[`).test(text) || !new RegExp(`\\b${name}\\.`).test(text);
      for (const [, used = ''] of text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))) known?.add(used);
      named.set(module, isComputed ? undefined : known);
    }
  }
  return named;
}

/** The classes that a module defines, also those in the midst of a selector. */
function definedClasses(css: string): ReadonlySet<string> {
  const plain = css.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/:global\([^)]*\)/g, '');
  const selectors = [...plain.matchAll(/([^{};]+)\{/g)].map(([, selector = '']) => selector);
  const rules = selectors.filter((selector) => !selector.trim().startsWith('@'));
  return new Set(rules.flatMap((rule) => [...rule.matchAll(/\.([a-zA-Z][\w-]*)/g)].map(([, name]) => name!)));
}

it('reads classes from selectors', () => {
  const css =
    '/* .no */ .a:hover > .b[data-x], .c { padding: 1.5px } @media (x) { .d { top: 0 } } :global(.e) { top: 0 }';
  expect([...definedClasses(css)]).toEqual(['a', 'b', 'c', 'd']);
});

it('no class of a CSS module is dead, and no module is', () => {
  const named = namedClasses();
  const dead = files
    .filter((path) => path.endsWith('.module.css'))
    .flatMap((path) => {
      const place = path.slice(SOURCES.length + 1);
      if (!named.has(path)) return [place];
      const used = named.get(path);
      return used
        ? [...definedClasses(read(path))].filter((name) => !used.has(name)).map((name) => `${place} .${name}`)
        : [];
    });
  expect(dead).toEqual([]);
});
