import type { Component } from '@trellis/metadata';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPackages } from '../test/read-case.ts';
import { compile } from './compile.ts';
import { diff, diffBodies, findDependents } from './diff.ts';

function modelOf(...components: Component[]) {
  const { model, problems } = compile(components.map((component) => ({ component })));
  expect(problems).toEqual([]);
  return model!;
}

const thing: Component = {
  kind: 'object',
  name: 'thing',
  body: { label: 'Thing', plural_label: 'Things', name_field: 'name' },
};
const name: Component = { kind: 'field', name: 'thing.name', body: { label: 'Name', type: 'text' } };
const size: Component = { kind: 'field', name: 'thing.size', body: { label: 'Size', type: 'integer' } };
const view: Component = {
  kind: 'view',
  name: 'thing.all',
  body: { label: 'All', columns: ['name', 'size'] },
};

describe('diff', () => {
  it('D1 tells what was added, changed and removed', () => {
    const renamed: Component = { ...name, body: { label: 'Title', type: 'text', required: true } };
    expect(
      diff(modelOf(thing, name, size), modelOf(thing, renamed, { ...size, name: 'thing.weight' })),
    ).toEqual([
      {
        change: 'change',
        before: name,
        after: renamed,
        differences: [
          { pointer: '/label', before: 'Name', after: 'Title' },
          { pointer: '/required', before: undefined, after: true },
        ],
      },
      { change: 'add', after: { ...size, name: 'thing.weight' } },
      { change: 'remove', before: size },
    ]);
  });

  it('from nothing everything is new, and nothing differs from itself', () => {
    const model = modelOf(thing, name);
    expect(diff(undefined, model).map(({ change }) => change)).toEqual(['add', 'add']);
    expect(diff(model, modelOf(structuredClone(thing), structuredClone(name)))).toEqual([]);
  });
});

describe('diffBodies', () => {
  const of = (before: unknown, after: unknown) =>
    diffBodies({ kind: 'view', body: before }, { kind: 'view', body: after });

  it('D2 the order of properties says nothing, that of a list does', () => {
    expect(of({ label: 'V', columns: ['a', 'b'] }, { columns: ['a', 'b'], label: 'V' })).toEqual([]);
    expect(of({ columns: ['a', 'b'] }, { columns: ['b', 'a'] }).map(({ pointer }) => pointer)).toEqual([
      '/columns/0',
      '/columns/1',
    ]);
    expect(of({ columns: ['a'] }, { columns: ['a', 'b'] })).toEqual([
      { pointer: '/columns', before: ['a'], after: ['a', 'b'] },
    ]);
  });

  it('D2 of operators too', () => {
    expect(of({ filter: { in: [{ var: 'a' }, [1]] } }, { filter: { in: [{ var: 'a' }, [2]] } })).toEqual([
      { pointer: '/filter/in/1/0', before: 1, after: 2 },
    ]);
  });

  it('names that JavaScript knows are names like others', () => {
    expect(of({ filter: {} }, { filter: { constructor: 1, 'a/b': 2 } })).toEqual([
      { pointer: '/filter/constructor', before: undefined, after: 1 },
      { pointer: '/filter/a~1b', before: undefined, after: 2 },
    ]);
  });

  it('finds a difference exactly where the JSON differs', () => {
    const filters = fc.jsonValue().filter((value) => typeof value === 'object');
    fc.assert(
      fc.property(filters, filters, (before, after) => {
        expect(of({ filter: before }, { filter: structuredClone(before) })).toEqual([]);
        const isSame = JSON.stringify(sortKeys(before)) === JSON.stringify(sortKeys(after));
        expect(of({ filter: before }, { filter: after }).length === 0).toBe(isSame);
      }),
    );
  });

  function sortKeys(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(sortKeys);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, each]) => [key, sortKeys(each)]),
    );
  }
});

describe('findDependents', () => {
  it('names who mentions a field', () => {
    expect(findDependents(modelOf(thing, name, size, view), size)).toEqual([
      { from: 'view:thing.all', pointer: '/body/columns/1', to: 'field:thing.size' },
    ]);
  });

  it('D3 an object has its components’ dependents, and not its own components', () => {
    const model = compile(readPackages('system', 'crm')).model!;
    for (const object of model.objects.values()) {
      const dependents = findDependents(model, { kind: 'object', name: object.name });
      for (const { from } of dependents)
        expect(from).not.toMatch(new RegExp(`^[a-z_]+:${object.name}(\\.|$)`));
      for (const { object: other, field } of object.reverseLookups) {
        const isStar = model.objects.get(other)!.fields.get(field)!.body.to === '*';
        const isUser = object.isSystem && model.objects.get(other)!.fields.get(field)!.type.name === 'user';
        if (other === object.name || isStar || isUser) continue;
        expect(dependents.map(({ from }) => from)).toContain(`field:${other}.${field}`);
      }
    }
  });

  it('a junction’s lookups are needed by the field that goes through them', () => {
    const junction: Component = {
      kind: 'object',
      name: 'pair',
      body: { label: 'Pair', plural_label: 'Pairs', name_field: 'name' },
    };
    const lookup = (at: string): Component => ({
      kind: 'field',
      name: `pair.${at}`,
      body: { label: at, type: 'lookup', to: 'thing' },
    });
    const model = modelOf(
      thing,
      name,
      junction,
      { ...name, name: 'pair.name' },
      lookup('one'),
      lookup('other'),
      {
        kind: 'field',
        name: 'thing.friends',
        body: { label: 'Friends', type: 'multi_lookup', to: 'thing', through: 'pair' },
      },
    );
    expect(findDependents(model, { kind: 'field', name: 'pair.other' }).map(({ from }) => from)).toEqual([
      'field:thing.friends',
    ]);
  });
});
