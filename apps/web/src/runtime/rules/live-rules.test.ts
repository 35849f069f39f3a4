/** The form judges as the server does: it is given what the server describes, and runs the same evaluator on it. */
import { describeObject, formSchema, type ObjectDescription } from '@trellis/forms';
import type { Component } from '@trellis/metadata';
import { compile } from '@trellis/model';
import { evaluate, holds, type Values } from '@trellis/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMet, valuesOf } from './conditions.ts';
import { computedDefaults, judge, keepOffered, liveFormulas, offeredOptions, readsOf } from './live-rules.ts';

const at = (name: string) => ({ var: name });
const options = (...values: string[]) => values.map((value) => ({ value, label: value }));
const object = (name: string): Component => ({
  kind: 'object',
  name,
  body: { label: name, plural_label: name, name_field: 'name' },
});
const field = (name: string, body: object) =>
  ({ kind: 'field', name, body: { label: name, type: 'text', ...body } }) as Component;
const rule = (name: string, body: object) =>
  ({ kind: 'rule', name, body: { label: name, message: name, ...body } }) as Component;
const COMPONENTS = [
  object('firm'),
  field('firm.name', {}),
  field('firm.limit', { type: 'integer' }),
  object('deal'),
  field('deal.name', {}),
  field('deal.firm', { type: 'lookup', to: 'firm' }),
  field('deal.stage', { type: 'select', options: options('open', 'won', 'lost') }),
  field('deal.amount', { type: 'integer', read_only_when: { '==': [at('stage'), 'won'] } }),
  field('deal.secret', {}),
  field('deal.reason', {
    visible_when: { '==': [at('stage'), 'lost'] },
    required_when: { '>': [at('amount'), 9] },
  }),
  field('deal.closed', { type: 'date', default: { date_add: [{ today: [] }, 7, 'day'] } }),
  field('deal.check', { type: 'date', default: { date_add: [at('closed'), 1, 'month'] } }),
  field('deal.region', { type: 'select', options: options('eu', 'us') }),
  field('deal.country', {
    type: 'select',
    options: options('de', 'fr', 'ca'),
    depends_on: { field: 'region', options: { eu: ['de', 'fr'], us: ['ca'] } },
  }),
  field('deal.city', {
    type: 'multi_select',
    options: options('berlin', 'paris', 'anywhere'),
    depends_on: { field: 'country', options: { de: ['berlin', 'anywhere'], fr: ['paris', 'anywhere'] } },
  }),
  field('firm.seat', { type: 'address' }),
  field('deal.double', { type: 'formula', formula: { '*': [at('amount'), 2] } }),
  field('firm.half', { type: 'formula', formula: { '/': [at('limit'), 2] } }),
  field('deal.rest', { type: 'formula', formula: { '-': [at('firm.half'), at('double')] } }),
  field('deal.hint', { type: 'formula', formula: { cat: [at('secret'), '!'] } }),
  field('deal.louder', { type: 'formula', formula: { cat: [at('hint'), '!'] } }),
  field('deal.age', { type: 'formula', formula: { date_diff: [at('created_at'), { now: [] }, 'day'] } }),
  field('deal.moved', { type: 'formula', formula: { '+': [at('version'), 1] } }),
  rule('deal.doubled', { invalid_when: { and: [{ '>': [at('double'), 15] }, { $changed: ['double'] }] } }),
  rule('deal.far', { invalid_when: { '==': [at('firm.seat.city'), 'Atlantis'] } }),
  rule('deal.limit', { invalid_when: { '>': [at('amount'), at('firm.limit')] }, fields: ['amount'] }),
  rule('deal.hidden', { invalid_when: { is_blank: at('secret') }, fields: ['name'] }),
  rule('deal.back', {
    invalid_when: { and: [{ $changed: ['stage'] }, { '==': [at('$previous.stage'), 'won'] }] },
    severity: 'warning',
  }),
];
const { model } = compile(COMPONENTS.map((component) => ({ component })));
const deal = model!.objects.get('deal')!;
const rights = { create: true, read: true, update: true, delete: true, export: true, import: true };
/** As it comes over the wire. */
const describeFor = (...unreadable: string[]) =>
  JSON.parse(
    JSON.stringify(
      describeObject(model!, deal, {
        rightsOn: () => rights,
        canRead: (each) => !unreadable.includes(`${each.object}.${each.name}`),
        canUpdate: () => true,
      }),
    ),
  ) as ObjectDescription;
const description = describeFor('deal.secret');
const context = { userId: 'me', now: '2026-03-01T10:00:00.000Z', timeZone: 'UTC' };

describe('what a form is told', () => {
  it('no rule that reads what this person may not read', () => {
    expect(description.rules.validations.map((each) => each.name)).toEqual([
      'doubled',
      'far',
      'limit',
      'back',
    ]);
    expect(JSON.stringify(description)).not.toContain('secret');
    const poor = describeFor('firm.limit', 'deal.stage');
    expect(poor.rules.validations.map((each) => each.name)).toEqual(['doubled', 'far', 'hidden']);
    expect(poor.rules.conditions.reason).not.toHaveProperty('visible_when');
  });

  it('which values of other records are needed', () => {
    expect(readsOf(description)).toEqual([
      { text: 'firm.seat', lookup: 'firm', path: 'seat' },
      { text: 'firm.limit', lookup: 'firm', path: 'limit' },
      { text: 'firm.half', lookup: 'firm', path: 'half' },
    ]);
  });
});

