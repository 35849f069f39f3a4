/**
 * The matrix: random organisations, and every door of the route table asked by everybody with every record. Each value
 * that is stored is a word of its own, so that whatever an answer tells can be traced to a record and a field; which
 * words a person may read at all is worked out by a naive reading of packages/access/SPEC.md that imports nothing of
 * what decides. A door that is made tomorrow stands in the matrix by itself, or in `OUTSIDE`, which may only shrink.
 */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './start-test-server.ts';

/** Doors that the sweep does not open, each with the reason. */
const OUTSIDE: Readonly<Record<string, string>> = {
  'GET /events': 'never ends; events.test.ts listens as several people',
  'POST /auth/logout': 'would end the session that asks',
  'DELETE /me/sessions': 'ends sessions',
};
const OUTSIDE_AT_MOST = 3;

// --- the world -------------------------------------------------------------------------------------------------------

const OBJECTS = ['client', 'deal', 'line'] as const;
type ObjectName = (typeof OBJECTS)[number];
const FIELDS = ['name', 'code', 'note'] as const;
type FieldName = (typeof FIELDS)[number];
const ACTIONS = ['update', 'delete', 'export', 'create', 'view_all', 'modify_all'] as const;
const ROLES = ['r0', 'r1', 'r2', 'r3'];
/** Of each role the one above it. */
const ABOVE = [null, 0, 1, 0] as const;
const SETS = ['s0', 's1', 's2'];
/** The last one customises and manages people, besides what the sets grant. */
const USERS = [0, 1, 2, 3, 4];
const BUILDER = 4;

type Right = 'none' | 'read' | 'update';
interface Grant {
  readonly actions: readonly (typeof ACTIONS)[number][];
  readonly defaultField: Right;
  readonly fields: Partial<Readonly<Record<FieldName, Right>>>;
}
interface World {
  readonly sharing: { readonly client: string; readonly deal: string };
  readonly sets: readonly Readonly<Record<ObjectName, Grant | null>>[];
  readonly users: readonly { readonly role: number | null; readonly sets: readonly number[] }[];
  /** Deals owned by people of one role, or of clients that one person owns, shared with another role. */
  readonly rule: { readonly of: number; readonly to: number; readonly clientOf: number | null } | null;
  /** Deals shared by hand. */
  readonly shares: readonly { readonly deal: number; readonly to: number }[];
  readonly clients: readonly { readonly owner: number }[];
  readonly deals: readonly { readonly owner: number; readonly client: number; readonly isGone: boolean }[];
}

const right = fc.constantFrom<Right>('none', 'read', 'update');
const grant: fc.Arbitrary<Grant | null> = fc.option(
  fc.record({
    actions: fc.oneof(
      { weight: 5, arbitrary: fc.subarray(['update', 'delete', 'export', 'create'] as const) },
      { weight: 1, arbitrary: fc.subarray([...ACTIONS]) },
    ),
    defaultField: right,
    fields: fc.record({ name: right, code: right, note: right }, { requiredKeys: [] }),
  }),
  { freq: 5 },
);
const owner = fc.constantFrom(...USERS);
const world: fc.Arbitrary<World> = fc.record({
  sharing: fc.record({
    client: fc.constantFrom('private', 'private', 'read'),
    deal: fc.constantFrom('private', 'private', 'private', 'read'),
  }),
  sets: fc.array(fc.record({ client: grant, deal: grant, line: grant }), { minLength: 3, maxLength: 3 }),
  users: fc.array(
    fc.record({
      role: fc.option(fc.nat({ max: 3 }), { freq: 5 }),
      sets: fc.subarray([0, 1, 2], { minLength: 1 }),
    }),
    { minLength: 5, maxLength: 5 },
  ),
  rule: fc.option(
    fc.record({ of: fc.nat({ max: 3 }), to: fc.nat({ max: 3 }), clientOf: fc.option(owner, { freq: 2 }) }),
  ),
  shares: fc.array(fc.record({ deal: fc.nat({ max: 3 }), to: owner }), { maxLength: 3 }),
  clients: fc.array(fc.record({ owner }), { minLength: 2, maxLength: 2 }),
  deals: fc.array(
    fc.record({ owner, client: fc.nat({ max: 1 }), isGone: fc.constantFrom(false, false, false, true) }),
    { minLength: 4, maxLength: 5 },
  ),
});

