/** Tables of single values: what each type takes, keeps and refuses. */
import { describe, expect, it } from 'vitest';
import { allowedNext, checkValue, type JsonValue, plainText } from '../src/index.ts';
import { requireField } from './sample-fields.ts';

/** What a field makes of a value given over the API: its canonical form, or `refused`. */
function take(name: string, given: unknown): unknown {
  const field = requireField(name);
  const value = field.type.canonicalise(given, field);
  return checkValue(value, field) === undefined ? value : 'refused';
}

function read(name: string, text: string): unknown {
  const field = requireField(name);
  const parsed = field.type.parseText(text, field);
  return 'problem' in parsed ? 'refused' : parsed.value;
}

describe('text', () => {
  it.each([
    ['name', '  a  b  ', 'a  b'],
    ['name', 'e\u0301', 'é'],
    ['name', '   ', null],
    ['name', 'x'.repeat(255), 'x'.repeat(255)],
    ['name', 'x'.repeat(256), 'refused'],
    ['name', '🎈'.repeat(255), '🎈'.repeat(255)],
    ['name', 'a\u0000b', 'refused'],
    ['name', 'a\ud800b', 'refused'],
    ['name', 5, 'refused'],
    ['notes', 'a\r\nb\rc', 'a\nb\nc'],
    ['code', 'abc', 'abc'],
    ['code', 'ABC', 'refused'],
  ])('%s %j', (field, given, kept) => {
    expect(take(field, given)).toEqual(kept);
  });
});

describe('numbers', () => {
  it.each([
    ['price', 1.005, 1.01],
    ['price', '1', 'refused'],
    ['price', '', null],
    ['price', 1e15, 1e15],
    ['price', 1234567890123456, 'refused'],
    ['price', JSON.parse('1e999'), 'refused'],
    ['price', -0, 0],
    ['count', 1.5, 'refused'],
    ['count', -0, 0],
    ['count', Number.NEGATIVE_INFINITY, 'refused'],
    ['rating', 6, 'refused'],
    ['decimal', 0.123456789, 0.123457],
    ['rough', 123, 'refused'],
  ])('%s takes %d', (field, given, kept) => {
    expect(take(field, given)).toBe(kept);
  });

  it.each([
    ['price', '1,234.50', 1234.5],
    ['price', '1 234', 1234],
    ['price', "1'234", 1234],
    ['price', '1,5', 'refused'],
    ['price', '1.234,50', 'refused'],
    ['price', '1e400', 'refused'],
    ['price', '100000000000000000001', 'refused'],
    ['price', '100000000000000000000', 1e20],
    ['price', '.5', 0.5],
    ['price', 'five', 'refused'],
    ['price', ' ', null],
    ['share', '12.5 %', 12.5],
    ['count', '12.0', 12],
    ['count', '12.5', 'refused'],
  ])('%s reads %j', (field, text, value) => {
    expect(read(field, text)).toBe(value);
  });
});

