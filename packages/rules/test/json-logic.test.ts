/**
 * The public cases of JSON Logic under our typing: each one either gives the public answer, or is refused by the
 * checker for the reason that stands beside it. None is accepted and answered otherwise.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkExpression, checkValueExpression, compile, type JsonValue } from '@trellis/model';
import { describe, expect, it } from 'vitest';
import { evaluate, holds } from '../src/index.ts';

type Case = readonly [rule: JsonValue, data: JsonValue, expected: JsonValue, reason?: string];
const { groups, reasons } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'json-logic-cases.json'), 'utf8'),
) as {
  reasons: Readonly<Record<string, string>>;
  groups: readonly { readonly title: string; readonly cases: readonly Case[] }[];
};
const context = { userId: '', now: '2026-03-29T10:00:00.000Z', timeZone: 'UTC' };

/** The answer of our language, or the problem that the checker has. A case's data become a record of typed fields. */
function answer([rule, data]: Case): { readonly value: JsonValue } | { readonly problem: string } {
  const { scope, values } = recordOf(data);
  const typed = checkValueExpression(rule, scope);
  if (typed.value) return { value: evaluate(typed.value, { values, context }) };
  const condition = checkExpression(rule, scope);
  if (condition.expression) return { value: holds(condition.expression, { values, context }) };
  return { problem: typed.problems[0]!.message };
}

/** Each property becomes a field of its kind; an object becomes a lookup to an object with its fields. */
function recordOf(data: JsonValue) {
  const objects: Record<string, Record<string, Record<string, unknown>>> = { thing: {} };
  const values: Record<string, JsonValue> = {};
  const add = (object: string, prefix: string, source: JsonValue) => {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) return;
    for (const [name, value] of Object.entries(source)) {
      if (Array.isArray(value)) {
        objects[object]![name] = { type: 'json' };
      } else if (typeof value === 'object' && value !== null) {
        objects[object]![name] = { type: 'lookup', to: name };
        objects[name] = {};
        add(name, `${prefix}${name}.`, value);
        continue;
      } else {
        const type = typeof value === 'number' ? 'decimal' : typeof value === 'boolean' ? 'boolean' : 'text';
        objects[object]![name] = { type };
      }
      values[`${prefix}${name}`] = value;
    }
  };
  add('thing', '', data);
  const components = Object.entries(objects).flatMap(([name, fields]) => [
    {
      component: {
        kind: 'object' as const,
        name,
        body: { label: name, plural_label: name, name_field: 'title' },
      },
    },
    ...Object.entries({ title: { type: 'text' }, ...fields }).map(([field, body]) => ({
      component: {
        kind: 'field' as const,
        name: `${name}.${field}`,
        body: { label: field, ...body } as never,
      },
    })),
  ]);
  const { model, problems } = compile(components);
  if (!model) throw new Error(JSON.stringify(problems));
  return { scope: { objects: model.objects, object: model.objects.get('thing')! }, values };
}

describe.each(groups)('$title', ({ cases }) => {
  it.each(cases.map((each) => [JSON.stringify(each[0]), each] as const))('%s', (_title, each) => {
    const [, , expected, reason] = each;
    const given = answer(each);
    if (reason === undefined) expect(given).toEqual({ value: expected });
    else expect(given).toEqual({ problem: expect.any(String) });
  });
});

it('every reason is given by a case, and every case gives a known reason', () => {
  const used = new Set(groups.flatMap(({ cases }) => cases.map((each) => each[3])));
  used.delete(undefined);
  expect([...used].sort()).toEqual(Object.keys(reasons).sort());
});
