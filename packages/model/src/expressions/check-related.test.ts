/** Questions to related records, type-checked: SPEC E9 to E12. */
import type { FieldBody } from '@trellis/metadata';
import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { findDependents } from '../diff.ts';
import type { CompiledField } from '../model.ts';
import { checkExpression, checkValueExpression } from './check-expression.ts';
import { parseFormula } from './parse-formula.ts';
import { printFormula } from './print-formula.ts';
import { fieldsOfPath, objectsOfPath } from './related-field.ts';

type Fields = Readonly<Record<string, Partial<FieldBody> & { type: FieldBody['type'] }>>;

function object(name: string, fields: Fields) {
  return [
    { kind: 'object' as const, name, body: { label: name, plural_label: name, name_field: 'name' } },
    ...Object.entries({ name: { type: 'text' as const }, ...fields }).map(([field, body]) => ({
      kind: 'field' as const,
      name: `${name}.${field}`,
      body: { label: field, ...body },
    })),
  ];
}

const at = (name: string) => ({ var: name });
const stages = ['open', 'won'].map((value) => ({ value, label: value }));
const FIRM: Fields = {
  size: { type: 'integer' },
  clubs: { type: 'multi_lookup', to: 'club', through: 'member' },
};
const COMPONENTS = (firm: Fields = FIRM, deal: Fields = {}) => [
  ...object('firm', firm),
  ...object('deal', {
    firm: { type: 'lookup', to: 'firm', reverse_name: 'deals' },
    partner: { type: 'lookup', to: 'firm' },
    amount: { type: 'currency' },
    stage: { type: 'select', options: stages },
    ...deal,
  }),
  ...object('task', {
    regarding: { type: 'lookup', to: ['firm', 'deal'], reverse_name: 'tasks' },
    is_done: { type: 'boolean' },
    due: { type: 'date' },
  }),
  ...object('club', {}),
  ...object('member', { firm: { type: 'lookup', to: 'firm' }, club: { type: 'lookup', to: 'club' } }),
];
const compiled = (components: ReturnType<typeof COMPONENTS>) =>
  compile(components.map((component) => ({ component })));
const { model } = compiled(COMPONENTS());
const scope = { objects: model!.objects, object: model!.objects.get('firm')! };

const problemsOf = (source: unknown, around: Parameters<typeof checkExpression>[1] = scope) =>
  checkExpression(source, around).problems.map(({ code, pointer, message, hint }) => [
    code,
    pointer,
    message + (hint === undefined ? '' : ` ${hint}`),
  ]);

describe('E9 what can be asked', () => {
  it.each([
    [{ some: [at('deals'), { '==': [at('stage'), 'won'] }] }],
    [{ none: at('deals') }],
    [{ all: [at('tasks'), at('is_done')] }],
    [{ '>': [{ count: [at('deals')] }, { count: [at('deal_partner')] }] }],
    [{ '>=': [{ sum: [at('deals'), at('amount'), { '==': [at('stage'), 'won'] }] }, 1000] }],
    [{ is_blank: { avg: [at('deals'), { '*': [at('amount'), 2] }] } }],
    [{ some: [at('clubs'), { '==': [at('name'), 'Chess'] }] }],
    [{ some: [at('deals'), { none: [at('tasks'), { '<': [at('due'), { today: [] }] }] }] }],
    [{ some: [at('deals'), { '>': [at('amount'), { count: [at('firm.deals')] }] }] }],
    [{ '!': { some: [at('deals'), { '==': [at('partner.size'), 1] }] } }],
    [{ if: [{ some: at('deals') }, true, false] }],
  ])('%j', (source) => {
    expect(problemsOf(source)).toEqual([]);
  });

  it('behind a lookup', () => {
    const deal = { ...scope, object: scope.objects.get('deal')! };
    expect(problemsOf({ '>': [{ count: [at('firm.deals')] }, 1] }, deal)).toEqual([]);
    expect(problemsOf({ some: at('owner.deals') }, deal)).toMatchObject([
      ['ambiguous_path', '/some/var', expect.any(String)],
    ]);
  });
});