describe('dates and moments', () => {
  it.each([
    ['day', '2024-02-29', '2024-02-29'],
    ['day', '2023-02-29', 'refused'],
    ['day', '1900-02-29', 'refused'],
    ['day', '2000-02-29', '2000-02-29'],
    ['day', '2026-02-31', 'refused'],
    ['day', '2026-13-01', 'refused'],
    ['day', '2026-00-10', 'refused'],
    ['day', '2026-01-00', 'refused'],
    ['day', '0000-01-01', 'refused'],
    ['day', '0001-01-01', '0001-01-01'],
    ['day', '9999-12-31', '9999-12-31'],
    ['day', '10000-01-01', 'refused'],
    ['day', '2026-1-1', 'refused'],
    ['day', '2026-01-01T00:00:00Z', 'refused'],
    ['day', ' 2026-01-01 ', '2026-01-01'],
    ['day', '', null],
    ['moment', '2026-03-31T14:30:00Z', '2026-03-31T14:30:00.000Z'],
    ['moment', '2026-03-31t14:30:00.1239z', '2026-03-31T14:30:00.123Z'],
    ['moment', '2026-03-31 14:30:00+02:00', '2026-03-31T12:30:00.000Z'],
    ['moment', '2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['moment', '2026-03-31T14:30:00-09:30', '2026-04-01T00:00:00.000Z'],
    ['moment', '2026-03-31T14:30:00', 'refused'],
    ['moment', '2026-03-31', 'refused'],
    ['moment', '2026-02-31T00:00:00Z', 'refused'],
    ['moment', '2026-03-31T24:00:00Z', 'refused'],
    ['moment', '2016-12-31T23:59:60Z', 'refused'],
    ['moment', '2016-12-31T23:59:60.000Z', 'refused'],
    ['moment', '2026-02-31T00:00:00.000Z', 'refused'],
    ['moment', '0001-01-01T00:00:00+14:00', 'refused'],
    ['moment', '9999-12-31T23:59:59-14:00', 'refused'],
    ['moment', '2026-03-31T14:30:00+24:00', 'refused'],
    ['moment', 1774967400, 'refused'],
  ])('%s %j', (field, given, kept) => {
    expect(take(field, given)).toEqual(kept);
  });
});

describe('ratings, colours, times and durations', () => {
  it.each([
    ['stars', 5, 5],
    ['stars', 6, 'refused'],
    ['stars', 0, 'refused'],
    ['stars', 2.5, 'refused'],
    ['stars', '', null],
    ['three_stars', 4, 'refused'],
    ['brand', ' #1F6FEB ', '#1f6feb'],
    ['brand', '#abc', '#aabbcc'],
    ['brand', '1f6feb', '#1f6feb'],
    ['brand', 'red', 'refused'],
    ['brand', '#12345', 'refused'],
    ['brand', '', null],
    ['slot', '14:30', '14:30'],
    ['slot', '14:30:00', '14:30'],
    ['slot', '14:30:05', '14:30:05'],
    ['slot', '9:30', '09:30'],
    ['slot', '24:00', 'refused'],
    ['slot', '14:60', 'refused'],
    ['slot', '14', 'refused'],
    ['slot', 870, 'refused'],
    ['slot', ' ', null],
    ['span', 5400, 5400],
    ['span', 1.5, 2],
    ['span', -1, 'refused'],
    ['span', -0, 0],
    ['span', '1:30', 'refused'],
    ['span', 1e15, 'refused'],
    ['short_span', -60, -60],
    ['short_span', -61, 'refused'],
  ])('%s takes %j', (field, given, kept) => {
    expect(take(field, given)).toBe(kept);
  });

  it.each([
    ['stars', '★★★', 3],
    ['stars', '4', 4],
    ['stars', '4.5', 'refused'],
    ['slot', '9 am', '09:00'],
    ['slot', '12:15 a.m.', '00:15'],
    ['slot', '12 pm', '12:00'],
    ['slot', '13 pm', 'refused'],
    ['slot', '0930', '09:30'],
    ['slot', '9', 'refused'],
    ['span', '1h 30m', 5400],
    ['span', '1:30', 5400],
    ['span', '1:30:05', 5405],
    ['span', '1.5 hours', 5400],
    ['span', '1,5h', 5400],
    ['span', '90', 5400],
    ['span', '2 days 1 min', 172_860],
    ['span', '45s', 45],
    ['span', '1:75', 'refused'],
    ['span', 'soon', 'refused'],
    ['span', '', null],
    ['short_span', '-0:01', -60],
  ])('%s reads %j', (field, text, value) => {
    expect(read(field, text)).toBe(value);
  });
});

describe('markdown, code, tags and status', () => {
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ['plain_markdown', '\r\n\n    code first\r\nend  \n', '    code first\nend'],
    ['plain_markdown', 'e\u0301', 'é'],
    ['plain_markdown', ' \n ', null],
    ['script', '\n  if x:\r\n    y\n\n', '  if x:\n    y'],
    ['script', 'e\u0301', 'e\u0301'],
    ['script', 'a\u0000', 'refused'],
    ['script', 5, 'refused'],
    ['short_script', 'x'.repeat(10), 'refused'],
    ['words', ['  b ', 'a', 'b', ''], ['b', 'a']],
    ['words', ['two\n words'], ['two words']],
    ['words', [], null],
    ['words', [' '], null],
    ['words', ['a', 5], 'refused'],
    ['words', 'a', 'refused'],
    ['words', ['x'.repeat(101)], 'refused'],
    ['words', Array.from({ length: 201 }, (_, index) => `t${index}`), 'refused'],
    ['step', 'plain', 'plain'],
    ['step', 'old', 'refused'],
  ];
  it.each(rows)('%s takes %j', (field, given, kept) => {
    expect(take(field, given)).toEqual(kept);
  });

  it.each([
    ['words', 'b; a;b', ['b', 'a']],
    ['words', 'semi\\;colon\nnext', ['semi;colon', 'next']],
    ['words', ' ; ', null],
    ['step', 'PLAIN', 'plain'],
  ] as readonly (readonly [string, string, JsonValue])[])('%s reads %j', (field, text, value) => {
    expect(read(field, text)).toEqual(value);
  });

  it('a status knows what may follow', () => {
    expect(allowedNext(requireField('step'), 'plain')).toEqual(['old']);
    expect(allowedNext(requireField('step'), 'old')).toEqual([]);
    expect(allowedNext(requireField('step'), 'semi;colon')).toBeUndefined();
    expect(allowedNext(requireField('step'), null)).toBeUndefined();
    expect(allowedNext(requireField('choice'), 'plain')).toBeUndefined();
  });
});

