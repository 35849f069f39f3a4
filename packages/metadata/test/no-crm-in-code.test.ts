/**
 * No TypeScript knows the CRM: it exists as JSON alone. This looks for its unmistakable names, as identifiers and in
 * string literals, in all code that ships. Words that mean something without a CRM too (account, contact, event…)
 * can't be looked for; names of two words can. See docs/architecture.md.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = ['packages', 'apps', 'scripts'];
const SKIPPED = new Set(['node_modules', 'dist', 'test', 'tests', 'e2e']);
const crm = readdirSync(join(ROOT, 'metadata/crm/objects'));
const NAMES = [
  ...new Set([
    'opportunity',
    'price_book',
    'price_book_entry',
    'quote_line',
    'campaign_member',
    'account_contact',
    ...crm.filter((name) => name.includes('_')),
  ]),
];

/** Every spelling of a name, plurals too: price_book, price-book, priceBook, PriceBooks, PRICE_BOOK. */
const PATTERN = new RegExp(
  NAMES.toSorted((left, right) => right.length - left.length)
    .flatMap((name) => {
      const words = name.split('_');
      const plural = (text: string) => `${text.replace(/y$/, '(?:y|ie)')}s?(?![a-z])`;
      const capitalised = words.map((word) => word[0]!.toUpperCase() + word.slice(1));
      return [
        `(?<![a-zA-Z])${plural(words.join('[_-]'))}`,
        `(?<![a-zA-Z])${plural([words[0], ...capitalised.slice(1)].join(''))}`,
        plural(capitalised.join('')),
        `${name.toUpperCase()}(?![A-Z])`,
      ];
    })
    .join('|'),
  'g',
);

function* sources(folder: string): Generator<string> {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) yield* sources(path);
    } else if (/\.tsx?$/.test(entry.name) && !/\.(test|gen)\.tsx?$/.test(entry.name)) yield path;
  }
}

/** Code without its comments: an example in a comment teaches nothing to the program. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(),])\/\/.*$/gm, (comment) =>
    comment.replaceAll(/[^\n]/g, ' '),
  );
}

function findNames(text: string): { line: number; name: string }[] {
  const code = withoutComments(text);
  return [...code.matchAll(PATTERN)].map((match) => ({
    line: code.slice(0, match.index).split('\n').length,
    name: match[0],
  }));
}

describe('no TypeScript knows the CRM', () => {
  const paths = FOLDERS.flatMap((folder) => [...sources(join(ROOT, folder))]);

  it('looks at all the code there is', () => {
    expect(paths.length).toBeGreaterThan(50);
    expect(NAMES).toEqual(expect.arrayContaining(['price_book', 'account_contact']));
  });

  it('finds none of its names', () => {
    const found = paths.flatMap((path) =>
      findNames(readFileSync(path, 'utf8')).map(
        ({ line, name }) => `${relative(ROOT, path)}:${line} ${name}`,
      ),
    );
    expect(
      found,
      'What the CRM needs stands in metadata/crm (its demo data in metadata/crm/demo/demo.json).',
    ).toEqual([]);
  });

  it.each([
    ["const x = 'price_book';", ['price_book']],
    ['model.objects.get("quote_line")', ['quote_line']],
    ['interface PriceBookEntry {}', ['PriceBookEntry']],
    ['const campaignMembers = 1;', ['campaignMembers']],
    ["fetch('/records/opportunities')", ['opportunities']],
    ['function usePriceBookList() {}', ['PriceBook']],
    ['const PRICE_BOOK_LIMIT = 5;', ['PRICE_BOOK']],
    ['// price_book in a comment', []],
    ['/* price_book\n */ const a = 1;', []],
    ["const url = 'https://x.org/price_book';", ['price_book']],
    ['const quoteLineage = 1; const opportunistic = 2;', []],
  ])('%s → %j', (code, names) => {
    expect(findNames(code).map(({ name }) => name)).toEqual(names);
  });
});