describe('E10 what is said of a fault', () => {
  it.each([
    [
      { some: [at('daels')] },
      'unknown_field',
      '/some/0/var',
      'firm has no related records `daels`. Did you mean `deals`?',
    ],
    [
      { count: [at('size')] },
      'wrong_type',
      '/count/0/var',
      expect.stringContaining('`size` is no list of related records.'),
    ],
    [
      { some: ['deals'] },
      'wrong_type',
      '/some/0',
      '`some` asks related records, by their name: `{"var": "contacts"}`.',
    ],
    [
      { some: [at('deals'), at('amount')] },
      'wrong_type',
      '/some/1',
      expect.stringContaining('neither true nor false'),
    ],
    [
      { some: [at('deals'), at('stag')] },
      'unknown_field',
      '/some/1/var',
      'deal has no field `stag`. Did you mean `stage`?',
    ],
    [
      { '>': [{ sum: [at('deals'), at('stage')] }, 1] },
      'wrong_type',
      '/>/0/sum/1',
      '`sum` takes a number: `stage` is a select.',
    ],
    [{ '>': [{ sum: [at('deals')] }, 1] }, 'wrong_type', '/>/0', '`sum` takes 2 to 3 parts, not 1.'],
    [
      { sum: [at('deals'), at('amount')] },
      'wrong_type',
      '',
      '`sum` gives a number, which is neither true nor false. Compare it with something.',
    ],
    [
      { '>': [at('deals'), 1] },
      'unknown_field',
      '/>/0/var',
      'firm has no field `deals`. Related records are asked with `some`, `none`, `all`, `count`, `sum`, `avg`, `min` or `max`.',
    ],
    [
      { '>': [{ max: [at('deals'), at('stage')] }, 1] },
      'wrong_type',
      '/>/0/max/1',
      '`max` takes a number or a date: `stage` is a select.',
    ],
    [{ '>': [{ min: [at('deals')] }, 1] }, 'wrong_type', '/>/0', '`min` takes 2 to 3 parts, not 1.'],
    [
      { some: [at('deals'), { $changed: ['stage'] }] },
      'unknown_operator',
      '/some/1/$changed',
      expect.any(String),
    ],
  ] as const)('%j', (source, code, pointer, message) => {
    expect(problemsOf(source, { ...scope, hasPrevious: true })).toEqual([[code, pointer, message]]);
  });

  it('two within each other, twenty in one', () => {
    const three = { some: [at('deals'), { some: [at('firm.deals'), { some: [at('tasks')] }] }] };
    expect(problemsOf(three)).toMatchObject([['expression_too_large', '/some/1/some/1', expect.any(String)]]);
    const many = (count: number) => ({ and: Array(count).fill({ some: [at('deals')] }) });
    expect(problemsOf(many(20))).toEqual([]);
    expect(problemsOf(many(21))).toMatchObject([['expression_too_large', '/and/20', expect.any(String)]]);
  });
});

describe('E11 who may not read', () => {
  const unreadable = (...names: string[]) => ({
    ...scope,
    isReadable: (field: CompiledField) =>
      !names.includes(field.object) && !names.includes(`${field.object}.${field.name}`),
  });

  it('related records that can not be read, or not by that field, are unknown without a hint', () => {
    const source = { some: [at('deals')] };
    for (const around of [unreadable('deal'), unreadable('deal.firm')])
      expect(problemsOf(source, around)[0]).toEqual(['unknown_field', '/some/0/var', expect.any(String)]);
    expect(problemsOf(source, unreadable('deal'))).toEqual([
      ['unknown_field', '/some/0/var', expect.not.stringContaining('`deals`?')],
    ]);
    expect(problemsOf({ some: at('clubs') }, unreadable('member'))[0]).toEqual([
      'wrong_type',
      '/some/var',
      expect.any(String),
    ]);
  });

  it('a field of them that can not be read is unknown', () => {
    const source = { some: [at('deals'), { '>': [at('amount'), 1] }] };
    expect(problemsOf(source, unreadable('deal.amount'))).toEqual([
      ['unknown_field', '/some/1/>/0/var', 'deal has no field `amount`.'],
    ]);
  });
});