describe('rich text', () => {
  it.each([
    ['<p>One <b>two</b></p>', '<p>One <b>two</b></p>'],
    ['<p>a</p><script>alert(1)</script>', '<p>a</p>'],
    ['<p onclick="x()" style="position:fixed">a</p>', '<p>a</p>'],
    ['<a href="javascript:alert(1)">a</a>', '<a>a</a>'],
    ['<a href=" java\nscript:alert(1)">a</a>', '<a>a</a>'],
    ['<a href="//evil.example">a</a>', '<a>a</a>'],
    ['<a href="https://example.com" target="x">a</a>', '<a href="https://example.com">a</a>'],
    ['<img src=x onerror=alert(1)>text', 'text'],
    ['<svg><g onload=alert(1)></g></svg>text', 'text'],
    ['<iframe src="https://evil.example">x</iframe>text', 'xtext'],
    ['<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>a', 'a'],
    ['<div>line</div>', '<p>line</p>'],
    ['<b>open', '<b>open</b>'],
    ['1 < 2 & 3', '1 &lt; 2 &amp; 3'],
    ['<p>  </p><p><br></p>', null],
    ['', null],
    ['<img src=x>', null],
    [5, 'refused'],
    ['a\u0000b', 'refused'],
    [`<p>${'x'.repeat(131_072)}</p>`, 'refused'],
  ])('takes %j', (given, kept) => {
    expect(take('story', given)).toBe(kept);
  });

  it('a great many open tags are no work', () => {
    const start = performance.now();
    take('story', '<b>'.repeat(40_000));
    take('story', '<p><b>'.repeat(9_000));
    take('story', '<'.repeat(131_000));
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('is shown to lists as its words', () => {
    expect(plainText('<p>One &amp; <b>two</b></p><ul><li>three</li><li>four</li></ul>')).toBe(
      'One & two three four',
    );
  });
});

describe('values of several parts', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ['contact', { last: ' Love  lace ', first: 'Ada', middle: '' }, { first: 'Ada', last: 'Love lace' }],
    ['contact', { first: ' ' }, null],
    ['contact', {}, null],
    ['contact', 'Ada Lovelace', 'refused'],
    ['contact', { first: 'Ada', nick: 'A' }, 'refused'],
    ['contact', { first: 5 }, 'refused'],
    ['contact', { first: 'x'.repeat(101) }, 'refused'],
    ['contact', { first: 'a\u0000' }, 'refused'],
    ['billing', { country: 'de', city: 'Berlin' }, { city: 'Berlin', country: 'DE' }],
    ['billing', { street: ' 1 High St \r\n\r\n Floor 2 ' }, { street: '1 High St\nFloor 2' }],
    ['billing', { country: 'ZZ' }, 'refused'],
    ['billing', { country: 'Germany' }, 'refused'],
    ['billing', { zip: '10115' }, 'refused'],
    ['term', { end: '2026-03-31', start: '2026-03-01' }, { start: '2026-03-01', end: '2026-03-31' }],
    ['term', { start: '2026-03-01', end: '2026-03-01' }, { start: '2026-03-01', end: '2026-03-01' }],
    ['term', { start: '2026-03-02', end: '2026-03-01' }, 'refused'],
    ['term', { start: '2026-03-01' }, 'refused'],
    ['term', { start: '2026-02-30', end: '2026-03-01' }, 'refused'],
    ['term', { start: null, end: null }, null],
    ['place', { longitude: 13.123456789, latitude: -0 }, { latitude: 0, longitude: 13.1234568 }],
    ['place', { latitude: 90.1, longitude: 0 }, 'refused'],
    ['place', { latitude: 1, longitude: -180.5 }, 'refused'],
    ['place', { latitude: 1 }, 'refused'],
    ['place', { latitude: '1', longitude: 2 }, 'refused'],
    ['place', [1, 2], 'refused'],
    ['anything', { a: null, b: [null] }, { a: null, b: [null] }],
    ['anything', 0, 0],
    ['anything', false, false],
    ['anything', {}, {}],
    ['anything', [], null],
    ['anything', '', null],
    ['anything', { 'a\u0000': 1 }, 'refused'],
    ['anything', ['\ud800'], 'refused'],
    ['anything', JSON.parse('[1e999]'), 'refused'],
    ['anything', deep(64), deep(64)],
    ['anything', deep(65), 'refused'],
    ['anything', 'x'.repeat(200_001), 'refused'],
    ['settings', { count: 3, note: null }, { count: 3, note: null }],
    ['settings', { count: -1 }, 'refused'],
    ['settings', { note: null }, 'refused'],
    ['settings', { count: 1, note: 'x' }, 'refused'],
    ['settings', 5, 'refused'],
  ];
  it.each(rows)('%s takes %j', (field, given, kept) => {
    expect(take(field, given)).toEqual(kept);
  });

  it('JSON of any depth is refused without a stack overflow', () => {
    let value: unknown = 1;
    for (let level = 0; level < 200_000; level++) value = [value];
    expect(
      checkValue(
        requireField('anything').type.canonicalise(value, requireField('anything')),
        requireField('anything'),
      ),
    ).toBeDefined();
  });

  it.each([
    [
      'contact',
      'Dr. Ada Maria Lovelace Jr.',
      { salutation: 'Dr.', first: 'Ada', middle: 'Maria', last: 'Lovelace', suffix: 'Jr.' },
    ],
    ['contact', 'Lovelace, Ada', { first: 'Ada', last: 'Lovelace' }],
    ['contact', 'van der Berg, Jan Piet', { first: 'Jan', middle: 'Piet', last: 'van der Berg' }],
    ['contact', 'Plato', { last: 'Plato' }],
    ['contact', ';Ada;;Love\\;lace;', { first: 'Ada', last: 'Love;lace' }],
    ['contact', 'a;b;c;d;e;f', 'refused'],
    ['contact', '  ', null],
    [
      'billing',
      '1 High St;Leeds;;LS1 1AA;gb',
      { street: '1 High St', city: 'Leeds', postal_code: 'LS1 1AA', country: 'GB' },
    ],
    ['billing', 'High Street, Leeds', 'refused'],
    ['term', '2026-03-01/2026-03-31', { start: '2026-03-01', end: '2026-03-31' }],
    ['term', '2026-03-01 - 2026-03-31', { start: '2026-03-01', end: '2026-03-31' }],
    ['term', '2026-03-01', { start: '2026-03-01', end: '2026-03-01' }],
    ['term', '2026-03-31/2026-03-01', 'refused'],
    ['term', 'March', 'refused'],
    ['place', '52.5163, 13.3777', { latitude: 52.5163, longitude: 13.3777 }],
    ['place', '-33.9° , 18.4°', { latitude: -33.9, longitude: 18.4 }],
    ['place', '91, 0', 'refused'],
    ['place', 'Berlin', 'refused'],
    ['anything', '{"a": null}', { a: null }],
    ['anything', '{a: 1}', 'refused'],
    ['anything', '[1e999]', 'refused'],
  ] as readonly (readonly [string, string, JsonValue])[])('%s reads %j', (field, text, value) => {
    expect(read(field, text)).toEqual(value);
  });

  it.each([
    [
      'contact',
      { salutation: 'Dr.', first: 'Ada', last: 'Lovelace' },
      'Dr. Ada Lovelace',
      'Dr. Lovelace Ada',
    ],
    [
      'billing',
      { street: '1 Ring', city: 'Wien', postal_code: '1010', country: 'AT' },
      '1 Ring, 1010 Wien, Austria',
      '1 Ring, 1010 Wien, オーストリア',
    ],
    [
      'billing',
      { city: 'Austin', state: 'TX', postal_code: '73301', country: 'US' },
      'Austin, TX 73301, United States',
      'Austin, TX 73301, アメリカ合衆国',
    ],
    [
      'term',
      { start: '2026-03-01', end: '2026-03-31' },
      '1 Mar 2026 – 31 Mar 2026',
      '2026/03/01 – 2026/03/31',
    ],
    ['place', { latitude: -33.9, longitude: 18.4 }, '33.9° S, 18.4° E', '33.9° S, 18.4° E'],
  ] as const)('%s shows %j', (name, value, british, japanese) => {
    const field = requireField(name);
    const display = { timeZone: 'UTC', currency: 'EUR' };
    expect(field.type.display(value, field, { ...display, locale: 'en-GB' })).toBe(british);
    expect(field.type.display(value, field, { ...display, locale: 'ja-JP' })).toBe(japanese);
  });

  it('the order of keys is no difference, as PostgreSQL keeps none', () => {
    const { isEqual } = requireField('anything').type;
    expect(isEqual({ a: 1, b: [{ c: null, d: 2 }] }, { b: [{ d: 2, c: null }], a: 1 })).toBe(true);
    expect(isEqual({ a: 1 }, { a: 1, b: null })).toBe(false);
    expect(isEqual([1, 2], [2, 1])).toBe(false);
  });
});

