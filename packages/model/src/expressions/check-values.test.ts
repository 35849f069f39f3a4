import { describe, expect, it } from 'vitest';
import { model } from '../../test/sample-fields.ts';
import { checkExpression, checkValueExpression } from './check-expression.ts';
import { pathsOfOperand } from './expression-paths.ts';

const object = model.objects.get('thing')!;
const scope = { objects: model.objects, object };
const at = (name: string) => ({ var: name });

describe('V1 each value has a type', () => {
  it.each([
    [{ '+': [at('count'), at('price'), 1] }, 'number'],
    [{ '-': [at('count')] }, 'number'],
    [{ '/': [at('count'), null] }, 'number'],
    [{ round: [at('price'), 1] }, 'number'],
    [{ min: [at('day'), '2026-01-01'] }, 'date'],
    [{ max: [at('moment'), { now: [] }] }, 'datetime'],
    [{ cat: [at('name'), ' ', at('count'), at('day'), at('choice')] }, 'text'],
    [{ length: at('name') }, 'number'],
    [{ substr: [at('name'), -3, 2] }, 'text'],
    [{ coalesce: [at('choice'), 'plain'] }, 'text'],
    [{ coalesce: [at('either'), at('link_to')] }, 'id'],
    [{ coalesce: [null] }, 'blank'],
    [{ if: [at('active'), at('choice'), at('choice')] }, 'option'],
    [{ if: [{ '>': [at('count'), 5] }, 'many', { is_blank: at('count') }, null, 'few'] }, 'text'],
    [{ if: [at('active'), at('day'), '2026-03-31'] }, 'date'],
    [{ date_add: [at('day'), at('count'), 'month'] }, 'date'],
    [{ date_add: [at('moment'), 1, 'hour'] }, 'datetime'],
    [{ date_add: ['2026-03-31', 1, 'day'] }, 'date'],
    [{ date_diff: [at('day'), at('moment'), 'week'] }, 'number'],
    [{ start_of: [at('moment'), 'quarter'] }, 'date'],
    [{ weekday: at('day') }, 'number'],
    [{ '>': [at('count'), 1] }, 'boolean'],
    [at('active'), 'boolean'],
  ] as const)('%j is a %s', (source, type) => {
    const { value, problems } = checkValueExpression(source, scope);
    expect(problems).toEqual([]);
    expect(value?.type).toBe(type);
  });

  it('and a value of true or false is a condition', () => {
    const source = { if: [at('active'), { '>': [{ '+': [at('count'), 1] }, 5] }, false] };
    expect(checkExpression(source, scope).expression?.op).toBe('is_true');
    expect(
      checkExpression({ and: [source, { '==': [{ '<': [at('count'), 1] }, true] }] }, scope).problems,
    ).toEqual([]);
  });

  it('literals inside take the type that they meet', () => {
    const { value } = checkValueExpression(
      { if: [at('active'), at('moment'), '2026-03-31T14:30:00+02:00'] },
      scope,
    );
    expect(value).toMatchObject({ otherwise: { type: 'datetime', value: '2026-03-31T12:30:00.000Z' } });
  });
});

describe('V2 faults, each at its place', () => {
  it.each([
    [{ '+': [at('count'), at('name')] }, '/+/1', '`+` takes numbers: `name` is text.'],
    [{ '+': [at('count')] }, '', '`+` takes 2 or more parts, not 1.'],
    [{ '-': [1, 2, 3] }, '', '`-` takes 1 to 2 parts, not 3.'],
    [{ round: [at('count'), at('count')] }, '/round/1', expect.stringContaining('written out')],
    [
      { min: [at('count'), at('day')] },
      '/min/1',
      '`min` gives one type: `count` is a number, and `day` is a date.',
    ],
    [{ max: [at('name'), 'a'] }, '', '`max` compares numbers or dates, not a text.'],
    [{ if: [at('count'), 1, 2] }, '/if/0', expect.stringContaining('neither true nor false')],
    [{ if: [true, at('count'), 'x'] }, '/if/2', expect.stringContaining('the value given is no number')],
    [{ coalesce: [at('choices')] }, '/coalesce/0', '`coalesce` can not give a multi-select.'],
    [{ date_add: [at('day'), 1, 'hour'] }, '/date_add/2', '`date_add` takes a unit here, written as text.'],
    [{ date_add: [at('day'), 'x', 'day'] }, '/date_add/1', '`date_add` takes a number: text is given.'],
    [{ date_diff: [at('day'), at('moment'), 'hour'] }, '/date_diff/2', expect.any(String)],
    [{ year: at('name') }, '/year', '`year` takes a date: `name` is text.'],
    [{ length: at('count') }, '/length', '`length` takes text: `count` is a number.'],
    [{ '+': [1, Number.POSITIVE_INFINITY] }, '/+/1', 'This number is too large.'],
    [at('$previous.count'), '/var', 'There is no `$previous.count` here.'],
    [{ $changed: ['count'] }, '/$changed', 'There is no operator `$changed` here.'],
    [at('$user.name'), '/var', 'There is no `$user.name` here.'],
  ])('%j', (source, pointer, message) => {
    const { value, problems } = checkValueExpression(source, scope);
    expect(value).toBeUndefined();
    expect(problems.map((problem) => [problem.pointer, problem.message])).toEqual([[pointer, message]]);
  });

  it('arithmetic is limited to 200 operations, wherever they stand', () => {
    const sum = (size: number) => ({ '+': Array(size).fill(at('count')) });
    expect(checkValueExpression({ coalesce: [sum(101), sum(101)] }, scope).problems).toEqual([]);
    expect(checkValueExpression({ coalesce: [sum(101), sum(102)] }, scope).problems).toMatchObject([
      { code: 'expression_too_large', pointer: '/coalesce/1' },
    ]);
  });

  it('depth is limited inside values too', () => {
    const nested = Array.from({ length: 41 }).reduce<unknown>((inner) => ({ abs: inner }), 1);
    expect(checkValueExpression(nested, scope).problems.map(({ code }) => code)).toEqual([
      'expression_too_large',
    ]);
  });
});

describe('V3 what a change adds', () => {
  const withChange = { ...scope, hasPrevious: true, user: ['id', 'name', 'email'] as const };

  it.each([
    [{ '<': [at('$previous.count'), at('count')] }],
    [{ $changed: ['count', 'name'] }],
    [at('$is_new')],
    [{ '!': at('$is_new') }],
    [{ '==': [at('$user.email'), at('email')] }],
    [{ '==': [at('$previous.choice'), 'plain'] }],
  ])('%j', (source) => {
    expect(checkExpression(source, withChange).problems).toEqual([]);
  });

  it('knows own fields only, and says which', () => {
    expect(checkExpression({ $changed: ['link_to.name'] }, withChange).problems).toHaveLength(1);
    expect(checkExpression({ is_blank: at('$previous.link_to.name') }, withChange).problems).toHaveLength(1);
    expect(checkExpression({ is_blank: at('$previous.cuont') }, withChange).problems[0]).toMatchObject({
      code: 'unknown_field',
      hint: 'Did you mean `count`?',
    });
  });
});

it('V4 every path that is read is found', () => {
  const source = {
    if: [{ '>': [at('link_to.count'), 1] }, { '+': [at('count'), at('price')] }, { length: at('name') }],
  };
  const { value, mentions } = checkValueExpression(source, scope);
  const paths = ['link_to.count', 'count', 'price', 'name'];
  expect([...pathsOfOperand(value!)].map(({ text }) => text)).toEqual(paths);
  expect(mentions.map(({ path }) => path.text)).toEqual(paths);
});
