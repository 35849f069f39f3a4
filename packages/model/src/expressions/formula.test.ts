import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { model } from '../../test/sample-fields.ts';
import type { JsonValue } from '../field-type.ts';
import { checkValueExpression } from './check-expression.ts';
import { FORMULA_FUNCTIONS } from './functions.ts';
import { parseFormula } from './parse-formula.ts';
import { printFormula } from './print-formula.ts';

const at = (name: string) => ({ var: name });

it('a number of more than 15 digits is refused where it stands, not rounded', () => {
  const { expression, problems } = parseFormula('1 + 99999999999999999999 * 9');
  expect(expression).toBeUndefined();
  expect(problems).toMatchObject([
    { line: 1, column: 5, message: 'A number has at most 15 significant digits.' },
  ]);
  expect(parseFormula('-0.00123456789012345 + 120000000000000000').problems).toEqual([]);
});

describe('X1 reading', () => {
  it.each([
    ['IF(amount > 1000, "Large", "Small")', { if: [{ '>': [at('amount'), 1000] }, 'Large', 'Small'] }],
    ['if(a=1,b)', { if: [{ '==': [at('a'), 1] }, at('b')] }],
    ['a + b + c', { '+': [at('a'), at('b'), at('c')] }],
    ['a - b - c', { '-': [{ '-': [at('a'), at('b')] }, at('c')] }],
    ['(a + b) + c', { '+': [{ '+': [at('a'), at('b')] }, at('c')] }],
    ['a + b * -2', { '+': [at('a'), { '*': [at('b'), -2] }] }],
    ['-a * 2', { '*': [{ '-': [at('a')] }, 2] }],
    ['a & " " & owner.name <> "x"', { '!=': [{ cat: [at('a'), ' ', at('owner.name')] }, 'x'] }],
    ['"say ""hi"""', 'say "hi"'],
    [
      'a > 1 AND b < 2 OR NOT c',
      { or: [{ and: [{ '>': [at('a'), 1] }, { '<': [at('b'), 2] }] }, { '!': [at('c')] }] },
    ],
    ['AND(a, b, OR(c))', { and: [at('a'), at('b'), { or: [at('c')] }] }],
    ['In(stage, "won", "lost")', { in: [at('stage'), ['won', 'lost']] }],
    ['CHANGED(stage, amount)', { $changed: ['stage', 'amount'] }],
    ['$previous.amount < amount', { '<': [at('$previous.amount'), at('amount')] }],
    ['DATE_ADD(TODAY(), 3, "month")', { date_add: [{ today: [] }, 3, 'month'] }],
    ['[true] = TRUE', { '==': [at('true'), true] }],
    ['NULL', null],
    ['REFERENCE("user", "u1")', { object: 'user', id: 'u1' }],
  ] as const)('%s', (text, expression) => {
    const parsed = parseFormula(text);
    expect(parsed.problems).toEqual([]);
    expect(parsed.expression).toEqual(expression);
  });
});

