/** Wrong values for every type of field, and wrong questions: each an error with a pointer, and nothing written. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, faultsOf, type OpenEngine, openEngine, SAMPLE } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(SAMPLE);
});
afterAll(() => open?.close());

const LONG = 'x'.repeat(131_073);
const WRONG: readonly (readonly [field: string, value: unknown, faults: readonly string[]])[] = [
  ['name', 5, ['wrong_type /name']],
  ['name', ['a'], ['wrong_type /name']],
  ['name', {}, ['wrong_type /name']],
  ['name', true, ['wrong_type /name']],
  ['name', 'x'.repeat(256), ['too_long /name']],
  ['name', 'a\u0000b', ['invalid_format /name']],
  ['name', '\ud800', ['invalid_format /name']],
  ['name', '   ', ['required /name']],
  ['body', LONG, ['too_long /body']],
  ['body', 7, ['wrong_type /body']],
  ['short', 'abcdef', ['too_long /short']],
  ['short', 'ABC', ['invalid_format /short']],
  ['email', 'nobody', ['invalid_format /email']],
  ['email', 5, ['wrong_type /email']],
  ['email', 'a@b@c.de', ['invalid_format /email']],
  ['phone', 'call me', ['invalid_format /phone']],
  ['phone', 12, ['wrong_type /phone']],
  ['site', 'javascript:alert(1)', ['invalid_format /site']],
  ['site', {}, ['wrong_type /site']],
  ['count', 'many', ['wrong_type /count']],
  ['count', -1, ['too_small /count']],
  ['count', 101, ['too_large /count']],
  ['count', true, ['wrong_type /count']],
  ['ratio', 1.234567890123456e20, ['too_many_digits /ratio']],
  ['ratio', '5', ['wrong_type /ratio']],
  ['ratio', Number.NaN, ['wrong_type /ratio']],
  ['ratio', Number.POSITIVE_INFINITY, ['wrong_type /ratio']],
  ['ratio', [1], ['wrong_type /ratio']],
  ['price', {}, ['wrong_type /price']],
  ['price', 'free', ['wrong_type /price']],
  ['share', false, ['wrong_type /share']],
  ['done', 'yes', ['wrong_type /done']],
  ['done', 1, ['wrong_type /done']],
  ['script', 5, ['wrong_type /script']],
  ['notes_md', LONG, ['too_long /notes_md']],
  ['tags', 'word', ['wrong_type /tags']],
  ['tags', ['a', 5], ['wrong_type /tags/1']],
  ['status', 'nonsense', ['invalid_option /status']],
  ['contact', 'Ada', ['wrong_type /contact']],
  ['contact', { first: 5, nick: 'A' }, ['unknown_property /contact', 'wrong_type /contact/first']],
  ['billing', { country: 'ZZ' }, ['invalid_option /billing/country']],
  ['term', { start: '2026-03-02', end: '2026-03-01' }, ['invalid_value /term']],
  ['term', { start: '2026-03-02' }, ['required /term']],
  ['place', { latitude: 91, longitude: 0 }, ['too_large /place/latitude']],
  ['extra', { 'a\u0000': 1 }, ['invalid_value /extra']],
  ['stars', 6, ['too_large /stars']],
  ['stars', 2.5, ['wrong_type /stars']],
  ['brand', 'reddish', ['invalid_format /brand']],
  ['slot', '25:00', ['invalid_format /slot']],
  ['slot', 930, ['wrong_type /slot']],
  ['span', '1h', ['wrong_type /span']],
  ['span', -5, ['too_small /span']],
  ['day', '2026-02-30', ['invalid_format /day']],
  ['day', '31.12.2026', ['invalid_format /day']],
  ['day', 20261231, ['wrong_type /day']],
  ['moment', '2026-01-01', ['invalid_format /moment']],
  ['moment', '2026-01-01T10:00:00', ['invalid_format /moment']],
  ['moment', {}, ['wrong_type /moment']],
  ['stage', 'nonsense', ['invalid_option /stage']],
  ['stage', 'old', ['invalid_option /stage']],
  ['stage', ['won'], ['wrong_type /stage']],
  ['stages', 'won', ['wrong_type /stages']],
  ['stages', ['won', 'nonsense'], ['invalid_option /stages/1']],
  ['stages', [5], ['wrong_type /stages/0']],
  ['company', 'x', ['invalid_format /company']],
  ['company', { object: 'company', id: 'x' }, ['wrong_type /company']],
  ['company', 5, ['wrong_type /company']],
  ['about', 'x', ['wrong_type /about']],
  [
    'about',
    { object: 'nothing', id: '01900000-0000-7000-8000-000000000000' },
    ['invalid_target /about/object'],
  ],
  ['about', { object: 'company' }, ['required /about']],
  ['about', [], ['wrong_type /about']],
  ['reviewer', '01900000-0000-7000-8000-000000000000', ['unknown_target /reviewer']],
  ['reviewer', {}, ['wrong_type /reviewer']],
  ['number', 'T-1', ['read_only /number']],
  ['id', '01900000-0000-7000-8000-000000000000', ['read_only /id']],
  ['version', 3, ['read_only /version']],
  ['created_by', 'x', ['read_only /created_by']],
  ['deleted_at', null, ['read_only /deleted_at']],
  ['owner_id', 7, ['wrong_type /owner_id']],
  ['record_type', 'x', ['invalid_option /record_type']],
  ['owner', 'x', ['unknown_field /owner']],
  ['__proto__x', 1, ['unknown_field /__proto__x']],
  ['constructor', 1, ['unknown_field /constructor']],
  ['a/b~c', 1, ['unknown_field /a~1b~0c']],
];

describe('[S2] wrong values', () => {
  it.each(
    WRONG.map(
      ([field, value, faults]) => [field, String(JSON.stringify(value)).slice(0, 40), value, faults] as const,
    ),
  )('%s: %s', async (field, _text, value, faults) => {
    const input = { name: 'Thing', [field]: value };
    const before = await open.engine.records.list(open.admin, 'thing', { count: 'exact', limit: 1 });
    const error = await errorOf(open.engine.records.create(open.admin, 'thing', input));
    expect(error.code).toBe('invalid_input');
    expect([...new Set(error.errors.map((each) => `${each.code} ${each.pointer}`))].sort()).toEqual([
      ...faults,
    ]);
    for (const each of error.errors) expect(each.message).toMatch(/^[A-Z].*\.?$/);
    expect((await open.engine.records.list(open.admin, 'thing', { count: 'exact', limit: 1 })).count).toEqual(
      before.count,
    );
  });

  it.each([null, 5, 'x', [], [{}], true])('a record that is %j', async (input) => {
    expect(await faultsOf(open.engine.records.create(open.admin, 'company', input))).toContain('wrong_type ');
  });
});

describe('wrong questions', () => {
  const list = (request: object) => open.engine.records.list(open.admin, 'thing', request);
  const CASES: readonly (readonly [object, readonly string[]])[] = [
    [{ limit: 0 }, ['invalid_limit /limit']],
    [{ limit: 201 }, ['invalid_limit /limit']],
    [{ limit: 1.5 }, ['invalid_limit /limit']],
    [{ limit: '5' }, ['invalid_limit /limit']],
    [{ sort: ['nmae'] }, ['unknown_field /sort/0']],
    [{ sort: ['name', '-stages'] }, ['not_sortable /sort/1']],
    [{ sort: [5] }, ['wrong_type /sort/0']],
    [
      { fields: ['name', 'nmae', 'company.nonsense'] },
      ['unknown_field /fields/1', 'unknown_field /fields/2'],
    ],
    [{ fields: ['name.x'] }, ['not_a_lookup /fields/0']],
    [{ fields: ['about.code'] }, ['ambiguous_path /fields/0']],
    [{ filter: { '==': [{ var: 'nmae' }, 1] } }, ['unknown_field /filter/==/0/var']],
    [{ filter: { '>': [{ var: 'count' }, 'many'] } }, ['wrong_type /filter/>/1']],
    [{ filter: { explode: [] } }, ['unknown_operator /filter/explode']],
    [{ filter: 'x' }, ['wrong_type /filter']],
    [{ count: 'maybe' }, ['invalid_value /count']],
    [{ search: 'x'.repeat(501) }, ['invalid_value /search']],
    [
      { limit: 0, sort: ['x'], fields: ['y'], filter: { z: 1 } },
      [
        'invalid_limit /limit',
        'unknown_field /fields/0',
        'unknown_field /sort/0',
        'unknown_operator /filter/z',
      ],
    ],
  ];
  it.each(CASES.map(([request, faults]) => [JSON.stringify(request).slice(0, 60), request, faults] as const))(
    '%s',
    async (_text, request, faults) => {
      const error = await errorOf(list(request));
      expect(error.code).toBe('invalid_query');
      expect(error.errors.map((each) => `${each.code} ${each.pointer}`).sort()).toEqual([...faults]);
    },
  );

  it('[R5] refuses cursors that it did not give', async () => {
    for (let index = 0; index < 3; index++)
      await open.engine.records.create(open.admin, 'person', { name: `P${index}` });
    const people = (request: object) =>
      open.engine.records.list(open.admin, 'person', { limit: 1, ...request });
    const { next } = await people({ sort: ['name'] });
    const decoded = JSON.parse(Buffer.from(next!, 'base64url').toString()) as [string, string, unknown[]];
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const cursors = [
      'x',
      '',
      '%%%',
      encode(5),
      encode([]),
      encode({}),
      encode([decoded[0], decoded[1], []]),
      encode([decoded[0], decoded[1], [5, 'x']]),
      encode([decoded[0], decoded[1], ['P1', 'not-an-id']]),
      encode(['company', decoded[1], decoded[2]]),
      next!.slice(3),
    ];
    for (const after of cursors)
      expect((await errorOf(people({ sort: ['name'], after }))).code, after).toBe('invalid_cursor');
    expect((await errorOf(people({ sort: ['-name'], after: next }))).code).toBe('invalid_cursor');
    expect((await errorOf(people({ after: next, before: next, sort: ['name'] }))).code).toBe('invalid_query');
    expect((await people({ sort: ['name'], after: next })).records[0]).toMatchObject({ name: 'P1' });
  });

  it('checks aggregates', async () => {
    const ask = (request: object) => open.engine.records.aggregate(open.admin, 'thing', request);
    const many = { group_by: Array(50_000).fill('x'), measures: Array(50_000).fill({}) };
    expect(await faultsOf(ask(many))).toEqual(['invalid_value /group_by', 'invalid_value /measures']);
    expect(await ask({ measures: [] })).toEqual(await ask({}));
    expect(
      await faultsOf(
        ask({
          group_by: ['stages', 'nmae', { field: 'name', period: 'month' }, { field: 'day', period: 'aeon' }],
          measures: [
            { function: 'sum' },
            { function: 'sum', field: 'name' },
            { function: 'median', field: 'count' },
            { function: 'count', of: 'name' },
            null,
            5,
          ],
          sort: ['other'],
        }),
      ),
    ).toEqual([
      'invalid_measure /measures/1/function',
      'invalid_measure /measures/2/function',
      'invalid_period /group_by/2/period',
      'invalid_period /group_by/3/period',
      'not_groupable /group_by/0',
      'required /measures/0/field',
      'unknown_column /sort/0',
      'unknown_field /group_by/1',
      'unknown_property /measures/3/of',
      'wrong_type /measures/4',
      'wrong_type /measures/5',
    ]);
    expect(await faultsOf(ask({ group_by: [{ field: 'day', periods: 'month' }] }))).toEqual([
      'unknown_property /group_by/0/periods',
    ]);
  });

  it('answers unknown ids and malformed ones alike', async () => {
    for (const id of ['x', '', '01900000-0000-7000-8000-000000000000', "'; drop table x", '../..']) {
      expect((await errorOf(open.engine.records.get(open.admin, 'thing', id))).code).toBe('unknown_record');
      expect((await errorOf(open.engine.records.delete(open.admin, 'thing', id))).code).toBe(
        'unknown_record',
      );
      expect((await errorOf(open.engine.records.restore(open.admin, 'thing', id))).code).toBe(
        'unknown_record',
      );
      expect((await errorOf(open.engine.records.history(open.admin, 'thing', id, { limit: 5 }))).code).toBe(
        'unknown_record',
      );
    }
  });

  it('knows no object without the right to read it', async () => {
    const { records } = open.engine;
    const calls = [
      () => records.list(open.nobody, 'thing', {}),
      () => records.get(open.nobody, 'thing', 'x'),
      () => records.update(open.nobody, 'thing', 'x', {}),
      () => records.delete(open.nobody, 'thing', 'x'),
      () => records.restore(open.nobody, 'thing', 'x'),
      () => records.aggregate(open.nobody, 'thing', {}),
      () => records.history(open.nobody, 'thing', 'x', { limit: 1 }),
      () => records.exportRows(open.nobody, 'thing', {}),
      () =>
        records.batch(open.nobody, 'thing', {
          operation: 'create',
          records: [],
          allOrNothing: false,
          dryRun: false,
        }),
    ];
    for (const call of calls) expect((await errorOf(call())).code).toBe('unknown_object');
    expect(await records.search(open.nobody, { text: 'x' })).toMatchObject({ hits: [], groups: [] });
  });
});
