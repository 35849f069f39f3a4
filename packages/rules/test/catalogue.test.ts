import { checkValueExpression, FUNCTION_CATALOGUE, parseFormula } from '@trellis/model';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../src/index.ts';

const scope = { objects: new Map(), object: { name: 'none', fields: new Map() } as never };
const context = { userId: '', now: '2026-11-22T10:00:00.000Z', timeZone: 'UTC' };

function resultOf(formula: string) {
  const parsed = parseFormula(formula);
  expect(parsed.problems).toEqual([]);
  const { value, problems } = checkValueExpression(parsed.expression, scope);
  expect(problems).toEqual([]);
  return evaluate(value!, { values: {}, context });
}

const examples = FUNCTION_CATALOGUE.filter((each) => each.example.value !== undefined);

describe('the catalogue of the language', () => {
  it.each(examples.map((each) => each.example))('$formula gives $value', ({ formula, value }) => {
    expect(resultOf(formula)).toEqual(value);
  });

  it.each(FUNCTION_CATALOGUE)('$name names its arguments as its signature does', (entry) => {
    const inner = entry.signature.slice(entry.name.length + 1, -1);
    const named = inner.split(', ').filter((each) => each !== '' && each !== '…');
    expect(entry.parameters.map((each) => each.name)).toEqual(named);
    expect(entry.parameters.some((each) => each.isRepeated)).toBe(inner.includes('…'));
    expect(entry.help).not.toBe('');
  });

  it.each(FUNCTION_CATALOGUE)('$name is written as its example says', ({ name, example }) => {
    expect(parseFormula(example.formula).problems).toEqual([]);
    expect(example.formula).toContain(`${name}(`);
  });
});
