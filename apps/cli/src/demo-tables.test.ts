import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTables, type TableDescription } from './demo-tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'tables-'));
writeFileSync(
  join(folder, 'lines.csv'),
  '\uFEFForder,product,price,quantity,note\n1,b,2.50,4,"a ""quoted"", cell"\n1,a,10.00,1,\n2,a,10.00,12,x\n3,zzz,1.00,1,x\n',
);

const open = (tables: Record<string, TableDescription>) =>
  openTables(folder, { lines: { csv: 'lines.csv' }, products: { rows: PRODUCTS }, ...tables }, OPTIONS);
const PRODUCTS = [
  { code: 'a', label: 'Apples', seasonal: true },
  { code: 'b', label: 'Bread' },
];
const OPTIONS = { today: '2026-03-04', shifts: {}, maps: {} };
const rows = (table: TableDescription) => open({ table }).rows('table');

describe('a table', () => {
  it('is a CSV file whose empty cells are blank', () => {
    expect(rows({ csv: 'lines.csv' }).slice(0, 2)).toEqual([
      { order: '1', product: 'b', price: '2.50', quantity: '4', note: 'a "quoted", cell' },
      { order: '1', product: 'a', price: '10.00', quantity: '1', note: null },
    ]);
  });

  it('is rows written out, blank where a column is left out', () => {
    expect(rows({ from: 'products' })[1]).toEqual({ code: 'b', label: 'Bread', seasonal: null });
  });

  it('joins the first match, with blanks where there is none', () => {
    const joined = rows({
      from: 'lines',
      join: [{ table: 'products', on: { product: 'code' }, prefix: 'p_' }],
    });
    expect(joined.map((row) => row.p_label)).toEqual(['Bread', 'Apples', 'Apples', null]);
  });

  it('joins inner, and one row per match', () => {
    const join = { table: 'products', on: { product: 'code' }, prefix: 'p_', match: 'inner' as const };
    expect(rows({ from: 'lines', join: [join] })).toHaveLength(3);
    const each = { table: 'lines', on: { code: 'product' }, prefix: 'l_', match: 'each' as const };
    expect(rows({ from: 'products', join: [each] }).map((row) => [row.code, row.l_order])).toEqual([
      ['a', '1'],
      ['a', '2'],
      ['b', '1'],
    ]);
  });

  it('computes columns one after the other, filters, sorts by number, limits and counts', () => {
    const table = rows({
      from: 'lines',
      columns: { total: { multiply: ['$price', '$quantity'] }, is_big: { less: [5, '$total'] } },
      where: '$is_big',
      sort: ['order', '-total'],
      number: { column: 'line', by: ['order'] },
    });
    expect(table.map((row) => [row.order, row.total, row.line])).toEqual([
      ['1', 10, 1],
      ['1', 10, 2],
      ['2', 120, 1],
    ]);
    expect(rows({ from: 'lines', sort: ['-quantity'], limit: 1 })[0]?.quantity).toBe('12');
  });

  it('groups with sums, counts, extremes and firsts', () => {
    const total = { multiply: ['$price', '$quantity'] };
    const columns = {
      amount: { sum: total },
      lines: { count: true },
      most: { max: '$quantity' },
      least: { min: '$quantity' },
      note: { first: '$note' },
    };
    expect(rows({ from: 'lines', group: { by: ['order'], columns } })[0]).toEqual({
      order: '1',
      amount: 20,
      lines: 2,
      most: '4',
      least: '1',
      note: 'a "quoted", cell',
    });
  });

  it.each<[string, TableDescription, string]>([
    ['an unknown column', { from: 'lines', columns: { x: '$y' } }, 'Table table: There is no column `y`'],
    ['an unknown column to sort by', { from: 'lines', sort: ['-y'] }, 'no column `y`'],
    [
      'an unknown column to join on',
      { from: 'lines', join: [{ table: 'products', on: { product: 'id' }, prefix: '' }] },
      'no column `id`',
    ],
    ['an unknown table', { from: 'nowhere' }, 'There is no table `nowhere`'],
    [
      'an unknown aggregate',
      { from: 'lines', group: { by: ['order'], columns: { x: { mean: 1 } } } },
      'no aggregate `mean`',
    ],
    ['no source', {}, 'needs `csv`, `rows` or `from`'],
    ['itself as source', { from: 'table' }, 'derived from itself'],
    ['a lookup', { from: 'lines', columns: { x: { lookup: 'a', key: '1' } } }, 'look them up in a step'],
    ['a fault in the data', { from: 'lines', columns: { x: { number: '$note' } } }, 'is not a number'],
  ])('says where it goes wrong: %s', (_, table, message) => {
    expect(() => rows(table)).toThrow(message);
  });
});

describe('a shift', () => {
  it('brings the newest date to within a week before today, in whole weeks', () => {
    const days = { rows: [{ day: '1998-05-06' }, { day: '1996-07-04' }, {}] };
    const tables = openTables(
      folder,
      { days },
      { ...OPTIONS, shifts: { s: { table: 'days', column: 'day' } } },
    );
    const shift = tables.shifts.get('s')!;
    expect(shift % 7).toBe(0);
    const newest = new Date(Date.parse('1998-05-06') + shift * 86_400_000).toISOString().slice(0, 10);
    expect(newest >= '2026-02-25' && newest < '2026-03-04').toBe(true);
  });
});