describe('e-mail, phone and link', () => {
  it.each([
    ['email', ' Ann.Lee@Example.COM ', 'ann.lee@example.com'],
    ['email', 'ann+tag@mail.example.co.uk', 'ann+tag@mail.example.co.uk'],
    ['email', 'jörg@münchen.de', 'jörg@münchen.de'],
    ['email', 'ann@example', 'refused'],
    ['email', 'ann@@example.com', 'refused'],
    ['email', 'ann @example.com', 'refused'],
    ['email', 'Ann <ann@example.com>', 'refused'],
    ['email', `${'a'.repeat(65)}@example.com`, 'refused'],
    ['email', 'ann@example..com', 'refused'],
    ['phone', '+49 (30) 123-4567', '+49301234567'],
    ['phone', 'tel:+49-30-1234567', '+49301234567'],
    ['phone', '+49 30 1234567 ext. 12', '+49301234567 x12'],
    ['phone', '030 1234567', '030 1234567'],
    ['phone_de', '030 1234567', '+49301234567'],
    ['phone_de', '+1 212 555 0123', '+12125550123'],
    ['phone', '1234', 'refused'],
    ['phone', '12345', '12345'],
    ['phone', 'call +49 30 1234567 after five', 'refused'],
    ['phone', 'no number', 'refused'],
    ['phone', '1'.repeat(41), 'refused'],
    ['link', 'https://example.com/a?b#c', 'https://example.com/a?b#c'],
    ['link', 'HTTPS://example.com', 'https://example.com'],
    ['link', 'example.com/path', 'https://example.com/path'],
    ['link', 'example.com:8080', 'https://example.com:8080'],
    ['link', 'mailto:ann@example.com', 'mailto:ann@example.com'],
    ['link', 'tel:+49301234567', 'tel:+49301234567'],
    ['link', 'javascript:alert(1)', 'refused'],
    ['link', 'JaVaScRiPt:alert(1)', 'refused'],
    ['link', ' \tjavascript:alert(1)', 'refused'],
    ['link', 'java\nscript:alert(1)', 'refused'],
    ['link', 'data:text/html,<script>', 'refused'],
    ['link', 'vbscript:x', 'refused'],
    ['link', 'file:///etc/passwd', 'refused'],
    ['link', '//example.com', 'refused'],
    ['link', 'https://', 'refused'],
    ['link', 'https://exa mple.com', 'refused'],
    ['link', 'example', 'refused'],
  ])('%s %j', (field, given, kept) => {
    expect(take(field, given)).toEqual(kept);
  });
});