describe('X2 faults, at line and column', () => {
  it.each([
    ['', 1, 1, 'Here the formula ends where a value is expected.'],
    ['a +', 1, 4, 'Here the formula ends where a value is expected.'],
    ['IF(a,\n  ROUNT(b))', 2, 3, 'There is no function `ROUNT`. Did you mean `ROUND`?'],
    ['SUM(', 1, 5, 'Here the formula ends where a value is expected.'],
    ['ROUND(a', 1, 6, 'This parenthesis is not closed: a `)` is missing.'],
    ['"abc', 1, 1, 'This text is not closed: a `"` is missing.'],
    ['a == 1', 1, 4, 'Here `=` stands where a value is expected. Equality is one `=`.'],
    ['a ; b', 1, 3, '`;` has no meaning here.'],
    ['a b', 1, 3, 'Here `b` stands where the end of the formula or an operator is expected.'],
  ])('%s', (text, line, column, message) => {
    const { expression, problems } = parseFormula(text);
    expect(expression).toBeUndefined();
    const [problem] = problems;
    const said = problem!.message + (problem!.hint === undefined ? '' : ` ${problem!.hint}`);
    expect([problem!.line, problem!.column, said]).toEqual([line, column, message]);
  });

  it('of types too, by the pointer', () => {
    const text = 'IF(active,\n  count + name,\n  0)';
    const parsed = parseFormula(text);
    const { problems } = checkValueExpression(parsed.expression, {
      objects: model.objects,
      object: model.objects.get('thing')!,
    });
    expect(problems.map(({ message }) => message)).toEqual(['`+` takes numbers: `name` is text.']);
    expect(parsed.placeOf(problems[0]!.pointer)).toEqual({ line: 2, column: 11 });
  });

  it('never throws, however deep or odd', () => {
    expect(parseFormula('('.repeat(5000)).problems).toHaveLength(1);
    expect(parseFormula('-'.repeat(5000)).problems).toHaveLength(1);
    expect(parseFormula('NOT '.repeat(2000)).problems).toHaveLength(1);
    expect(parseFormula('a'.repeat(10_001)).problems).toHaveLength(1);
    const piece = fc.constantFrom(
      'IF(',
      'a',
      '+',
      '-',
      '(',
      ')',
      ',',
      '"',
      '[',
      ']',
      '1',
      '.',
      ' ',
      '=',
      '<',
      'AND',
      'é',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { expression, problems } = parseFormula(pieces.join(''));
        expect(expression === undefined).toBe(problems.length > 0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('X3 writing and reading give the same expression', () => {
  const { expression } = fc.letrec<{ expression: JsonValue }>((tie) => {
    const inner = tie('expression');
    const listed = ['in', 'includes_any', 'includes_all'];
    const plain = FORMULA_FUNCTIONS.filter(
      ({ operator }) => !['today', 'now', '$changed', 'cat', ...listed].includes(operator),
    ).map(({ operator }) => operator);
    const many = (least: number) => fc.array(inner, { minLength: least, maxLength: 3 });
    return {
      expression: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        fc
          .constantFrom(
            'amount',
            'account.owner.name',
            '$user.id',
            '$previous.x',
            'true',
            'and',
            'null',
            'not',
          )
          .map(at),
        fc.string({ unit: 'binary' }),
        fc.integer(),
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((value) => Number(value.toPrecision(15)) + 0)
          .filter(Number.isFinite),
        fc.constantFrom(true, false, null),
        fc.constantFrom({ today: [] }, { now: [] }, { object: 'user', id: 'x' }, { $changed: ['a', 'b'] }),
        fc.tuple(fc.constantFrom('+', '*', 'cat'), many(2)).map(([op, args]) => ({ [op]: args })),
        fc
          .tuple(fc.constantFrom('-', '/', '%', '==', '!=', '<', '<=', '>', '>='), inner, inner)
          .map(([op, ...args]) => ({ [op]: args })),
        inner.map((arg) => ({ '-': [arg] })),
        inner.map((arg) => ({ cat: [arg] })),
        fc.tuple(fc.constantFrom(...plain), many(1)).map(([op, args]) => ({ [op]: args })),
        fc
          .tuple(fc.constantFrom(...listed), inner, many(0))
          .map(([op, value, list]) => ({ [op]: [value, list] })),
      ) as fc.Arbitrary<JsonValue>,
    };
  });

  it('for every expression', () => {
    fc.assert(
      fc.property(expression, (source) => {
        const text = printFormula(source);
        expect(text).toBeDefined();
        const parsed = parseFormula(text!);
        if (text!.length <= 10_000) expect(parsed.expression).toEqual(source);
      }),
      { numRuns: 3000 },
    );
  });

  it('what is no expression has no text', () => {
    for (const source of [[], {}, { nope: [] }, { var: [] }, { '<': [1, 2, 3] }, { a: 1, b: 2 }])
      expect(printFormula(source)).toBeUndefined();
  });
});
