import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpProblem } from '../src/http-problem.ts';
import { readIfMatch } from '../src/if-match.ts';
import { findFault, MAX_DEPTH, parseJsonBody } from '../src/json-body.ts';
import { createRateLimit } from '../src/rate-limit.ts';
import { requestIdOf } from '../src/request-id.ts';
import { createRouteTable } from '../src/route-table.ts';
import { csvLine } from '../src/routes/transfer.ts';
import { isSameOrigin } from '../src/same-origin.ts';
import { readSessionCookie, sessionCookie } from '../src/session-cookie.ts';
import {
  anything,
  flag,
  jsonParameter,
  names,
  namesParameter,
  oneOf,
  readBody,
  readParameters,
  whole,
  wholeParameter,
} from '../src/shape.ts';

const problemOf = (work: () => unknown): HttpProblem => {
  try {
    work();
  } catch (error) {
    return error as HttpProblem;
  }
  throw new Error('Nothing was refused.');
};

describe('a JSON body', () => {
  const parse = (text: string | Buffer) => parseJsonBody(Buffer.from(text as string));

  it.each([
    ['{"a": 1,}', 1, 9, 'A comma is followed by nothing'],
    ['{\n  "a" 1}', 2, 7, 'A colon is expected'],
    ["{'a': 1}", 1, 2, 'A property name in double quotes is expected'],
    ['{"a": undefined}', 1, 7, 'A value is expected'],
    ['{"a": "b', 1, 7, 'A string is not closed'],
    ['{"a": "\t"}', 1, 8, 'A string holds a control character'],
    ['{"a": "\\x"}', 1, 8, 'A backslash escapes nothing known'],
    ['[1 2]', 1, 4, 'A comma or ] is expected'],
    ['{"a": 01}', 1, 7, 'A value is expected'],
    ['[1', 1, 3, 'The text ends too early'],
    ['{}{}', 1, 3, 'Something follows the end of the JSON'],
    ['   ', 1, 4, 'The text is empty'],
    ['NaN', 1, 1, 'A value is expected'],
  ])('that is %j is refused at %i:%i', (text, line, column, message) => {
    const { code, details, errors } = problemOf(() => parse(text));
    expect(code).toBe('malformed_json');
    expect(details).toMatchObject({ line, column });
    expect(errors[0]!.message).toContain(message);
  });

  it('is never repeated in the refusal', () => {
    expect(problemOf(() => parse('{"password": hunter2hunter2}')).message).not.toContain('hunter2');
  });

  it('that is not UTF-8, nests too deeply or hides a prototype is refused', () => {
    expect(problemOf(() => parse(Buffer.from([0x22, 0xff, 0x22]))).message).toContain('UTF-8');
    expect(problemOf(() => parse('['.repeat(100_000))).message).toContain('deeper than 200');
    expect(problemOf(() => parse('{"a": [{"__proto__": {"admin": true}}]}')).message).toContain('__proto__');
    expect(problemOf(() => parse('{"\\u005f_proto__": 1}')).message).toContain('__proto__');
    expect(parse(`${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`)).toBeDefined();
    expect(parse('{"note": "__proto__", "brackets": "[[[["}')).toEqual({
      note: '__proto__',
      brackets: '[[[[',
    });
  });

  it('may begin with a byte order mark', () => {
    expect(parse('\ufeff{"a": 1}')).toEqual({ a: 1 });
  });

  it('property: whatever JSON.parse refuses has a fault that is found within the text', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '}', '"', 'x', '\\', '\u0001', '1'),
        (json, at, noise) => {
          const position = at % (json.length + 1);
          const broken = json.slice(0, position) + noise + json.slice(position + 1);
          try {
            JSON.parse(broken);
          } catch {
            const fault = findFault(broken);
            expect(fault.message).not.toBe('The JSON can’t be read');
            expect(fault.position).toBeLessThanOrEqual(broken.length);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('the shape of a request', () => {
  const shape = {
    filter: anything,
    fields: names,
    limit: whole,
    deleted: flag,
    count: oneOf('none', 'exact'),
  };

  it('is read property by property, null standing for absence', () => {
    expect(readBody({ fields: 'a, b', limit: 5, deleted: null }, shape)).toEqual({
      fields: ['a', 'b'],
      limit: 5,
    });
  });

  it('is refused with all faults and a hint for a misspelt name', () => {
    const { code, errors } = problemOf(() =>
      readBody({ limt: 5, limit: 1.5, deleted: 'yes', count: 'some' }, shape),
    );
    expect(code).toBe('invalid_input');
    expect(errors).toEqual([
      expect.objectContaining({ code: 'unknown_property', pointer: '/limt', hint: 'Did you mean `limit`?' }),
      expect.objectContaining({ pointer: '/limit', message: '`limit` must be a whole number.' }),
      expect.objectContaining({ pointer: '/deleted' }),
      expect.objectContaining({ pointer: '/count', message: '`count` must be one of `none`, `exact`.' }),
    ]);
  });

  it('of very many faults is refused without telling all of them', () => {
    const body = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, 1]));
    expect(problemOf(() => readBody(body, shape)).errors).toHaveLength(100);
  });

  it.each([[[]], ['text'], [null], [5]])('is refused when the body is %j', (body) => {
    expect(problemOf(() => readBody(body, shape)).code).toBe('invalid_input');
  });

  it('does not take inherited names for properties', () => {
    expect(problemOf(() => readBody({ constructor: 1 }, shape)).errors[0]!.code).toBe('unknown_property');
  });

  it('of a query string is read from texts', () => {
    const parameters = { filter: jsonParameter, fields: namesParameter, limit: wholeParameter };
    expect(readParameters({ filter: '{"a":1}', fields: 'a,b.c', limit: '7' }, parameters)).toEqual({
      filter: { a: 1 },
      fields: ['a', 'b.c'],
      limit: 7,
    });
    expect(problemOf(() => readParameters({ limit: ['1', '2'] }, parameters)).code).toBe('invalid_query');
    expect(problemOf(() => readParameters({ filter: '{' }, parameters))).toMatchObject({
      code: 'malformed_json',
      errors: [{ pointer: '/filter' }],
    });
  });
});

describe('headers', () => {
  it.each([
    [undefined, undefined],
    ['*', undefined],
    ['7', 7],
    ['"7"', 7],
    ['W/"7"', 7],
    [' "12" ', 12],
  ])('If-Match %j means version %j', (header, version) => expect(readIfMatch(header)).toBe(version));

  it.each(['"7', 'seven', '"1", "2"', '-1', '1.5', ''])('If-Match %j is refused', (header) => {
    expect(problemOf(() => readIfMatch(header)).code).toBe('malformed_request');
  });

  it('X-Request-Id is honoured when it is sane', () => {
    expect(requestIdOf({ 'x-request-id': 'abc-123.4:5_6' })).toBe('abc-123.4:5_6');
    for (const bad of ['a', 'x'.repeat(101), 'a b c d', 'новый-id', '{"a":1}', ['a', 'b']]) {
      expect(requestIdOf({ 'x-request-id': bad as string })).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('the cookie is found among others and only in its own form', () => {
    const token = 'A'.repeat(43);
    const read = (cookie: string | undefined, protocol: 'http' | 'https' = 'http', publicUrl?: URL) =>
      readSessionCookie({ protocol, headers: cookie === undefined ? {} : { cookie } }, publicUrl);
    expect(read(`a=b; trellis_session=${token}; c=d`)).toBe(token);
    expect(read(`xtrellis_session=${token}`)).toBeUndefined();
    expect(read('trellis_session=short')).toBeUndefined();
    expect(read(undefined)).toBeUndefined();
    // Where browsers speak TLS, only what they keep for this host alone; where nobody knows, that first.
    const other = 'B'.repeat(43);
    const both = `trellis_session=${other}; __Host-trellis_session=${token}`;
    expect([read(both), read(both, 'https'), read(both, 'http', new URL('https://a'))]).toEqual([
      token,
      token,
      token,
    ]);
    expect(read(`trellis_session=${other}`, 'https')).toBeUndefined();
    expect(read(`trellis_session=${other}`, 'http', new URL('https://a'))).toBeUndefined();
  });

  it('the cookie is Secure behind TLS', () => {
    const options = { publicUrl: undefined, maxAgeSeconds: 60 };
    const plain = sessionCookie('t', { protocol: 'http', headers: {} }, options);
    expect(plain).toBe('trellis_session=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax');
    expect(sessionCookie('t', { protocol: 'https', headers: {} }, options)).toBe(`__Host-${plain}; Secure`);
    expect(sessionCookie('t', { protocol: 'http', headers: { origin: 'https://a' } }, options)).toContain(
      'Secure',
    );
    expect(
      sessionCookie('t', { protocol: 'http', headers: {} }, { ...options, publicUrl: new URL('https://a') }),
    ).toContain('Secure');
  });

  const asked = (origin: string | undefined, host: string, protocol: 'http' | 'https' = 'http') =>
    ({ method: 'POST', headers: origin === undefined ? {} : { origin }, host, protocol }) as const;
  it.each([
    ['http://crm.test', 'crm.test', 'http', true],
    ['http://crm.test:80', 'crm.test', 'http', true],
    ['http://crm.test:3000', 'crm.test:3000', 'http', true],
    ['https://crm.test', 'crm.test', 'http', true],
    ['https://crm.test', 'crm.test:443', 'https', true],
    ['http://crm.test', 'crm.test', 'https', false],
    ['http://evil.test', 'crm.test', 'http', false],
    ['http://crm.test.evil.test', 'crm.test', 'http', false],
    ['http://crm.test:4000', 'crm.test:3000', 'http', false],
    ['null', 'crm.test', 'http', false],
    ['chrome-extension://crm.test', 'crm.test', 'http', false],
    [undefined, 'crm.test', 'http', false],
    ['http://crm.test', '', 'http', false],
  ] as const)('Origin %j at %j over %s: %j', (origin, host, protocol, expected) => {
    expect(isSameOrigin(asked(origin, host, protocol), undefined)).toBe(expected);
  });

  it('the public URL is an own origin whatever the host says', () => {
    expect(isSameOrigin(asked('https://crm.test', '10.0.0.7:3000'), new URL('https://crm.test'))).toBe(true);
    expect(isSameOrigin(asked('https://evil.test', '10.0.0.7:3000'), new URL('https://crm.test'))).toBe(
      false,
    );
  });
});

describe('the rate limit', () => {
  it('lets a minute’s allowance through at once, then so many a minute', () => {
    let clock = 0;
    const limit = createRateLimit(60, () => clock);
    for (let round = 0; round < 60; round += 1) limit.take('ada');
    expect(problemOf(() => limit.take('ada'))).toMatchObject({
      code: 'rate_limited',
      headers: { 'retry-after': '1' },
    });
    limit.take('bob');
    clock = 1000;
    limit.take('ada');
    expect(problemOf(() => limit.take('ada')).code).toBe('rate_limited');
  });
});

it('the route table knows the methods of an address', () => {
  const table = createRouteTable();
  table.add(['GET', 'HEAD'], '/records/:object');
  table.add('POST', '/records/:object');
  table.add('GET', '/openapi.json');
  expect(table.methodsOf('/records/deal')).toEqual(['GET', 'HEAD', 'POST']);
  expect(table.methodsOf('/records/deal/1')).toEqual([]);
  expect(table.methodsOf('/openapiXjson')).toEqual([]);
});

it('a line of CSV quotes what needs it', () => {
  expect(csvLine(['a', 'b,c', 'say "x"', 'two\nlines', ''])).toBe('a,"b,c","say ""x""","two\nlines",\r\n');
});