describe('choices and links', () => {
  const id = '0198c0de-0000-7000-8000-000000000001';
  const rows: readonly (readonly [string, unknown, unknown])[] = [
    ['choice', 'plain', 'plain'],
    ['choice', 'Plain', 'refused'],
    ['choice', 'old', 'refused'],
    ['choice', '', null],
    ['choices', ['plain', 'plain'], ['plain']],
    ['choices', [], null],
    ['choices', ['none'], 'refused'],
    ['choices', 'plain', 'refused'],
    ['link_to', id.toUpperCase(), id],
    ['link_to', 'x', 'refused'],
    ['link_to', { object: 'thing', id }, 'refused'],
    ['either', { object: 'thing', id: ` ${id} ` }, { object: 'thing', id }],
    ['either', { object: 'user', id }, 'refused'],
    ['either', { object: 'thing', id, more: 1 }, 'refused'],
    ['either', id, 'refused'],
    ['things', null, []],
    ['things', [id, id.toUpperCase()], [id]],
    ['things', ['x'], 'refused'],
    ['active', null, null],
    ['active', 'true', 'refused'],
  ];
  it.each(rows)('%s %j', (field, given, kept) => {
    expect(take(field, given)).toEqual(kept);
  });

  it.each([
    ['choice', 'PLAIN', 'plain'],
    ['choice', 'Semi; colon', 'semi;colon'],
    ['choices', 'plain; Back \\ slash', ['plain', 'back\\slash']],
    ['choices', 'plain;none', 'refused'],
    ['either', `thing:${id}`, { object: 'thing', id }],
    ['either', id, 'refused'],
    ['active', 'Yes', true],
    ['active', '0', false],
    ['active', 'maybe', 'refused'],
  ] as readonly (readonly [string, string, JsonValue])[])('%s reads %j', (field, text, value) => {
    expect(read(field, text)).toEqual(value);
  });
});

