import { type CompiledObject, checkExpression, checkValueExpression, compile } from '@trellis/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, holds, type RuleScope } from '../src/index.ts';

const FIELDS = {
  name: 'text',
  amount: 'decimal',
  cost: 'currency',
  done: 'boolean',
  due: 'date',
  at: 'datetime',
  notes: 'long_text',
} as const;
const { model } = compile(
  [
    {
      kind: 'object' as const,
      name: 'deal',
      body: { label: 'Deal', plural_label: 'Deals', name_field: 'name' },
    },
    ...Object.entries(FIELDS).map(([name, type]) => ({
      kind: 'field' as const,
      name: `deal.${name}`,
      body: { label: name, type },
    })),
  ].map((component) => ({ component })),
);
const object: CompiledObject = model!.objects.get('deal')!;
const scope = { objects: model!.objects, object, hasPrevious: true, user: ['id', 'name', 'email'] as const };
const context = {
  userId: '0198c0de-0000-7000-8000-000000000001',
  userName: 'Ann',
  now: '2026-03-29T10:00:00.000Z',
  timeZone: 'Europe/Berlin',
};
const at = (name: string) => ({ var: name });

function compute(source: unknown, values: RuleScope['values'] = {}, previous?: RuleScope['previous']) {
  const { value, problems } = checkValueExpression(source, scope);
  if (!value) throw new Error(JSON.stringify(problems));
  return evaluate(value, { values, previous, context });
}

describe('V2, V5 numbers', () => {
  it.each([
    [{ '+': [at('amount'), 0.2] }, { amount: 0.1 }, 0.3],
    [{ '*': [at('amount'), 1.1] }, { amount: 1.1 }, 1.21],
    [{ '/': [1, 3] }, {}, 0.333333333333333],
    [{ '/': [2, 3] }, {}, 0.666666666666667],
    [{ '/': [at('amount'), 0] }, { amount: 1 }, null],
    [{ '%': [at('amount'), 0] }, { amount: 1 }, null],
    [{ '%': [-7.5, 2] }, {}, -1.5],
    [{ '+': [at('amount'), 1] }, {}, null],
    [{ '+': [999999999999999, 1] }, {}, 1e15],
    [{ '*': [1e40, 1e40] }, {}, null],
    [{ '*': [1e-40, 1e-40] }, {}, 0],
    [{ round: [at('amount'), 2] }, { amount: 1.005 }, 1.01],
    [{ round: [at('amount')] }, { amount: -2.5 }, -3],
    [{ round: [1250, -2] }, {}, 1300],
    [{ min: [at('amount'), at('cost')] }, { amount: 1 }, null],
    [{ length: at('name') }, { name: '😀a' }, 2],
    [{ length: at('name') }, {}, 0],
  ] as const)('%j of %j is %j', (source, values, expected) => {
    expect(compute(source, values)).toBe(expected);
  });
});

describe('V2, V6, V8 text', () => {
  it.each([
    [{ cat: [at('name'), '-', at('amount')] }, { name: 'a', amount: 1e-7 }, 'a-0.0000001'],
    [{ cat: [at('name'), ''] }, {}, null],
    [{ cat: [1e21] }, {}, '1000000000000000000000'],
    [{ substr: ['jsonlogic', 4] }, {}, 'logic'],
    [{ substr: ['jsonlogic', -5] }, {}, 'logic'],
    [{ substr: ['jsonlogic', 0, 1] }, {}, 'j'],
    [{ substr: ['jsonlogic', -1, 1] }, {}, 'c'],
    [{ substr: ['jsonlogic', 4, 5] }, {}, 'logic'],
    [{ substr: ['jsonlogic', -5, 5] }, {}, 'logic'],
    [{ substr: ['jsonlogic', -5, -2] }, {}, 'log'],
    [{ substr: ['jsonlogic', 1, -5] }, {}, 'son'],
    [{ upper: at('name') }, { name: 'straße' }, 'STRASSE'],
    [{ if: [{ '>': [at('amount'), 1000] }, 'Large', 'Small'] }, { amount: 1000.01 }, 'Large'],
    [{ if: [{ '>': [at('amount'), 1000] }, 'Large'] }, {}, null],
    [{ coalesce: [at('name'), at('$user.name')] }, {}, 'Ann'],
  ] as const)('%j of %j is %j', (source, values, expected) => {
    expect(compute(source, values)).toBe(expected);
  });
});