// --- the naive reading -----------------------------------------------------------------------------------------------

interface Fact {
  readonly id: string;
  readonly object: ObjectName;
  readonly owner: number;
  readonly parent: Fact | undefined;
  readonly isGone: boolean;
  readonly sharedWith: readonly number[];
  /** Who owns the client of a deal. */
  readonly clientOf?: number;
  /** By field: a word that stands nowhere else. */
  readonly words: Readonly<Record<FieldName, string>>;
}

const grantsOf = (given: World, who: number, object: ObjectName) =>
  given.users[who]!.sets.flatMap((each) => given.sets[each]![object] ?? []);
const may = (given: World, who: number, object: ObjectName, action: Grant['actions'][number]) =>
  grantsOf(given, who, object).some((each) => each.actions.includes(action));
const readsField = (given: World, who: number, object: ObjectName, field: FieldName) =>
  grantsOf(given, who, object).some((each) => (each.fields[field] ?? each.defaultField) !== 'none');
const isAbove = (upper: number | null, lower: number | null): boolean => {
  if (upper === null || lower === null) return false;
  const next = ABOVE[lower] ?? null;
  return next !== null && (next === upper || isAbove(upper, next));
};
function sees(given: World, who: number, fact: Fact): boolean {
  const { users, rule, sharing } = given;
  if (grantsOf(given, who, fact.object).length === 0) return false;
  if (may(given, who, fact.object, 'view_all') || may(given, who, fact.object, 'modify_all')) return true;
  if (fact.parent) return sees(given, who, fact.parent);
  if (sharing[fact.object as 'deal'] === 'read') return true;
  const [mine, theirs] = [users[who]!.role, users[fact.owner]!.role];
  if (who === fact.owner || isAbove(mine, theirs)) return true;
  const isMeant =
    rule !== null && (rule.clientOf === null ? rule.of === theirs : rule.clientOf === fact.clientOf);
  const byRule = fact.object === 'deal' && isMeant && rule.to === mine;
  return byRule || fact.sharedWith.includes(who);
}
const wordsOf = (given: World, who: number, facts: readonly Fact[], fields: readonly FieldName[] = FIELDS) =>
  facts
    .filter((fact) => sees(given, who, fact))
    .flatMap((fact) =>
      fields.filter((each) => readsField(given, who, fact.object, each)).map((each) => fact.words[each]),
    );

// --- the world made real ---------------------------------------------------------------------------------------------

const PASSWORD = 'a password of length';
let server: TestServer;
const userIds: string[] = [];
const cookies: string[] = [];

const labelled = (kind: string, name: string, body: object) => ({
  kind,
  name,
  body: { label: name, ...body },
});
const objectOf = (name: string, sharing: string) =>
  labelled('object', name, { plural_label: `${name}s`, name_field: 'name', sharing });

beforeAll(async () => {
  server = await startTestServer({
    components: [
      objectOf('client', 'private'),
      objectOf('deal', 'private'),
      objectOf('line', 'parent'),
      ...OBJECTS.flatMap((object) => [
        labelled('field', `${object}.name`, { type: 'text', searchable: true }),
        labelled('field', `${object}.code`, { type: 'text', unique: true }),
        labelled('field', `${object}.note`, { type: 'text', searchable: true }),
      ]),
      labelled('field', 'deal.client', { type: 'lookup', to: 'client', reverse_name: 'deals' }),
      labelled('field', 'line.deal', { type: 'lookup', to: 'deal', parent: true, reverse_name: 'lines' }),
      labelled('permission_set', 'builder', { system: ['customise', 'manage_users', 'api'] }),
    ] as never,
  });
  for (const who of USERS) {
    const email = `u${who}@example.com`;
    const made = await server.client.exchange('POST', '/users', {
      email,
      name: `u${who}`,
      password: PASSWORD,
    });
    userIds.push((made.body as { id: string }).id);
    const signedIn = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    cookies.push(signedIn.headers.getSetCookie()[0]!.split(';')[0]!);
  }
}, 120_000);
afterAll(() => server?.stop());