describe('T7 no expression takes more than linear time', () => {
  /** Text that makes a careless expression try every way to split it. */
  const seeds: readonly ((size: number) => string)[] = [
    (size) => `${'a.'.repeat(size)}@ `,
    (size) => `${'1'.repeat(size)}x`,
    (size) => `${'1,234'.repeat(size)}x`,
    (size) => `a@${'a.'.repeat(size)}`,
    (size) => `${'a@'.repeat(size)}`,
    (size) => `${' '.repeat(size)}x${' '.repeat(size)}x`,
    (size) => `${'-'.repeat(size)}1`,
    (size) => `%${' '.repeat(size)}%x`,
    (size) => `${'plain;'.repeat(size)}x`,
    (size) => '\\'.repeat(size),
    (size) => `https://${'/'.repeat(size)} `,
    (size) => `2026-03-31T14:30:00.${'1'.repeat(size)}`,
  ];
  const names = [
    'name',
    'notes',
    'email',
    'phone',
    'link',
    'count',
    'price',
    'share',
    'day',
    'moment',
    'choice',
    'choices',
    'link_to',
    'either',
    'things',
    'active',
    'stars',
    'brand',
    'slot',
    'span',
    'plain_markdown',
    'script',
    'words',
    'step',
    'story',
    'contact',
    'billing',
    'term',
    'place',
    'anything',
  ];

  /** The least of three times, since another process can only make one longer. */
  function time(work: () => void): number {
    return Math.min(
      ...[1, 2, 3].map(() => {
        const start = performance.now();
        work();
        return performance.now() - start;
      }),
    );
  }

  it.each(names)('%s', (name) => {
    const field = requireField(name);
    for (const seed of seeds) {
      // Doubling the input must not make it four times as long, over eight doublings; an expression that goes back
      // and forth would not end. What takes no time at all has no ratio to speak of.
      const [short, long] = [2 ** 8, 2 ** 16].map((size) =>
        time(() => {
          const text = seed(size);
          checkValue(field.type.canonicalise(text, field), field);
          field.type.parseText(text, field);
        }),
      ) as [number, number];
      if (long > 50)
        expect([name, seed(2), long / Math.max(short, 0.05)]).toSatisfy(
          ([, , ratio]) => (ratio as number) < 2 ** 12,
        );
    }
  });
});