describe('V7 dates', () => {
  it.each([
    [{ date_add: [at('due'), 1, 'month'] }, { due: '2026-01-31' }, '2026-02-28'],
    [{ date_add: [at('due'), -1.9, 'day'] }, { due: '2026-03-01' }, '2026-02-28'],
    [{ date_add: [at('due'), 9000, 'year'] }, { due: '2026-03-01' }, null],
    // A day later is the same time on the clock, though the night was an hour short.
    [{ date_add: [at('at'), 1, 'day'] }, { at: '2026-03-28T10:00:00.000Z' }, '2026-03-29T09:00:00.000Z'],
    [{ date_add: [at('at'), 24, 'hour'] }, { at: '2026-03-28T10:00:00.000Z' }, '2026-03-29T10:00:00.000Z'],
    [{ date_diff: [at('due'), { today: [] }, 'month'] }, { due: '2026-01-31' }, 1],
    [{ date_diff: [{ today: [] }, at('due'), 'week'] }, { due: '2026-03-16' }, -1],
    [{ weekday: { today: [] } }, {}, 7],
    [{ start_of: [at('at'), 'week'] }, { at: '2026-03-29T22:30:00.000Z' }, '2026-03-30'],
    [{ year: at('due') }, { due: 'no date' }, null],
  ] as const)('%j of %j is %j', (source, values, expected) => {
    expect(compute(source, values)).toBe(expected);
  });
});

describe('V3 a change', () => {
  const asks = (source: unknown, values: RuleScope['values'], previous?: RuleScope['previous']) =>
    holds(checkExpression(source, scope).expression!, { values, previous, context });

  it('knows what was before', () => {
    expect(asks({ '<': [at('amount'), at('$previous.amount')] }, { amount: 1 }, { amount: 2 })).toBe(true);
    expect(asks({ '<': [at('amount'), at('$previous.amount')] }, { amount: 1 })).toBe(false);
    expect(asks({ $changed: ['name', 'amount'] }, { amount: 1 }, { amount: 1 })).toBe(false);
    expect(asks({ $changed: ['name', 'amount'] }, { amount: 1 }, { amount: 2 })).toBe(true);
    expect(asks({ $changed: ['name'] }, { name: '' }, {})).toBe(false);
    expect(asks(at('$is_new'), {})).toBe(true);
    expect(asks({ '!': at('$is_new') }, {}, {})).toBe(true);
  });
});

it('never throws, whatever the data', () => {
  const sources = [
    { '+': [at('amount'), { length: at('name') }] },
    { cat: [at('name'), at('amount'), at('due'), at('at')] },
    { date_add: [at('at'), at('amount'), 'month'] },
    { date_diff: [at('due'), at('at'), 'day'] },
    { if: [{ this_week: at('at') }, { start_of: [at('at'), 'year'] }, at('due')] },
    { '/': [at('amount'), at('cost')] },
    { '%': [at('amount'), at('cost')] },
    { and: [{ contains: [at('name'), at('notes')] }, at('done'), { $changed: Object.keys(FIELDS) }] },
  ].map((source) => checkValueExpression(source, scope).value!);
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.double(),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  const record = fc.record(Object.fromEntries(Object.keys(FIELDS).map((name) => [name, anything])));
  fc.assert(
    fc.property(record, fc.option(record, { nil: undefined }), (values, previous) => {
      for (const source of sources) {
        const value = evaluate(source, { values, previous, context } as RuleScope);
        expect(['string', 'number', 'boolean', 'object']).toContain(typeof value);
        if (typeof value === 'number') expect(Math.abs(value)).toBeLessThan(1e60);
      }
    }),
    { numRuns: 500 },
  );
});
