/** Records that are recognised by fields that need not be unique. */
import { runStatements } from '@trellis/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchResult, Context } from '../src/index.ts';
import { errorOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const person = (extra: object) => ({
  town: { type: 'text', ...extra },
  email: { type: 'email', ...extra },
  phone: { type: 'phone', ...extra },
  born: { type: 'date', indexed: 'indexed' in extra },
  size: { type: 'integer', indexed: 'indexed' in extra },
  vip: { type: 'boolean' },
  firm: { type: 'lookup', to: 'firm' },
  about: { type: 'lookup', to: ['firm', 'user'] },
  mails: { type: 'email', multiple: true, ...extra },
  phones: { type: 'phone', multiple: true, ...extra },
});
const OBJECTS = ['plain', 'fast'] as const;

let open: OpenEngine;
let firms: readonly string[];

beforeAll(async () => {
  open = await openEngine([
    ...object('firm', {}),
    ...object('plain', person({})),
    ...object('fast', person({ indexed: true, searchable: true })),
    ...object('secret_note', { town: { type: 'text' }, hidden: { type: 'text' } }),
    {
      kind: 'permission_set',
      name: 'writer',
      body: {
        label: 'Writer',
        objects: {
          secret_note: {
            read: true,
            create: true,
            update: true,
            default_field: 'update',
            fields: { hidden: 'none' },
          },
        },
      },
    },
  ]);
  const made = await upserted('firm', { records: [{ name: 'Acme' }, { name: 'Bolt' }], match: ['name'] });
  firms = made.map(({ id }) => id!);
});
afterAll(() => open?.close());

type Values = Readonly<Record<string, unknown>>;

async function upserted(
  name: string,
  {
    records,
    match,
    who = open.admin,
    dryRun = false,
  }: {
    readonly records: readonly Values[];
    readonly match: unknown;
    readonly who?: Context;
    readonly dryRun?: boolean;
  },
): Promise<readonly BatchResult[]> {
  const request = { operation: 'upsert', match, records, allOrNothing: false, dryRun } as const;
  return (await open.engine.records.batch(who, name, request)).results;
}

async function empty(name: string): Promise<void> {
  const { records } = await open.engine.records.list(open.admin, name, { fields: ['id'], limit: 200 });
  const ids = records.map(({ id }) => ({ id }));
  await open.engine.records.batch(open.admin, name, {
    operation: 'delete',
    records: ids,
    allOrNothing: true,
    dryRun: false,
  });
}

const pools = {
  town: ['Zoë Müller', 'zoe  muller', 'ZOE-MÜLLER', 'Łódź', 'lodz!', 'Ann', 'ann', '%', '_', '東京', 'A%'],
  email: ['Jane.D@acme.com', 'jane-d@acme.com', 'ann@acme.com'],
  phone: ['+49 171 2345678', '0049 171 2345678', '0171 2345678', '171-2345678'],
  born: ['2000-01-31', '2001-01-31'],
  size: [0, 1],
  vip: [true, false],
  firm: [0, 1],
  about: [0, 1],
} as const;
type FieldName = keyof typeof pools | 'mails' | 'phones';
const FOLDABLE: readonly FieldName[] = ['town', 'email', 'phone', 'mails', 'phones'];
const NAMES = [
  ...(Object.keys(pools) as FieldName[]),
  'mails',
  'phones',
] as const satisfies readonly FieldName[];

const blankOr = <T>(values: readonly T[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: fc.constant(null) });
const several = (values: readonly string[]) =>
  fc
    .uniqueArray(fc.constantFrom(...values), { maxLength: 2 })
    .map((each) => (each.length === 0 ? null : each));
const row = fc.record({
  name: fc.constantFrom('N1', 'N2'),
  ...(Object.fromEntries(
    Object.entries(pools).map(([name, values]) => [name, blankOr(values as never)]),
  ) as object),
  mails: several(pools.email),
  phones: several(pools.phone),
});
const match = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), fc.boolean()), {
    minLength: 1,
    maxLength: 3,
    selector: ([name]) => name,
  })
  .map((list) => list.map(([field, folded]) => ({ field, folded: folded && FOLDABLE.includes(field) })));
type Match = readonly { readonly field: FieldName; readonly folded: boolean }[];

/** Another way to say the same: what is compared of a value. */
function comparable(value: unknown, { field, folded }: Match[number]): unknown {
  if (typeof value === 'object' && value !== null) return (value as { id: string }).id;
  if (!folded || typeof value !== 'string') return value ?? null;
  if (field === 'email' || field === 'mails') return value.toLowerCase();
  if (field === 'phone' || field === 'phones') return value.replace(/\D/g, '').replace(/^0+/, '');
  const plain = value
    .replaceAll('ł', 'l')
    .replaceAll('Ł', 'L')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
  const words = plain.replace(/[^a-z0-9東京]+/g, ' ').trim();
  return words === '' ? value : words;
}

