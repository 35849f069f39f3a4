/** Rules as a save meets them: SPEC S6a and S9b to S9h, and what they cost. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, faultsOf, type OpenEngine, object, openEngine } from './open-engine.ts';

const at = (name: string) => ({ var: name });
const isBlank = (name: string) => ({ is_blank: at(name) });
const options = (...values: string[]) => values.map((value) => ({ value, label: value }));
const rule = (name: string, body: object) => ({
  kind: 'rule',
  name,
  body: { label: name, message: `No: ${name}.`, ...body },
});

const COMPONENTS = [
  ...object('firm', {
    tier: { type: 'select', options: options('gold', 'plain') },
    limit: { type: 'integer' },
    secret: { type: 'text' },
    country: { type: 'text', pattern: '^[A-Z]{2}$' },
    mother: { type: 'lookup', to: 'firm', reverse_name: 'daughters' },
    seat: { type: 'address' },
  }),
  ...object('order', {
    firm: { type: 'lookup', to: 'firm', on_delete: 'clear' },
    stage: { type: 'select', options: options('open', 'won', 'lost'), default: 'open' },
    amount: { type: 'integer', read_only_when: { in: [at('stage'), ['won', 'lost']] } },
    reason: {
      type: 'text',
      visible_when: { in: [at('stage'), ['lost']] },
      required_when: { '==': [at('firm.tier'), 'gold'] },
    },
    paid_by: { type: 'text', required: true, visible_when: { '==': [at('stage'), 'won'] } },
    ordered: { type: 'date', default: { today: [] } },
    due: { type: 'date', default: { date_add: [at('ordered'), 30, 'day'] } },
    remind: { type: 'date', default: { date_add: [at('due'), -1, 'week'] } },
    cap: { type: 'integer', default: { '*': [at('firm.limit'), 2] } },
    sent_to: { type: 'address' },
    region: { type: 'select', options: options('eu', 'us') },
    place: {
      type: 'select',
      options: options('paris', 'rome', 'boston', 'anywhere'),
      depends_on: { field: 'region', options: { eu: ['paris', 'rome'], us: ['boston'] } },
    },
  }),
  rule('order.in_order', {
    invalid_when: { '<': [at('due'), at('ordered')] },
    fields: ['ordered', 'due'],
  }),
  rule('order.below_limit', {
    invalid_when: { '>': [at('amount'), at('firm.mother.limit')] },
    fields: ['amount'],
  }),
  rule('order.no_way_back', {
    invalid_when: { and: [{ $changed: ['stage'] }, { '==': [at('$previous.stage'), 'won'] }] },
  }),
  rule('order.large', {
    invalid_when: { '>': [at('amount'), 1000] },
    severity: 'warning',
    fields: ['amount'],
  }),
  rule('order.far_away', {
    invalid_when: {
      and: [{ '==': [at('firm.seat.city'), 'Atlantis'] }, { '!=': [at('sent_to.city'), 'Atlantis'] }],
    },
    fields: ['sent_to'],
  }),
  rule('order.sleeping', { invalid_when: { '!': isBlank('name') }, active: false }),
  rule('order.not_for_ada', {
    invalid_when: { and: [{ '==': [at('name'), 'mine'] }, { '==': [at('$user.name'), 'Ada'] }] },
  }),
  ...object('visit', {
    by: { type: 'text' },
    of: { type: 'lookup', to: ['firm', 'order'], on_delete: 'clear' },
  }),
  rule('visit.known', {
    invalid_when: { and: [{ '!': isBlank('of') }, { '!=': [at('of.name'), at('by')] }] },
    fields: ['of'],
  }),
  rule('visit.owned', { invalid_when: { '!=': [at('owner.name'), 'Ada'] }, fields: ['owner_id'] }),
];

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(COMPONENTS);
});
afterAll(() => open?.close());

const create = (name: string, input: object, options = {}) =>
  open.engine.records.create({ ...open.admin, userName: 'Ada' }, name, { name: 'x', ...input }, options);
const update = (name: string, id: unknown, input: object, options = {}) =>
  open.engine.records.update(open.admin, name, String(id), input, options);
const batch = (operation: 'create' | 'update' | 'upsert', records: readonly object[]) =>
  open.engine.records.batch(open.admin, 'order', {
    operation,
    records,
    allOrNothing: false,
    dryRun: false,
  });

describe('[S9b] validation rules', () => {
  it('are judged on what the record shall be, and told with everything else', async () => {
    expect(
      await faultsOf(create('order', { due: '2026-01-01', ordered: '2026-02-01', place: 'mars' })),
    ).toEqual(['invalid_option /place', 'rule_violation /due', 'rule_violation /ordered']);
    const order = await create('order', { due: '2026-03-01', ordered: '2026-02-01' });
    expect(await faultsOf(update('order', order.id, { due: '2026-01-01' }))).toContain('rule_violation /due');
    const { errors } = await errorOf(update('order', order.id, { ordered: '2027-01-01' }));
    expect(errors[0]).toMatchObject({ message: 'No: order.in_order.', rule: 'order.in_order' });
    expect(await update('order', order.id, { ordered: '2027-01-01', due: '2027-01-02' })).toMatchObject({
      version: 2,
    });
  });

  it('what reads a value with a fault of its own is not judged', async () => {
    expect(await faultsOf(create('order', { due: 'soon', ordered: '2026-02-01' }))).toEqual([
      'invalid_format /due',
    ]);
  });

  it('know what was before, and who saves', async () => {
    const order = await create('order', { stage: 'won', paid_by: 'them' });
    expect(await faultsOf(update('order', order.id, { stage: 'open' }))).toEqual(['rule_violation ']);
    expect(await update('order', order.id, { stage: 'won', name: 'y' })).toMatchObject({ version: 2 });
    expect(await faultsOf(create('order', { name: 'mine' }))).toEqual(['rule_violation ']);
  });

  it('read through lookups, also those that the change sets', async () => {
    const small = await create('firm', { limit: 10 });
    const big = await create('firm', { limit: 100 });
    const [ofSmall, ofBig] = [
      await create('firm', { mother: small.id }),
      await create('firm', { mother: big.id }),
    ];
    expect(await faultsOf(create('order', { firm: ofSmall.id, amount: 50 }))).toEqual([
      'rule_violation /amount',
    ]);
    const order = await create('order', { firm: ofBig.id, amount: 50 });
    expect(await faultsOf(update('order', order.id, { firm: ofSmall.id }))).toEqual([
      'rule_violation /amount',
    ]);
    expect(await update('order', order.id, { firm: null })).toMatchObject({ firm: null });
    // A lookup with a fault of its own: nothing behind it is judged.
    expect(await faultsOf(create('order', { firm: 'nonsense', amount: 50 }))).toEqual([
      'invalid_format /firm',
    ]);
  });

  it('read parts of values, also behind lookups', async () => {
    const firm = await create('firm', { seat: { city: 'Atlantis' } });
    expect(await faultsOf(create('order', { firm: firm.id }))).toEqual(['rule_violation /sent_to']);
    expect(await create('order', { firm: firm.id, sent_to: { city: 'Atlantis' } })).toMatchObject({
      version: 1,
    });
  });

  it('read the title behind a lookup with several targets, and of the owner', async () => {
    const firm = await create('firm', { name: 'Acme' });
    expect(await faultsOf(create('visit', { of: { object: 'firm', id: firm.id }, by: 'Other' }))).toEqual([
      'rule_violation /of',
    ]);
    const visit = await create('visit', { of: { object: 'firm', id: firm.id }, by: 'Acme' });
    // The cleared lookup is the platform's to write: no rule stands in the way of the deletion.
    await open.engine.records.delete(open.admin, 'firm', String(firm.id));
    expect(await open.engine.records.get(open.admin, 'visit', String(visit.id))).toMatchObject({ of: null });
  });
});

describe('[S9c] warnings', () => {
  it('are told of what was saved', async () => {
    const told: unknown[] = [];
    await create('order', { amount: 2000 }, { onWarnings: (found: unknown) => told.push(found) });
    expect(told).toEqual([
      [
        {
          code: 'rule_warning',
          pointer: '/amount',
          message: 'No: order.large.',
          rule: 'order.large',
          severity: 'warning',
        },
      ],
    ]);
    const { results } = await batch('create', [{ name: 'a', amount: 2000 }, { name: 'b' }]);
    expect(results.map(({ status, warnings }) => [status, warnings?.length])).toEqual([
      ['created', 1],
      ['created', undefined],
    ]);
  });

  it('hold a save up that asks for it, and come with its errors', async () => {
    const refuse = { warnings: 'refuse' };
    const error = await errorOf(create('order', { amount: 2000 }, refuse));
    expect([error.code, error.errors.map((each) => each.code)]).toEqual([
      'unconfirmed_warnings',
      ['rule_warning'],
    ]);
    expect(await faultsOf(create('order', { amount: 2000, due: 'x' }, refuse))).toEqual([
      'invalid_format /due',
      'rule_warning /amount',
    ]);
  });
});

describe('[S9d] [S9e] conditions of fields', () => {
  it('hidden is not required; what comes into sight is', async () => {
    const order = await create('order', {});
    expect(await faultsOf(update('order', order.id, { stage: 'won' }))).toEqual(['required /paid_by']);
    expect(await faultsOf(create('order', { stage: 'won' }))).toEqual(['required /paid_by']);
    const gold = await create('firm', { tier: 'gold' });
    expect(await create('order', { firm: gold.id })).toMatchObject({ reason: null });
    expect(await faultsOf(create('order', { firm: gold.id, stage: 'lost' }))).toEqual(['required /reason']);
    const lost = await create('order', { stage: 'lost' });
    expect(await faultsOf(update('order', lost.id, { firm: gold.id }))).toEqual(['required /reason']);
    expect(await update('order', lost.id, { name: 'other' })).toMatchObject({ version: 2 });
  });

  it('read only as it is stored', async () => {
    const order = await create('order', { stage: 'lost', amount: 5 });
    expect(await faultsOf(update('order', order.id, { amount: 6 }))).toEqual(['read_only /amount']);
    expect(await faultsOf(update('order', order.id, { amount: 6, stage: 'open' }))).toEqual([
      'read_only /amount',
    ]);
    expect(await update('order', order.id, { amount: 5, stage: 'open' })).toMatchObject({ stage: 'open' });
    expect(await update('order', order.id, { amount: 7, stage: 'lost' })).toMatchObject({ amount: 7 });
  });
});

describe('[S9f] dependent options', () => {
  it('must be offered beside the value that decides', async () => {
    expect(await faultsOf(create('order', { region: 'us', place: 'paris' }))).toEqual([
      'invalid_option /place',
    ]);
    expect(await faultsOf(create('order', { place: 'paris' }))).toEqual(['invalid_option /place']);
    const order = await create('order', { region: 'eu', place: 'paris' });
    expect(await faultsOf(update('order', order.id, { region: 'us' }))).toEqual(['invalid_option /place']);
    expect(await update('order', order.id, { region: 'us', place: null })).toMatchObject({ place: null });
  });
});

describe('[S6a] computed defaults', () => {
  it('fill in for silence, in the order in which they need each other', async () => {
    const firm = await create('firm', { limit: 21 });
    expect(await create('order', { ordered: '2026-01-01', firm: firm.id })).toMatchObject({
      due: '2026-01-31',
      remind: '2026-01-24',
      cap: 42,
    });
    expect(await create('order', { ordered: '2026-01-01', due: null, cap: 1 })).toMatchObject({
      due: null,
      remind: null,
      cap: 1,
    });
  });
});

describe('[S9h] [S14] batches', () => {
  it('decide of each record what a single call would', async () => {
    const gold = await create('firm', {
      tier: 'gold',
      limit: 5,
      mother: (await create('firm', { limit: 10 })).id,
    });
    const record = fc.record(
      {
        firm: fc.constantFrom(gold.id, null),
        stage: fc.constantFrom('open', 'won', 'lost'),
        amount: fc.constantFrom(5, 50, 5000, null),
        reason: fc.constantFrom('why', null),
        paid_by: fc.constantFrom('them', null),
        due: fc.constantFrom('2020-01-01', '2030-01-01', 'soon'),
        region: fc.constantFrom('eu', 'us', null),
        place: fc.constantFrom('paris', 'boston', 'anywhere'),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 6 }), async (records) => {
        const named = records.map((each) => ({ name: 'x', ...each }));
        const { results } = await batch('create', named);
        for (const [index, each] of named.entries()) {
          const single = await create('order', each).then(
            () => undefined,
            (error: { errors: readonly unknown[] }) => error.errors,
          );
          expect(results[index]?.errors).toEqual(single);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('renames', () => {
  it('follow into rules, conditions, defaults and dependencies', async () => {
    const other = await openEngine(COMPONENTS);
    const renames = [
      { kind: 'field', from: 'order.stage', to: 'order.phase' },
      { kind: 'field', from: 'order.region', to: 'order.area' },
      { kind: 'field', from: 'order.due', to: 'order.due_on' },
    ];
    await other.engine.metadata.publish(other.system, { renames });
    const { components } = await other.engine.metadata.list(other.system);
    const text = JSON.stringify(components.filter(({ kind }) => kind === 'rule' || kind === 'field'));
    expect(text).not.toMatch(/"(stage|due|region|\$previous\.stage)"/);
    expect(text).toContain('"$previous.phase"');
    await other.close();
  });

  it('what rules mention is not deleted unnoticed', async () => {
    const deletions = [{ kind: 'field', name: 'firm.limit' }];
    const { problems } = await open.engine.metadata.plan(open.system, { deletions });
    const named = problems.map(({ component }) => component?.name);
    expect(named).toEqual(expect.arrayContaining(['order.below_limit', 'order.cap']));
  });
});

describe('[S2] patterns', () => {
  it.each([
    ['^(a+)+$', 'a'.repeat(100_000), false],
    ['^([a-z]+ ?)*$', 'a'.repeat(100_000), false],
    ['^(.*,){1,50}x$', ','.repeat(10_000), true],
  ])('%s takes no longer than the text is long', async (pattern, text, isLong) => {
    const other = await openEngine(object('coded', { code: { type: 'long_text', pattern } }));
    const made = (code: string) => other.engine.records.create(other.admin, 'coded', { name: 'x', code });
    expect(await faultsOf(made(`${text}!`))).toEqual(['invalid_format /code']);
    if (!isLong) expect(await made(text)).toMatchObject({ version: 1 });
    await other.close();
  });
});