it('judges every record as the server does', () => {
  const value = fc.record({
    stage: fc.constantFrom('open', 'won', 'lost', null),
    amount: fc.constantFrom(null, 1, 10, 100),
    'firm.limit': fc.constantFrom(null, 5, 50),
    'firm.seat': fc.constantFrom(null, { city: 'Atlantis' }, { city: 'Rome' }),
  });
  fc.assert(
    fc.property(value, fc.option(value, { nil: undefined }), (values, stored) => {
      const { rules, findings } = judge(description, { values, stored, context });
      const scope = { values, previous: stored, context };
      const broken = deal.rules.validations.filter(
        (each) => each.name !== 'hidden' && holds(each.invalidWhen.expression, scope),
      );
      expect(findings.map((each) => each.rule)).toEqual(broken.map((each) => each.name));
      const reason = deal.rules.conditions.get('reason')!;
      expect(rules.hidden.has('reason')).toBe(!holds(reason.visibleWhen!.expression, scope));
      expect(rules.readOnly.has('amount')).toBe(stored?.stage === 'won');
    }),
  );
});

it('leaves to the server what it can not know', () => {
  const found = judge(description, { values: { amount: 100 }, stored: undefined, context }).findings;
  expect(found.map((each) => each.rule)).toEqual(['doubled']);
  const condition = {
    tree: { op: 'constant', value: false },
    reads: [{ text: 'a.b', lookup: 'a', path: 'b' }],
  };
  expect(isMet(condition, {}, context)).toBe(true);
  expect(isMet(condition, { 'a.b': null }, context)).toBe(false);
  expect(valuesOf({ owner_id: { id: 'x', name: 'Ada' } })['owner.name']).toBe('Ada');
});

it('offers what goes with the field that decides, and clears what no longer does, down the chain', () => {
  const offered = offeredOptions(description.rules.dependencies, { region: 'us', country: 'ca' });
  expect([...offered.get('country')!]).toEqual(['ca']);
  expect(offered.has('city')).toBe(false);
  const before = { region: 'eu', country: 'de', city: ['berlin', 'anywhere'] };
  expect([...keepOffered(description, before, { ...before, region: 'us' })]).toEqual([
    ['country', null],
    ['city', null],
  ]);
  expect([...keepOffered(description, before, { ...before, country: 'fr' })]).toEqual([
    ['city', ['anywhere']],
  ]);
  expect([...keepOffered(description, before, { ...before, city: ['paris'] })]).toEqual([]);
});

it('computes defaults that nobody has touched, one from the other', () => {
  const touched = new Set<string>();
  const compute = (values: Record<string, string>) =>
    Object.fromEntries(computedDefaults(description, { values, context }, (name) => touched.has(name)));
  expect(compute({})).toEqual({ closed: '2026-03-08', check: '2026-04-08' });
  touched.add('closed');
  expect(compute({ closed: '2026-01-31' })).toEqual({ check: '2026-02-28' });
});

describe('formulas while one types', () => {
  const formulas = (values: Values, stored?: Values, of = description) =>
    Object.fromEntries(liveFormulas(of, { values, stored, context }));

  it('have the value that the server would give', () => {
    const number = fc.constantFrom(null, 0, 1, 0.5, -7, 100);
    fc.assert(
      fc.property(number, number, (amount, half) => {
        const values = { amount, 'firm.half': half };
        const live = formulas(values);
        for (const name of ['double', 'rest'])
          expect(live[name]).toEqual(evaluate(deal.fields.get(name)!.formula!.value, { values, context }));
      }),
    );
    expect(formulas({ amount: 10, 'firm.half': 25 })).toMatchObject({ double: 20, rest: 5 });
  });

  it('are left to the server where they read what is not at hand or may not be read', () => {
    expect(formulas({ amount: 10 })).toMatchObject({ double: 20, rest: undefined });
    const live = formulas({ amount: 10, 'firm.half': 25 }, {}, describeFor('deal.secret', 'firm.half'));
    expect(live).toMatchObject({ double: 20, rest: undefined, hint: undefined, louder: undefined });
    // What may not be read isn't told by way of a formula that may.
    expect(JSON.stringify(describeFor('deal.double').rules)).not.toContain('double');
  });

  it('are left to the server where a save gives what they read', () => {
    const old = { created_at: '2026-02-27T10:00:00.000Z', version: 3 };
    expect(formulas({})).toMatchObject({ age: undefined, moved: undefined });
    expect(formulas(old, old)).toMatchObject({ age: 2, moved: undefined });
  });

  it('stand in the form of a new record too, and are not asked for', () => {
    const layout = { label: 'Deal', tabs: [section(['name', 'double', 'created_at'])] } as const;
    const { schema, uiSchema } = formSchema(description, layout as never, { mode: 'create' });
    expect(Object.keys(schema.properties)).toEqual(['name', 'double']);
    expect(uiSchema.double).toMatchObject({ 'ui:readonly': true });
  });
});

function section(fields: readonly string[]) {
  const items = fields.map((each) => ({ type: 'field', field: each }));
  return { label: 'Deal', sections: [{ columns: [{ items }] }] };
}
