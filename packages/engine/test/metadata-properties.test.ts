/** Random change sets: whatever is published can be rolled back exactly, and what is refused leaves nothing. */
import { type Component, hasErrors } from '@trellis/metadata';
import { compile } from '@trellis/model';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EngineError } from '../src/index.ts';
import { type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(object('seed', { link: { type: 'lookup', to: 'seed', reverse_name: 'links' } }));
});
afterAll(() => open?.close());

const OBJECTS = ['seed', 'oak', 'elm', 'ash'];
const FIELDS = ['name', 'alpha', 'beta', 'gamma'];
const pick = (values: readonly string[]) => fc.constantFrom(...values);
const fieldName = fc.tuple(pick(OBJECTS), pick(FIELDS)).map((parts) => parts.join('.'));

const component = fc.oneof(
  pick(OBJECTS).map((name) => ({
    kind: 'object',
    name,
    body: { label: name, plural_label: name, name_field: 'name' },
  })),
  fc
    .tuple(fieldName, pick(['text', 'long_text', 'integer', 'date', 'boolean']), pick(['A', 'B']))
    .map(([name, type, label]) => ({ kind: 'field', name, body: { label, type } })),
  fc.tuple(pick(OBJECTS), pick(OBJECTS)).map(([from, to]) => ({
    kind: 'field',
    name: `${from}.to_${to}`,
    body: { label: to, type: 'lookup', to },
  })),
  fc
    .tuple(pick(OBJECTS), fc.uniqueArray(pick(FIELDS), { minLength: 1 }))
    .map(([name, columns]) => ({ kind: 'view', name: `${name}.all`, body: { label: 'All', columns } })),
);
const deletion = fc.oneof(
  pick(OBJECTS).map((name) => ({ kind: 'object', name })),
  fieldName.map((name) => ({ kind: 'field', name })),
  pick(OBJECTS).map((name) => ({ kind: 'view', name: `${name}.all` })),
);
const rename = fc.oneof(
  fc.tuple(pick(OBJECTS), pick(OBJECTS)).map(([from, to]) => ({ kind: 'object', from, to })),
  fc
    .tuple(pick(OBJECTS), pick(FIELDS), pick(FIELDS))
    .map(([name, from, to]) => ({ kind: 'field', from: `${name}.${from}`, to: `${name}.${to}` })),
);
/** Whole objects among single parts, so that a good share of the change sets can be published. */
const whole = fc
  .tuple(pick(OBJECTS), fc.uniqueArray(pick(['alpha', 'beta', 'gamma'])))
  .map(([name, fields]) => object(name, Object.fromEntries(fields.map((each) => [each, { type: 'text' }]))));
const changeSet = fc.record({
  components: fc.oneof(
    fc.uniqueArray(component, { maxLength: 3, selector: (each) => `${each.kind} ${each.name}` }),
    whole,
  ),
  deletions: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.uniqueArray(deletion, { maxLength: 2, selector: (each) => each.name }) },
  ),
  renames: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.uniqueArray(rename, { maxLength: 2, selector: (each) => each.from }) },
  ),
});

const state = async () => {
  const { components } = await open.storage.metadata.load(open.workspace);
  return components
    .map((each) => ({ ...each }))
    .sort((left, right) => (idOf(left.component) < idOf(right.component) ? -1 : 1));
};
const idOf = ({ kind, name }: Component) => `${kind} ${name}`;

it('[P1] [P10] [P14] publishes wholly or leaves nothing, and rolls back exactly', {
  timeout: 120_000,
}, async () => {
  let published = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(changeSet, { minLength: 1, maxLength: 5 }), async (changes) => {
      const start = await state();
      const { revision } = await open.storage.metadata.loadRevision(open.workspace);
      for (const change of changes) {
        const before = await state();
        const planned = await open.engine.metadata.plan(open.admin, change);
        expect(await state()).toEqual(before);
        try {
          await open.engine.metadata.publish(open.admin, change);
          published++;
          expect(hasErrors(planned.problems)).toBe(false);
        } catch (error) {
          if (!(error instanceof EngineError) || error.code !== 'invalid_metadata') throw error;
          expect(hasErrors(planned.problems)).toBe(true);
          expect(await state()).toEqual(before);
        }
        const stored = await open.storage.metadata.load(open.workspace);
        const model = await open.engine.model(open.workspace);
        const fresh = compile(stored.components).model!;
        // A process goes on with what it has published: to the letter what another one reads.
        expect(JSON.stringify([...model.components])).toBe(JSON.stringify([...fresh.components]));
        expect(summary(model)).toEqual(summary(fresh));
      }
      const end = await state();
      const { revision: last } = await open.storage.metadata.loadRevision(open.workspace);
      await open.engine.metadata.rollback(open.admin, revision);
      expect(await state()).toEqual(start);
      if (last > revision) {
        // A rollback is a revision like any other: it can be rolled back too.
        await open.engine.metadata.rollback(open.admin, last);
        expect(await state()).toEqual(end);
        await open.engine.metadata.rollback(open.admin, revision);
        expect(await state()).toEqual(start);
      }
    }),
    { numRuns: 40 },
  );
  expect(published).toBeGreaterThan(20);
});

function summary(model: Awaited<ReturnType<OpenEngine['engine']['model']>>) {
  return [...model.objects.values()].map((each) => ({
    name: each.name,
    key: each.key,
    fields: [...each.fields.values()].map((field) => [field.name, field.key, field.type.name]),
    reverse: each.reverseLookups,
  }));
}