async function publish(given: World): Promise<void> {
  const ruleName = 'deal.between_roles';
  const hasRule = given.rule !== null && given.sharing.deal === 'private';
  const components = [
    ...ROLES.map((name, index) =>
      labelled('role', name, ABOVE[index] === null ? {} : { parent: ROLES[ABOVE[index]!] }),
    ),
    ...SETS.map((name, index) =>
      labelled('permission_set', name, {
        objects: Object.fromEntries(
          Object.entries(given.sets[index]!).flatMap(([object, each]) =>
            each
              ? [
                  [
                    object,
                    {
                      read: true,
                      ...Object.fromEntries(each.actions.map((action) => [action, true])),
                      default_field: each.defaultField,
                      fields: each.fields,
                    },
                  ],
                ]
              : [],
          ),
        ),
      }),
    ),
    objectOf('client', given.sharing.client),
    objectOf('deal', given.sharing.deal),
    ...(hasRule
      ? [
          labelled('sharing_rule', ruleName, {
            ...(given.rule!.clientOf === null
              ? { owned_by: { role: ROLES[given.rule!.of] } }
              : { when: { '==': [{ var: 'client.owner_id' }, userIds[given.rule!.clientOf]] } }),
            share_with: [{ role: ROLES[given.rule!.to] }],
            access: 'read',
          }),
        ]
      : []),
  ];
  const isThere = (await server.client.exchange('GET', `/metadata/sharing_rule/${ruleName}`)).status === 200;
  const deletions = isThere && !hasRule ? [{ kind: 'sharing_rule', name: ruleName }] : [];
  await server.client.publish({ components, deletions } as never);
  for (const [index, { role, sets }] of given.users.entries())
    await server.client.updateUser(userIds[index]!, {
      role: role === null ? null : ROLES[role]!,
      permission_sets: [...sets.map((each) => SETS[each]!), ...(index === BUILDER ? ['builder'] : [])],
    } as never);
}

async function seed(given: World): Promise<readonly Fact[]> {
  const facts: Fact[] = [];
  const make = async (
    object: ObjectName,
    fact: Omit<Fact, 'id' | 'object' | 'words'>,
    links: object = {},
  ): Promise<Fact> => {
    const word = () => `zq${randomBytes(5).toString('hex')}`;
    const words = { name: word(), code: word(), note: word() };
    const record = await server.client.create(object, {
      ...words,
      ...links,
      owner_id: userIds[fact.owner]!,
    } as never);
    const made = { ...fact, id: String(record.id), object, words };
    facts.push(made);
    return made;
  };
  const base = { parent: undefined, isGone: false, sharedWith: [] };
  const clients: Fact[] = [];
  for (const { owner: of } of given.clients) clients.push(await make('client', { ...base, owner: of }));
  for (const [index, { owner: of, client, isGone }] of given.deals.entries()) {
    const canShare = (to: number) => to !== of;
    const sharedWith = given.shares
      .filter(({ deal, to }) => deal === index && canShare(to))
      .map(({ to }) => to);
    const deal = await make(
      'deal',
      { ...base, owner: of, isGone, sharedWith, clientOf: given.clients[client]!.owner },
      { client: clients[client]!.id },
    );
    await make('line', { ...base, owner: of, isGone, parent: deal }, { deal: deal.id });
    for (const to of new Set(sharedWith)) {
      const body = { with: { user: userIds[to]! }, access: 'read' };
      const shared = await server.client.exchange('POST', `/records/deal/${deal.id}/shares`, body);
      expect(shared.status, JSON.stringify(shared.body)).toBe(201);
    }
    if (isGone) await server.client.remove('deal', deal.id);
  }
  seededAt = new Date().toISOString();
  return facts;
}

async function clear(facts: readonly Fact[]): Promise<void> {
  // A line that went by itself outlives its deal in the bin.
  for (const object of ['line', 'deal', 'client'] as const)
    for (const { id } of facts.filter((fact) => fact.object === object)) {
      await server.client.exchange('DELETE', `/records/${object}/${id}`);
      await server.client.exchange('DELETE', `/records/${object}/${id}?purge=true`);
    }
}

// --- the doors -------------------------------------------------------------------------------------------------------

interface Answer {
  readonly status: number;
  readonly words: readonly string[];
}

async function ask(who: number, method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      cookie: cookies[who]!,
      origin: server.url,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const [renewed] = response.headers.getSetCookie();
  if (renewed !== undefined) cookies[who] = renewed.split(';')[0]!;
  const told = `${await response.text()}${JSON.stringify([...response.headers])}`;
  return { status: response.status, words: [...new Set(told.match(/zq[0-9a-f]{10}/g) ?? [])].sort() };
}

