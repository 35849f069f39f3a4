import { describe, expect, it } from 'vitest';
import {
  addDays,
  DemoDescriptionError,
  daysBetween,
  evaluateValue,
  hashText,
  type Json,
  type Row,
  RowFault,
  roundTo,
  type ValueContext,
} from './demo-values.ts';

const row: Row = {
  id: '10248',
  name: 'Königlich Essen',
  blank: null,
  price: '8.45',
  founded: '1881 (1999)',
  place: 'Columbus, Ohio; Detroit, Michigan',
  day: '1998-05-06',
};

const context: ValueContext = {
  row,
  today: '2026-03-01',
  shifts: new Map([['orders', 10_000]]),
  maps: { colours: { Red: 'red' } },
  findRecord: (step, key) => {
    if (step === 'users') return 'skipped';
    return key === '7' ? { object: 'deal', id: 'deal-7' } : undefined;
  },
};

const value = (expression: Json) => evaluateValue(expression, context);

describe('a value', () => {
  it.each<[string, Json, Json]>([
    ['a column', '$name', 'Königlich Essen'],
    ['a constant', 'Name', 'Name'],
    ['a constant with a dollar', { constant: '$5' }, '$5'],
    ['a template', { template: 'Order {id}{blank} of {name}' }, 'Order 10248 of Königlich Essen'],
    ['an empty template', { template: '{blank}' }, null],
    ['a join without blanks', { join: ['$id', '$blank', 'x'], by: '-' }, '10248-x'],
    ['the first part', { split: { split: '$place', by: ';', at: 0 }, by: ', ', at: -1 }, 'Ohio'],
    ['all further parts', { split: 'Antonio del Valle', by: ' ', at: 1, rest: true }, 'del Valle'],
    ['no further parts', { split: 'Cher', by: ' ', at: 1, rest: true }, null],
    ['the first number', { first_number: '$founded' }, 1881],
    ['no number at all', { first_number: '$name' }, null],
    ['a number', { number: '$price' }, 8.45],
    ['a blank number', { number: '$blank' }, null],
    ['a product, rounded', { round: { multiply: ['$price', 0.1] }, scale: 2 }, 0.85],
    ['arithmetic with a blank', { add: ['$price', '$blank'] }, null],
    ['a boolean', { boolean: '1' }, true],
    ['a moved date', { date: '$day', shift: 'orders' }, '2025-09-21'],
    ['a day before today', { from_today: -1 }, '2026-02-28'],
    ['days after', { add_days: '$day', days: 30 }, '1998-06-05'],
    ['an instant', { instant: '$day', time: '09:30' }, '1998-05-06T09:30:00.000Z'],
    ['the earlier date', { earliest: ['$day', '$blank', '1997-01-01'] }, '1997-01-01'],
    ['a mapped value', { map: 'Red', to: 'colours' }, 'red'],
    ['a mapped blank', { map: '$blank', to: 'colours', otherwise: 'other' }, null],
    ['a mapped rest', { map: 'Blue', to: 'colours', otherwise: { lower: 'OTHER' } }, 'other'],
    ['a lookup', { lookup: 'deals', key: 7 }, 'deal-7'],
    ['a reference', { reference: 'deals', key: '7' }, { object: 'deal', id: 'deal-7' }],
    ['a lookup of a blank key', { lookup: 'deals', key: '$blank' }, null],
    ['a lookup that may miss', { lookup: 'deals', key: '8', missing: 'blank' }, null],
    ['a lookup to a skipped step', { lookup: 'users', key: '8' }, null],
    ['a slug', { slug: '$name' }, 'koniglich-essen'],
    ['a slug of other letters', { slug: 'Nuß & Søn', by: '.' }, 'nuss.son'],
    ['a padded number', { pad: '7', length: 4 }, '0007'],
    ['what is replaced', { replace: 'Virginia[2]', pattern: '\\[\\d+\\]', with: '' }, 'Virginia'],
    ['a list without blanks and repeats', { list: ['a', null, 'a', 'b'] }, ['a', 'b']],
    ['the first that is there', { first_of: ['$blank', '$id'] }, '10248'],
    ['a condition', { if: { all: [{ less: [9, '$id'] }, { not: { blank: '$id' } }] }, use: 1, else: 2 }, 1],
    ['a missing else', { if: { equals: ['$id', 'x'] }, use: 1 }, null],
    ['equal blanks', { equals: ['$blank', null] }, true],
    ['a comparison with a blank', { less: ['$blank', 1] }, false],
    ['a member', { in: ['$id', [10248]] }, true],
    ['a match', { matches: '$founded', pattern: '^\\d{4} ' }, true],
    ['dates in order', { before: ['$day', '2000-01-01'] }, true],
  ])('can be %s', (_, expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it.each<[string, Json, string]>([
    ['an unknown value', { map: 'Blue', to: 'colours' }, '`Blue` is not in the table'],
    ['a missing record', { lookup: 'deals', key: '8' }, 'needs `8` of the step `deals`'],
    ['no number', { number: '$name' }, 'not a number'],
    ['no date', { date: '06/05/1998' }, 'not a date'],
    ['no such day', { add_days: '1998-13-45', days: 1 }, 'not a date'],
  ])('rejects its row for %s', (_, expression, message) => {
    expect(() => value(expression)).toThrow(RowFault);
    expect(() => value(expression)).toThrow(message);
  });

  it.each<[string, Json, string]>([
    ['column', '$nmae', 'no column `nmae`. Columns are id, name'],
    ['operator', { uppr: 'x' }, 'no operator `uppr`'],
    ['property of every object', { toString: 'x' }, 'no operator `toString`'],
    ['map', { map: 'x', to: 'nothing' }, 'no map `nothing`'],
    ['shift', { date: '$day', shift: 'nothing' }, 'no shift `nothing`'],
    ['seed', { pick: ['a'] }, 'needs a `seed`'],
    ['weight', { pick: ['a', 'b'], weights: [1], seed: 'x' }, 'as many weights'],
  ])('stops for an unknown %s', (_, expression, message) => {
    expect(() => value(expression)).toThrow(DemoDescriptionError);
    expect(() => value(expression)).toThrow(message);
  });
});

describe('choices by hash', () => {
  const choices = (expression: (seed: string) => Json) =>
    Array.from({ length: 4000 }, (_, index) => value(expression(`${index} choice`)));

  it('are the same for the same seed, and differ between seeds', () => {
    const picks = (salt: string) => choices((seed) => ({ pick: ['a', 'b'], seed: seed + salt })).join('');
    expect(picks('')).toBe(picks(''));
    expect(picks('')).not.toBe(picks('!'));
  });

  it('come about as often as their weights say', () => {
    const picked = choices((seed) => ({ pick: ['often', 'seldom'], weights: [9, 1], seed }));
    const seldom = picked.filter((each) => each === 'seldom').length;
    expect(seldom).toBeGreaterThan(320);
    expect(seldom).toBeLessThan(480);
  });

  it('stay within their bounds and reach both', () => {
    const numbers = choices((seed) => ({ between: [-3, 4], seed })).map(Number);
    expect([Math.min(...numbers), Math.max(...numbers)]).toEqual([-3, 4]);
    expect(new Set(numbers).size).toBe(8);
  });

  it('do not move together for seeds that differ in their last sign only', () => {
    const buckets = new Set(Array.from({ length: 10 }, (_, index) => hashText(`order 1024${index}`) % 100));
    expect(buckets.size).toBeGreaterThan(6);
  });
});

describe('arithmetic', () => {
  it('rounds half away from zero and without binary noise', () => {
    expect([roundTo(1.005, 2), roundTo(-2.5, 0), roundTo(8.45 * 0.1, 2), roundTo(1250, -2)]).toEqual([
      1.01, -3, 0.85, 1300,
    ]);
  });

  it('counts days over the change of clocks and leap years', () => {
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01');
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
  });
});
