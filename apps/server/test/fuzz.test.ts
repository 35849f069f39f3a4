/** Whatever is sent to whichever door, the answer is a success or a problem document, and never the server's mistake. */
import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { SAMPLE_COMPONENTS } from './sample-components.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let id: string;
beforeAll(async () => {
  server = await startTestServer({ components: SAMPLE_COMPONENTS });
  id = (await server.client.create('gadget', { name: 'Target', amount: 1 })).id;
});
afterAll(() => server.stop());

/** Words of the API, so that the fuzz gets past the first check. */
const word = fc.constantFrom(
  ...[
    'name',
    'code',
    'amount',
    'ready_on',
    'is_hot',
    'stage',
    'maker',
    'maker.name',
    'owner',
    'owner.name',
    'id',
  ],
  ...[
    'version',
    'and',
    'or',
    'not',
    '!',
    '==',
    '>',
    'in',
    'var',
    'contains',
    'period',
    'starts_with',
    'is_blank',
  ],
  ...[
    'filter',
    'sort',
    'fields',
    'limit',
    'after',
    'count',
    'group_by',
    'measures',
    'function',
    'field',
    'operation',
  ],
  ...[
    'records',
    'key',
    'create',
    'upsert',
    'sum',
    'day',
    'components',
    'kind',
    'object',
    'body',
    'label',
    'type',
  ],
  ...[
    'text',
    'lookup',
    'to',
    'options',
    'deletions',
    'renames',
    'from',
    'expression',
    'gadget',
    'gadget.name',
  ],
);
const scalar = fc.oneof(
  word,
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    '',
    '2026-02-30',
    '2026-01-01',
    '\u0000',
    '%',
    "'",
    '\ud800',
  ),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof({ weight: 5, arbitrary: word }, { weight: 1, arbitrary: fc.string({ maxLength: 6 }) }),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;
const object = fc.dictionary(word, json, { maxKeys: 5 });

const door = fc.constantFrom<readonly [string, string]>(
  ['POST', '/records/gadget'],
  ['POST', '/records/gadget?dry_run=true'],
  ['PATCH', '/records/gadget/{id}'],
  ['POST', '/records/gadget/query'],
  ['POST', '/records/gadget/aggregate'],
  ['POST', '/records/gadget/batch'],
  ['POST', '/metadata/plan'],
  ['POST', '/metadata/expression'],
  ['POST', '/users'],
  ['POST', '/workspaces'],
  ['POST', '/auth/login'],
);

async function send(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await server.client.exchange(method, path.replace('{id}', id), body);
  if (answer.status >= 500) {
    throw new Error(
      `${method} ${path} ${JSON.stringify(body)} → ${answer.status} ${JSON.stringify(answer.body)}`,
    );
  }
  const isProblem = (answer.body as { code?: unknown } | undefined)?.code !== undefined;
  if (answer.status >= 400 && !isProblem)
    throw new Error(`${method} ${path} → ${answer.status} without a problem`);
}

it('random bodies', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      door,
      fc.oneof({ weight: 4, arbitrary: object }, { weight: 1, arbitrary: json }),
      ([method, path], body) => send(method, path, body),
    ),
    { numRuns: 600 },
  );
});

it('random filters, sorts and fields', { timeout: 120_000 }, async () => {
  const query = fc.record(
    {
      filter: json,
      sort: fc.array(word, { maxLength: 3 }),
      fields: fc.array(word, { maxLength: 3 }),
      limit: fc.integer(),
      after: scalar,
      search: fc.string({ unit: 'binary' }),
      count: fc.constantFrom('exact', 'capped', 'none', 'estimate'),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(query, (body) => send('POST', '/records/gadget/query', body)),
    { numRuns: 500 },
  );
});

it('random query strings and paths', { timeout: 120_000 }, async () => {
  const text = fc.oneof(
    word,
    fc.string({ unit: 'binary', maxLength: 8 }).map((each) => encodeURIComponent(each.toWellFormed())),
  );
  const pair = fc.tuple(text, text).map(([name, value]) => `${name}=${value}`);
  const path = fc.constantFrom(
    '/records/gadget',
    '/records/gadget/{id}',
    '/records/gadget/{id}/history',
    '/records/gadget/export',
    '/search',
    '/metadata',
    '/access/explain',
    '/describe',
  );
  const query = fc
    .tuple(path, fc.array(pair, { maxLength: 3 }))
    .map(([start, pairs]) => `${start}?${pairs.join('&')}`);
  const odd = fc.array(text, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
  await fc.assert(
    fc.asyncProperty(fc.oneof(query, odd), (each) => send('GET', each)),
    { numRuns: 400 },
  );
});