/** Entries of a list, or the value as the only one. */
const entriesOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value.map((each) => (each as { value: string }).value) : [value ?? null];

function isMeant(record: Values, sought: Values, by: Match): boolean {
  return by.every((each) => {
    const [wanted] = entriesOf(sought[each.field]);
    return entriesOf(record[each.field]).some(
      (entry) => comparable(entry, each) === comparable(wanted, each),
    );
  });
}

it('[S14a] finds what a look at every record finds, one after the other', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 6 }),
      fc.array(row, { minLength: 1, maxLength: 6 }),
      match,
      async (stored, given, by) => {
        for (const name of OBJECTS) {
          await empty(name);
          const input = (values: Values): Values => ({
            ...values,
            firm: typeof values.firm === 'number' ? firms[values.firm] : null,
            about: typeof values.about === 'number' ? { object: 'firm', id: firms[values.about] } : null,
            mails: (values.mails as string[] | null)?.map((value) => ({ value })) ?? null,
            phones: (values.phones as string[] | null)?.map((value) => ({ value })) ?? null,
          });
          // As storage keeps them: telephone numbers have their own form.
          const canonical = async (list: readonly Values[]) => {
            const request = {
              operation: 'create',
              records: list.map(input),
              allOrNothing: true,
              dryRun: false,
            } as const;
            const { results } = await open.engine.records.batch(open.admin, name, request);
            const ids = results.map(({ id }) => id);
            const { records } = await open.engine.records.list(open.admin, name, { limit: 200 });
            return ids.map((id) => records.find((record) => record.id === id)!) as Values[];
          };
          const asked = await canonical(given);
          await empty(name);
          const model = stored.length === 0 ? [] : await canonical(stored);
          const expected: string[] = [];
          for (const wanted of asked) {
            const isBlank = by.every(({ field }) => field !== 'vip' && (wanted[field] ?? null) === null);
            const hits = model.filter((record) => isMeant(record, wanted, by));
            if (isBlank) expected.push('required');
            else if (hits.length > 1) expected.push('ambiguous_match');
            else if (hits.length === 0) {
              model.push(wanted);
              expected.push('created');
            } else {
              const kept = Object.fromEntries(
                by
                  .filter(({ field, folded }) => folded || field === 'mails' || field === 'phones')
                  .map(({ field }) => [field, hits[0]![field]]),
              );
              const { id, version } = hits[0]!;
              model[model.indexOf(hits[0]!)] = { ...wanted, ...kept, id, version };
              expected.push('found');
            }
          }
          const results = await upserted(name, { records: given.map(input), match: by });
          expect(results.map(told)).toEqual(expected);
          const { records } = await open.engine.records.list(open.admin, name, {
            fields: ['name', ...NAMES],
            limit: 200,
          });
          const contents = (list: readonly Values[]) =>
            list.map((each) => JSON.stringify(['name', ...NAMES].map((field) => each[field] ?? null))).sort();
          expect(contents(records)).toEqual(contents(model));
        }
      },
    ),
    { numRuns: 60 },
  );
});

function told({ status, errors }: BatchResult): string {
  if (errors) return errors[0]!.code;
  return status === 'updated' || status === 'unchanged' ? 'found' : status;
}

