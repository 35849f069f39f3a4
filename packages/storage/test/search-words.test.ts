/** What is stored to be searched and what is asked must have one form: JavaScript and PostgreSQL fold alike. */
import { readFileSync } from 'node:fs';
import { searchWords } from '@trellis/model';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, insertRecords, openFixture } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture?.close());

async function foldedBySql(texts: readonly string[]): Promise<readonly string[]> {
  const { rows } = await fixture.admin.query<{ words: string }>(
    'select ws_main._search_words(given) as words from unnest($1::text[]) with ordinality as each(given, place) order by place',
    [texts],
  );
  return rows.map(({ words }) => words);
}

test('every letter of the scripts that people write in', async () => {
  const blocks = [
    [0x1, 0x24f],
    [0x250, 0x52f],
    [0x531, 0x6ff],
    [0x900, 0xdff],
    [0xe00, 0x11ff],
    [0x1e00, 0x2bff],
    [0x2e80, 0x31ff],
    [0xac00, 0xac80],
    [0x4e00, 0x4e40],
    [0xf900, 0xfa20],
    [0xfb00, 0xffee],
    [0x1f300, 0x1f650],
  ] as const;
  const letters = blocks
    .flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
    // Letters of newer versions of Unicode are not everywhere known yet.
    .filter((code) => /\p{Assigned}/u.test(String.fromCodePoint(code)) && (code < 0xd800 || code > 0xdfff))
    .map((code) => `a${String.fromCodePoint(code)}b`);
  const bySql = await foldedBySql(letters);
  expect(letters.filter((letter, index) => searchWords(letter) !== bySql[index])).toEqual([]);
});

test('any text', async () => {
  const scripts = 'aZ09 -.@ éÉßẞŁłøÞœÅ ωΣςΌ ЖщйёЪ 東京カナが한글 שָׁלוֹם مُحَمَّد नमस्ते ไทย ﬁ№½ 👍🏽🚀 İıǅ';
  const text = fc.string({ unit: fc.constantFrom(...scripts), maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 20, maxLength: 60 }), async (texts) => {
      expect(texts.map(searchWords)).toEqual(await foldedBySql(texts));
    }),
    { numRuns: 20 },
  );
});

test('a workspace of before gets its columns and indexes as a publish would make them', async () => {
  const { admin, storage, workspace } = fixture;
  await insertRecords(fixture, 'account', [{ name: 'Zoë Straße' }]);
  const registered = async () => {
    const columns = await admin.query(
      `select object_key, field_key, column_type, source, state from ws_main._column where field_key like '%~words' order by 1, 2`,
    );
    // Slots may be others; a name is made from the whole definition, so that a publish knows the index again.
    const indexes = await admin.query<{ name: string; what: string }>(
      `select name, object_key || ' ' || regexp_replace(definition, 'c_\\d+', 'c', 'g') || ' ' || state as what,
              name like '%' || left(encode(sha256(convert_to(definition, 'UTF8')), 'hex'), 12) as is_named
         from ws_main._index i where definition like '%gin%is not null' and exists (
           select from ws_main._column c where c.object_key = i.object_key and c.field_key like '%~words'
              and 'c_' || c.number = any(i.columns)) order by 2`,
    );
    const names = indexes.rows.map(({ name }) => name);
    return { names, registers: [columns.rows, indexes.rows.map(({ name: _, ...each }) => each)] };
  };
  const before = await registered();
  expect(before.names.length).toBeGreaterThan(0);
  // As it was before the migration.
  for (const name of before.names) await admin.query(`drop index ws_main."${name}"`);
  await admin.query('delete from ws_main._index where name = any($1)', [before.names]);
  await admin.query(`delete from ws_main._column where field_key like '%~words'`);
  const file = new URL('../../../migrations/workspace/0014_search_words.sql', import.meta.url);
  const text = readFileSync(file, 'utf8').replaceAll('{{schema}}', '"ws_main"');
  await admin.query(text.slice(text.indexOf('-- Workspaces that are there already')));
  await storage.drainPromotions(workspace);
  expect((await registered()).registers).toEqual(before.registers);
  const found = await admin.query<{ words: string }>(
    `select to_jsonb(a) ->> ('c_' || c.number) as words from ws_main.account a, ws_main._column c
      where c.object_key = 'account' and c.field_key = 'name~words'`,
  );
  expect(found.rows).toEqual([{ words: ' zoe strasse' }]);
});