interface Call {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** When the records of the world stood there as they were meant. */
let seededAt: string;
const NOWHERE = '0198c0de-0000-7000-8000-0000000000ff';
const query = (parameters: Readonly<Record<string, unknown>>) =>
  `?${Object.entries(parameters)
    .map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`,
    )
    .join('&')}`;

/** What is asked of one address, beyond the address itself: questions and bodies that would tell most. */
function asked(door: string, path: string, fact: Fact | undefined, facts: readonly Fact[]): readonly Call[] {
  const others = facts.filter((each) => each.object === (fact?.object ?? 'deal'));
  const ids = others.map(({ id }) => id);
  switch (door) {
    case 'GET /records/:object':
      return [
        '?limit=200',
        '?limit=200&deleted=true&count=exact',
        '?limit=200&rights=true',
        '?search=zq&limit=200&count=exact',
        query({ as_of: seededAt, limit: '200', count: 'capped' }),
        query({ as_of: seededAt, fields: 'name,client.name,client.note', sort: 'note' }),
        query({ as_of: seededAt, filter: { '!=': [{ var: 'client.note' }, 'x'] } }),
        ...FIELDS.map((field) => query({ fields: field, sort: field })),
        '?fields=name,client.name,client.note,owner.name',
        '?fields=deal.note,deal.client.name',
        '?sort=-client.name',
        query({ filter: { '!=': [{ var: 'note' }, others[0]!.words.note] } }),
        query({ filter: { some: [{ var: 'deals' }, { '!=': [{ var: 'note' }, 'x'] }] } }),
      ].map((each) => ({ path: `${path}${each}` }));
    case 'GET /records/:object/:id':
      return [{ path }, { path: `${path}${query({ as_of: seededAt })}` }];
    case 'POST /records/:object/query':
      return [
        {},
        { search: 'zq' },
        { deleted: true, count: 'exact' },
        { related: { deals: { limit: 50 } } },
        { related: { lines: { fields: ['name', 'deal.note'] } } },
      ].map((body) => ({
        path,
        body: { limit: 200, ...body },
      }));
    case 'POST /records/:object/aggregate':
      return [...FIELDS, 'client.name', 'deal.note'].flatMap((field) => [
        { path, body: { group_by: [field], measures: [{ function: 'count' }] } },
        {
          path,
          body: {
            measures: [
              { function: 'min', field },
              { function: 'max', field },
            ],
          },
        },
      ]);
    case 'POST /records/:object/pivot':
      return [...FIELDS, 'client', 'owner_id', 'client.name', 'deal.note'].map((field) => ({
        path,
        body: { rows: [field], columns: ['owner_id'].filter((each) => each !== field) },
      }));
    case 'GET /search':
      return others.slice(0, 3).flatMap(({ words }) => [
        { path: `${path}?q=zq&limit=50` },
        ...FIELDS.map((field) => ({ path: `${path}?q=${words[field]}` })),
        // A word that is like it finds it too, and shows where.
        { path: `${path}?q=${words.name.slice(0, -1)}w` },
        { path: `${path}?q=${words.note.slice(0, -1)}w&object=deal` },
        { path: `${path}?q=zq&object=client&limit=1` },
      ]);
    case 'GET /bin':
      return [
        '',
        '?all=true&limit=100',
        '?mine=true',
        '?all=true&object=line',
        '?all=true&search=zq&limit=1',
      ].map((each) => ({ path: `${path}${each}` }));
    case 'GET /records/:object/export':
      return ['csv', 'ndjson'].flatMap((format) => [
        { path: `${path}?format=${format}` },
        { path: `${path}?format=${format}&fields=name,note` },
      ]);
    case 'POST /records/:object':
      return others.map(({ words }) => ({ path: `${path}?dry_run=true`, body: { code: words.code } }));
    case 'PATCH /records/:object/:id':
      return [
        { path: `${path}?dry_run=true`, body: { code: others[0]!.words.code } },
        { path: `${path}?dry_run=true`, body: { note: 'x' }, headers: { 'if-match': '99' } },
        { path: `${path}?dry_run=true`, body: { client: facts[0]!.id } },
        { path: `${path}?dry_run=true`, body: {} },
      ];
    case 'POST /records/:object/:id/revert':
      return [{ path: `${path}?dry_run=true`, body: { as_of: seededAt } }];
    case 'POST /records/:object/purge':
      return [{ path, body: { ids: [NOWHERE] } }];
    case 'POST /records/:object/batch':
      return [
        { operation: 'update', records: ids.map((id) => ({ id, note: 'x' })) },
        { operation: 'update', records: ids.map((id) => ({ id, code: others[0]!.words.code })) },
        { operation: 'upsert', key: 'code', records: others.map(({ words }) => ({ code: words.code })) },
        { operation: 'upsert', key: 'note', records: others.map(({ words }) => ({ note: words.note })) },
        { operation: 'delete', records: ids.map((id) => ({ id })) },
      ].map((body) => ({ path, body: { dry_run: true, ...body } }));
    case 'POST /records/:object/bulk':
      return [
        { operation: 'update', all: true, set: { note: 'x' }, filter: { '!=': [{ var: 'note' }, 'x'] } },
        { operation: 'update', ids, set: { code: others[0]!.words.code } },
        { operation: 'delete', ids },
        { operation: 'restore', ids },
      ].map((body) => ({ path, body: { dry_run: true, ...body } }));
    case 'GET /access/explain':
      return USERS.flatMap((each) =>
        facts
          .slice(0, 6)
          .flatMap(({ id, object }) => [
            { path: `${path}${query({ user: userIds[each]!, object, record: id, action: 'read' })}` },
            { path: `${path}${query({ object, record: id, field: 'note', action: 'update' })}` },
          ]),
      );
    case 'POST /metadata/expression':
      return ids.map((record) => ({ path, body: { object: 'deal', text: 'note', record } }));
    case 'POST /metadata/plan':
      return [
        { path, body: { components: [labelled('permission_set', 's0', {})] } },
        { path, body: { components: [labelled('field', 'deal.note', { type: 'text', max_length: 3 })] } },
        { path, body: { components: [labelled('field', 'deal.note', { type: 'integer' })] } },
        { path, body: { components: [labelled('field', 'deal.note', { type: 'text', unique: true })] } },
      ];
    default:
      return door.startsWith('GET ') ? [{ path }] : [{ path, body: {} }];
  }
}

/** Every address of a door, each with the record that it is about. */
function addresses(door: string, facts: readonly Fact[]): readonly { path: string; fact?: Fact }[] {
  const url = door.slice(door.indexOf(' ') + 1);
  if (url.startsWith('/records/:object/:id'))
    return facts.map((fact) => ({
      path: fill(url, { object: fact.object, id: fact.id, field: 'note', share: NOWHERE, file: NOWHERE }),
      fact,
    }));
  if (url.startsWith('/records/:object'))
    return OBJECTS.map((object) => ({
      path: fill(url, { object }),
      fact: facts.find((fact) => fact.object === object)!,
    }));
  if (url === '/metadata/:kind/:name' || url.includes('/:kind/'))
    return ['object/deal', 'field/deal.note', 'permission_set/s0'].map((each) => ({
      path: url.replace(':kind/:name', each),
    }));
  if (url.includes(':name')) return OBJECTS.map((name) => ({ path: fill(url, { name }) }));
  if (!url.includes(':')) return [{ path: url }];
  return [...userIds.slice(0, 2), facts[0]!.id, NOWHERE, '1'].map((id) => ({
    path: fill(url, { id, object: 'deal', field: 'note', session: NOWHERE, share: NOWHERE }),
  }));
}

function fill(url: string, values: Readonly<Record<string, string>>): string {
  return url.replaceAll(/:([a-z_]+)/g, (_match, name: string) => values[name] ?? NOWHERE);
}

/** Who customises and manages people could change the organisation under the test: they ask, and change nothing. */
const isForBuilder = (door: string) =>
  door.startsWith('GET ') ||
  door === 'POST /metadata/plan' ||
  door === 'POST /metadata/expression' ||
  door.startsWith('POST /records/:object/query') ||
  door.startsWith('POST /records/:object/aggregate') ||
  door.startsWith('POST /records/:object/pivot');

const PREFIX = '/api/v1';
const doors = () =>
  server.app.routeTable
    .list()
    .filter((door) => door.includes(` ${PREFIX}/`) && !door.startsWith('HEAD '))
    .map((door) => door.replace(` ${PREFIX}`, ' '));

// --- the matrix ------------------------------------------------------------------------------------------------------

it('every door stands in the matrix, or outside for a reason', () => {
  const known = doors();
  expect(Object.keys(OUTSIDE).filter((door) => !known.includes(door))).toEqual([]);
  expect(Object.keys(OUTSIDE).length).toBeLessThanOrEqual(OUTSIDE_AT_MOST);
});

it('[A1 to R6, M1] no door tells anybody a word that they may not read, and lists tell every one that they may', async () => {
  const inMatrix = doors().filter((door) => !Object.hasOwn(OUTSIDE, door));
  // What changes records for good comes last, when nothing more is counted.
  const isLasting = (door: string) => door === 'DELETE /records/:object/:id' || door.endsWith('/restore');
  const inOrder = [...inMatrix.filter((door) => !isLasting(door)), ...inMatrix.filter(isLasting)];
  let told = 0;
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      await publish(given);
      const facts = await seed(given);
      for (const who of USERS) {
        for (const object of OBJECTS) {
          const of = facts.filter((fact) => fact.object === object);
          const live = wordsOf(
            given,
            who,
            of.filter((fact) => !fact.isGone),
          ).sort();
          const place = `u${who} ${object}`;
          const isKnown = grantsOf(given, who, object).length > 0;
          const listed = await ask(who, 'GET', `/records/${object}?limit=200`);
          expect([place, listed]).toEqual([place, { status: isKnown ? 200 : 404, words: live }]);
          told += listed.words.length;
          const bin = await ask(who, 'GET', `/records/${object}?limit=200&deleted=true`);
          const gone = wordsOf(
            given,
            who,
            of.filter((fact) => fact.isGone),
          ).sort();
          expect([`${place} bin`, bin.words]).toEqual([`${place} bin`, gone]);
          const mayExport = isKnown && may(given, who, object, 'export');
          const exported = await ask(who, 'GET', `/records/${object}/export?format=csv`);
          expect([`${place} export`, exported.words]).toEqual([`${place} export`, mayExport ? live : []]);
          for (const field of FIELDS) {
            const body = { group_by: [field], measures: [{ function: 'count' }] };
            const grouped = await ask(who, 'POST', `/records/${object}/aggregate`, body);
            const words = wordsOf(
              given,
              who,
              of.filter((fact) => !fact.isGone),
              [field],
            ).sort();
            expect([`${place} by ${field}`, grouped.words]).toEqual([`${place} by ${field}`, words]);
          }
        }
        // Over all objects the bin tells the names that each object's own tells.
        const names = OBJECTS.flatMap((object) =>
          wordsOf(
            given,
            who,
            facts.filter((fact) => fact.object === object && fact.isGone),
            ['name'],
          ),
        );
        const bin = await ask(who, 'GET', '/bin?all=true&limit=100');
        expect([`u${who} bin`, bin]).toEqual([`u${who} bin`, { status: 200, words: names.sort() }]);
        for (const fact of facts) {
          const got = await ask(who, 'GET', `/records/${fact.object}/${fact.id}`);
          const isThere = !fact.isGone && sees(given, who, fact);
          const words = isThere ? wordsOf(given, who, [fact]).sort() : [];
          expect([`u${who} ${fact.object}`, got]).toEqual([
            `u${who} ${fact.object}`,
            { status: isThere ? 200 : 404, words },
          ]);
        }
      }
      for (const door of inOrder) {
        const method = door.slice(0, door.indexOf(' '));
        for (const who of USERS) {
          if (who === BUILDER && !isForBuilder(door)) continue;
          const allowed = new Set(wordsOf(given, who, facts));
          for (const { path: address, fact } of addresses(door, facts))
            for (const { path, body, headers } of asked(door, address, fact, facts)) {
              const { status, words } = await ask(who, method, path, body, headers);
              const place = `u${who} ${method} ${path} ${JSON.stringify(body ?? '')}`;
              expect(status, place).not.toBe(500);
              if (door !== 'POST /auth/login') expect(status, place).not.toBe(401);
              // A record that would be made is shown to its maker, also where its code is one that somebody has deleted.
              const isOwn = status < 300 && path.endsWith('?dry_run=true');
              const sent = isOwn ? JSON.stringify(body) : '';
              const leaked = words.filter((word) => !allowed.has(word) && !sent.includes(word));
              expect([place, leaked]).toEqual([place, []]);
            }
        }
      }
      await clear(facts);
    }),
    { numRuns: Number(process.env.TRELLIS_MATRIX_RUNS ?? 2), endOnFailure: true },
  );
  expect(told).toBeGreaterThan(0);
}, 240_000);
