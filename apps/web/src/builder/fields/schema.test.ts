import { FIELD_TYPES } from '@trellis/model';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  addProperty,
  propertiesOf,
  removeProperty,
  renameProperty,
  SCHEMA_TYPES,
  type Schema,
  setProperty,
  toggleRequired,
  withKeyword,
  withType,
} from './schema.ts';

const check = (schema: Schema) =>
  FIELD_TYPES.get('json')!.check({ label: 'x', type: 'json', json_schema: schema } as never);

it('a change of type takes along what means something for it, and nothing else', () => {
  const text = { type: 'string', title: 'Code', minLength: 2, enum: ['ab'] };
  expect(withType(text, 'integer')).toEqual({ type: 'integer', title: 'Code', enum: ['ab'] });
  expect(withType(text, undefined)).toEqual({ title: 'Code' });
});

it('a property keeps its place and its duty under a new name', () => {
  const schema = { type: 'object', properties: { a: {}, b: { type: 'number' } }, required: ['b', 'other'] };
  expect(renameProperty(schema, 'b', 'c')).toEqual({
    type: 'object',
    properties: { a: {}, c: { type: 'number' } },
    required: ['other', 'c'],
  });
  expect(removeProperty(removeProperty(schema, 'a'), 'b')).toEqual({ type: 'object', required: ['other'] });
});

it('whatever is done, the model takes the schema', () => {
  const step = fc.oneof(
    fc.constantFrom(...SCHEMA_TYPES).map((type) => (schema: Schema) => withType(schema, type)),
    fc.constant((schema: Schema) => addProperty(withType(schema, 'object'))),
    fc.nat(3).map((at) => (schema: Schema) => {
      const name = propertiesOf(schema)[at]?.name;
      return name === undefined ? schema : toggleRequired(schema, name);
    }),
    fc.nat(3).map((at) => (schema: Schema) => {
      const name = propertiesOf(schema)[at]?.name;
      return name === undefined ? schema : setProperty(schema, name, addProperty({ type: 'object' }));
    }),
    fc.integer({ min: 0, max: 9 }).map((value) => (schema: Schema) => {
      return schema.type === 'string' ? withKeyword(schema, 'maxLength', value) : schema;
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      expect(check(steps.reduce<Schema>((schema, each) => each(schema), {}))).toEqual([]);
    }),
  );
});