describe('E12 what it reads', () => {
  it('fields and objects of a path, however deep', () => {
    const source = {
      count: [at('deals'), { some: [at('tasks'), { '==': [at('regarding.name'), at('name')] }] }],
    };
    const { value } = checkValueExpression(source, scope);
    const path = value!.op === 'field' ? value.path : undefined;
    expect([...fieldsOfPath(path!)].map((field) => `${field.object}.${field.name}`)).toEqual([
      'deal.firm',
      'task.regarding',
      'task.regarding',
      expect.stringContaining('.name'),
      'task.name',
    ]);
    expect(new Set(objectsOfPath(path!))).toEqual(new Set(['deal', 'task', 'firm']));
  });

  it('deletions ask, for the lookup and for what is read of the records', () => {
    const open = {
      type: 'formula' as const,
      formula: { count: [at('deals'), { '==': [at('stage'), 'open'] }] },
    };
    const { model: withFormula } = compiled(COMPONENTS({ ...FIRM, open }));
    for (const name of ['deal.firm', 'deal.stage'])
      expect(
        findDependents(withFormula!, { kind: 'field', name }).map((each) => JSON.stringify(each)),
      ).toContainEqual(expect.stringContaining('firm.open'));
  });
});

describe('formula fields', () => {
  const total = { type: 'formula' as const, formula: { sum: [at('deals'), at('amount')] } };

  it('an amount of money, computed when it is read', () => {
    const firm = compiled(COMPONENTS({ ...FIRM, total })).model!.objects.get('firm')!;
    expect(firm.fields.get('total')).toMatchObject({
      type: { name: 'currency' },
      formula: { isStorable: false, facts: { readsOthers: true, hops: 1, dependsOnAsker: false } },
    });
    const late = {
      type: 'formula' as const,
      formula: { count: [at('tasks'), { '<': [at('due'), { today: [] }] }] },
    };
    const { formula } = compiled(COMPONENTS({ ...FIRM, late }))
      .model!.objects.get('firm')!
      .fields.get('late')!;
    expect(formula!.facts.dependsOnAsker).toBe(true);
  });

  it('a ring through related records is one', () => {
    const share = { type: 'formula' as const, formula: { '+': [at('firm.total'), 1] } };
    const ringed = { type: 'formula' as const, formula: { sum: [at('deals'), at('share')] } };
    const { problems } = compiled(COMPONENTS({ ...FIRM, total: ringed }, { share }));
    expect(problems.map(({ code }) => code)).toEqual(['formula_cycle', 'formula_cycle']);
  });

  it('what a form shows asks no related records, nor does a roll-up', () => {
    const some = { some: [at('tasks')] };
    const refused = (deal: Fields) =>
      compiled(COMPONENTS(FIRM, deal)).problems.map(({ code, pointer }) => `${code} ${pointer}`);
    expect(refused({ note: { type: 'text', visible_when: some } })).toEqual([
      'not_supported /body/visible_when',
    ]);
    expect(refused({ note: { type: 'text', required_when: some, read_only_when: some } })).toEqual([]);
    const rollup = { function: 'count' as const, object: 'deal', via: 'firm', filter: some };
    expect(
      compiled(COMPONENTS({ ...FIRM, busy: { type: 'rollup', rollup } })).problems.map(({ code }) => code),
    ).toEqual(['not_storable']);
  });
});

it('`min` and `max` ask records where the first part names some, and compare values elsewhere', () => {
  const typeOf = (source: unknown) => checkValueExpression(source, scope).value?.type;
  const question = (source: unknown) => {
    const { value } = checkValueExpression(source, scope);
    return value?.op === 'field' ? value.path.field.question?.operator : undefined;
  };
  expect(question({ max: [at('deals'), at('amount')] })).toBe('max');
  expect(question({ max: [at('size'), 3] })).toBeUndefined();
  expect(typeOf({ max: [at('size'), 3] })).toBe('number');
  expect(typeOf({ min: [at('tasks'), at('due'), at('is_done')] })).toBe('date');
  expect(typeOf({ max: [at('deals'), at('created_at')] })).toBe('datetime');
});

it.each([
  'SOME(contacts, is_active)',
  'COUNT(deals, OR(stage = "won", NONE(tasks)))',
  'SUM(account.deals, amount * 2, stage = "won") > 100',
  'AND(ALL(lines, is_shipped), AVG(lines, price) <> NULL)',
  'MIN(deals, amount, stage = "won") < MAX(1, size)',
])('formula text both ways: %s', (text) => {
  const { expression, problems } = parseFormula(text);
  expect(problems).toEqual([]);
  expect(printFormula(expression)).toBe(text);
});