describe('an upsert by `match`', () => {
  it('says how many match, and changes none of them', async () => {
    await empty('plain');
    const twins = [
      { name: 'A', town: 'Rome' },
      { name: 'B', town: 'Rome' },
    ];
    await open.engine.records.batch(open.admin, 'plain', {
      operation: 'create',
      records: twins,
      allOrNothing: true,
      dryRun: false,
    });
    const [result] = await upserted('plain', {
      records: [{ town: 'rome', size: 1 }],
      match: [{ field: 'town', folded: true }],
    });
    expect(result!.errors).toEqual([
      {
        code: 'ambiguous_match',
        pointer: '/town',
        message: '2 Plains have this Town: none of them was chosen.',
      },
    ]);
  });

  it('changes a record in the order of the batch, by whichever of its addresses it is named', async () => {
    await empty('plain');
    const [jane, ann] = [{ value: 'jane@acme.com' }, { value: 'ann@acme.com' }];
    await upserted('plain', { records: [{ name: 'Ann', mails: [jane, ann] }], match: ['name'] });
    const named = [jane, ann, jane, jane, jane, jane, ann];
    const results = await upserted('plain', {
      records: named.map((mail, size) => ({ mails: [mail], size, town: size % 2 === 0 ? `T${size}` : null })),
      match: ['mails'],
    });
    expect(results.map(told)).toEqual(named.map(() => 'found'));
    const { records } = await open.engine.records.list(open.admin, 'plain', {
      fields: ['size', 'town', 'version'],
    });
    expect(records).toEqual([expect.objectContaining({ size: 6, town: 'T6', version: 8 })]);
  });

  it('makes a record once, whoever asks at the same time', async () => {
    await empty('plain');
    const ask = (index: number) =>
      upserted('plain', { records: [{ name: `P${index}`, town: 'Oslo' }], match: ['town'] });
    const all = await Promise.all(Array.from({ length: 6 }, (_, index) => ask(index)));
    expect(all.flat().map(told).sort()).toEqual(['created', 'found', 'found', 'found', 'found', 'found']);
  });

  it('recognises nothing that the caller does not see, and by nothing that they do not read', async () => {
    const user = await open.engine.users.create(open.admin, {
      email: 'writer@example.com',
      name: 'Writer',
      permissionSets: ['writer'],
      passwordHash: 'x',
    } as never);
    const writer = {
      ...open.nobody,
      userId: String((user as { id: string }).id),
      permissionSets: ['writer'],
    };
    const theirs = await open.engine.records.create(open.admin, 'secret_note', {
      name: 'Theirs',
      town: 'Bonn',
    });
    const both = { records: [{ name: 'Mine', town: 'Bonn' }], match: ['town'], who: writer };
    expect((await upserted('secret_note', both)).map(told)).toEqual(['created']);
    expect((await upserted('secret_note', both)).map(told)).toEqual(['found']);
    expect((await upserted('secret_note', { ...both, who: open.admin })).map(told)).toEqual([
      'ambiguous_match',
    ]);
    const { name } = await open.engine.records.get(open.admin, 'secret_note', String(theirs.id));
    expect(name).toBe('Theirs');
    const unread = await errorOf(upserted('secret_note', { ...both, match: ['hidden'] }));
    expect(unread.errors).toMatchObject([{ code: 'unknown_field', pointer: '/match/0' }]);
  });

  it.each([
    [[], 'wrong_type /match'],
    ['town', 'wrong_type /match'],
    [[{ field: 'town', like: 1 }], 'wrong_type /match'],
    [['town', 'twon'], 'unknown_field /match/1'],
    [['town', 'town'], 'duplicate_field /match/1'],
    [['id'], 'unknown_field /match/0'],
    [[{ field: 'size', folded: true }], 'not_supported /match/0'],
  ])('%j is refused: %s', async (given, expected) => {
    const { errors } = await errorOf(upserted('plain', { records: [{ name: 'x' }], match: given }));
    const faults = errors.map(({ code, pointer }) => `${code} ${pointer}`);
    // What is wrong with the whole request has no code of its own.
    expect(faults.map((each) => each.replace('invalid_value', 'wrong_type'))).toContain(expected);
  });
});

it('[R9] is refused where it would look at too many records', async () => {
  const small = await openEngine(
    object('sale', { area: { type: 'text' }, stage: { type: 'text', indexed: true } }),
    { scanLimit: 100 },
  );
  try {
    const records = Array.from({ length: 300 }, (_, index) => ({
      name: `S${index}`,
      area: `A${index}`,
      stage: `T${index}`,
    }));
    const save = (request: object, engine = small.engine) =>
      engine.records.batch(small.admin, 'sale', { allOrNothing: true, dryRun: false, ...request } as never);
    await save({ operation: 'create', records });
    await runStatements(small.connectionString, 'analyze');
    // Sizes are believed for a while.
    const engine = await small.openAnother();
    const refused = await errorOf(
      save({ operation: 'upsert', match: ['area'], records: records.slice(0, 2) }, engine),
    );
    expect([refused.code, refused.errors, refused.details]).toMatchObject([
      'would_scan',
      [
        {
          pointer: '/match',
          hint: 'Publish `sale.area` with `indexed: true`, or narrow it down by a field that has an index.',
        },
      ],
      { suggestions: [{ object: 'sale', field: 'area', remedy: 'indexed' }] },
    ]);
    const narrowed = { operation: 'upsert', match: ['area', 'stage'], records: records.slice(0, 2) };
    expect((await save(narrowed, engine)).results.map(told)).toEqual(['found', 'found']);
  } finally {
    await small.close();
  }
});
