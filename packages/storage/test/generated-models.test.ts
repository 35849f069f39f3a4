/**
 * One meaning on any model: objects and fields of every type are generated, published and filled, then filters made
 * of what each field's type offers, and sorts, are asked of PostgreSQL and answered in memory.
 */
import type { Component, FieldBody } from '@trellis/metadata';
import {
  type CompiledField,
  type CompiledObject,
  checkExpression,
  FIELD_TYPES,
  type FieldType,
  type JsonValue,
  PERIODS,
  type RecordData,
} from '@trellis/model';
import { holds } from '@trellis/rules';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ask,
  CONTEXT,
  createWorkspace,
  type Fixture,
  insertRecords,
  object,
  objectNamed,
  openFixture,
  publishComponents,
  SYSTEM_OBJECTS,
} from './fixture.ts';

const MODELS = Number(process.env.TRELLIS_RUNS ?? 5);
const ASKED_PER_MODEL = 40;
const RECORDS = 40;
const OPTIONS = ['a', 'b', 'Größe', "$1 \\ it's {data}"].map((value) => ({ value, label: value }));
/** What a type needs to be a field. */
const NEEDED: Readonly<Record<string, Partial<FieldBody>>> = {
  select: { options: OPTIONS },
  multi_select: { options: OPTIONS },
  status: { options: OPTIONS },
  decimal: { scale: 6 },
};

/** Types that keep a value of their own which anything could be given for. */
const types = [...FIELD_TYPES.values()].filter(
  (type) =>
    type.column !== undefined && !type.isReadOnly && !['relation', 'computed'].includes(type.category),
);

// --- generated models and records ----------------------------------------------------------------------------

const fieldOf = fc.record({
  type: fc.constantFrom(...types),
  isIndexed: fc.boolean(),
});
const objectOf = fc.record({
  fields: fc.array(fieldOf, { minLength: 2, maxLength: 7 }),
  /** Which object its lookup points to, by position. */
  to: fc.nat(2),
});
const model = fc.array(objectOf, { minLength: 2, maxLength: 3 });

function componentsOf(generated: typeof model extends fc.Arbitrary<infer T> ? T : never): Component[] {
  return generated.flatMap(({ fields, to }, position) =>
    object(`object_${position}`, {
      name: { type: 'text' },
      other: { type: 'lookup', to: `object_${to % generated.length}`, reverse_name: `from_${position}` },
      ...Object.fromEntries(
        fields.map(({ type, isIndexed }, index) => [
          `field_${index}`,
          { type: type.name, indexed: isIndexed && type.column!.index !== 'none', ...NEEDED[type.name] },
        ]),
      ),
    }),
  );
}

/** Numbers in [0, 1), the same for the same seed, so that a failure can be run again. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Filled {
  readonly fixture: Pick<Fixture, 'storage' | 'snapshot'>;
  /** Records of each object; values behind the lookup stand under `other.<field>`. */
  readonly records: ReadonlyMap<string, readonly { readonly id: string; readonly values: RecordData }[]>;
}

let fixture: Fixture;
let count = 0;
beforeAll(async () => {
  fixture = await openFixture(SYSTEM_OBJECTS);
}, 60_000);
afterAll(() => fixture?.close());

/** Publishes the model in a workspace of its own and fills it. */
async function fill(components: readonly Component[], seed: number): Promise<Filled> {
  const workspace = await createWorkspace(fixture.storage, `model_${++count}`);
  const snapshot = await publishComponents(fixture.storage, workspace, [...SYSTEM_OBJECTS, ...components]);
  const own = { storage: fixture.storage, snapshot };
  const random = randomOf(seed);
  const objects = [...snapshot.model.objects.values()].filter(({ name }) => name.startsWith('object_'));
  const made = new Map<string, { id: string; data: RecordData }[]>();
  // Lookups point to records that are there already, so every object is filled in two goes.
  for (const go of [0, 1]) {
    for (const each of objects) {
      const rows: RecordData[] = [];
      for (let index = 0; index < RECORDS / 2; index++) {
        const data: Record<string, JsonValue> = { name: `record ${Math.floor(random() * 30)}` };
        for (const field of each.ownFields) {
          if (!field.name.startsWith('field_') || random() < 0.25) continue;
          data[field.name] = field.type.canonicalise(field.type.sample(random, field), field) as JsonValue;
        }
        const targets = made.get(each.fields.get('other')!.targets[0]!);
        if (go === 1 && targets && random() < 0.8)
          data.other = targets[Math.floor(random() * targets.length)]!.id;
        rows.push(data);
      }
      const ids = await insertRecords(own, each.name, rows);
      made.set(each.name, [
        ...(made.get(each.name) ?? []),
        ...ids.map((id, index) => ({ id, data: rows[index]! })),
      ]);
    }
  }
  const byId = new Map([...made.values()].flat().map((each) => [each.id, each.data]));
  const records = new Map(
    [...made].map(([name, rows]) => [
      name,
      rows.map(({ id, data }) => ({
        id,
        values: {
          ...data,
          ...Object.fromEntries(
            Object.entries(byId.get(String(data.other)) ?? {}).map(([field, value]) => [
              `other.${field}`,
              value,
            ]),
          ),
        },
      })),
    ]),
  );
  return { fixture: own, records };
}

// --- filters of what each type offers ------------------------------------------------------------------------

interface Field {
  readonly path: string;
  readonly field: CompiledField;
}

/** Own fields and those behind the lookup. */
function reachable(object: CompiledObject, filled: Filled): Field[] {
  const behind = objectNamed(filled.fixture.snapshot, object.fields.get('other')!.targets[0]!);
  const own = ({ ownFields }: CompiledObject) => ownFields.filter(({ name }) => name !== 'other');
  return [
    ...own(object).map((field) => ({ path: field.name, field })),
    ...own(behind).map((field) => ({ path: `other.${field.name}`, field })),
  ];
}

/** A condition on one field by one of its type's operators, with a value that a record has or might have. */
function leafOf(
  { path, field }: Field,
  records: Filled['records'] extends ReadonlyMap<string, infer T> ? T : never,
) {
  const { type } = field;
  const at = { var: path };
  const seen = records.map(({ values }) => values[path] ?? null).filter((value) => value !== null);
  const value = fc.oneof(
    ...(seen.length > 0 ? [fc.constantFrom(...seen)] : []),
    fc.nat().map((seed) => type.canonicalise(type.sample(randomOf(seed), field), field) as JsonValue),
  );
  const items = fc.array(
    value.map((each) => (Array.isArray(each) ? (each[0] ?? null) : each)),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  const part = value.map((each) => String(Array.isArray(each) ? each[0] : each).slice(1, 4));
  return fc.constantFrom(...type.filterOperators).chain((operator): fc.Arbitrary<unknown> => {
    switch (operator) {
      case 'is_blank':
        return fc.constant({ is_blank: [at] });
      case 'in':
        return items.map((list) => ({ in: [at, list] }));
      case 'includes_any':
      case 'includes_all':
        return items.map((list) => ({ [operator]: [at, list.filter((each) => each !== null)] }));
      case 'contains':
      case 'starts_with':
      case 'ends_with':
        return part.map((text) => ({ [operator]: [at, text] }));
      case 'period':
        return fc
          .constantFrom(...PERIODS)
          .map((period) => ({ [period]: period.includes('_n_') ? [at, 4000] : [at] }));
      default:
        return value.map((each) => ({ [operator]: [at, each] }));
    }
  });
}

function conditionOf(object: CompiledObject, filled: Filled): fc.Arbitrary<unknown> {
  const records = filled.records.get(object.name)!;
  const leaf = fc
    .constantFrom(...reachable(object, filled).filter(({ field }) => field.type.filterOperators.length > 0))
    .chain((field) => leafOf(field, records));
  return fc.letrec<{ condition: unknown }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('condition'), { minLength: 2, maxLength: 3 }).map((args) => ({ and: args })),
      fc.array(tie('condition'), { minLength: 2, maxLength: 3 }).map((args) => ({ or: args })),
      tie('condition').map((arg) => ({ '!': [arg] })),
    ),
  })).condition;
}

// --- sorts ------------------------------------------------------------------------------------------------------

const people = new Intl.Collator('und');
const isCode = (type: FieldType) => type.valueType !== 'text' || ['color', 'time'].includes(type.name);

/** The order that a list promises: people's for text, the type's own for all else, blanks last either way. */
function expectedOrder(
  keys: readonly (Field & { readonly isDescending: boolean })[],
  records: readonly { readonly id: string; readonly values: RecordData }[],
): string[] {
  /** A checkbox that was never touched is false, if there is a record that has it. */
  const shown = (values: RecordData, { path, field }: Field) => {
    const isThere = !path.includes('.') || (values.other ?? null) !== null;
    return values[path] ?? (field.type.valueType === 'boolean' && isThere ? false : null);
  };
  return records
    .toSorted((left, right) => {
      for (const key of keys) {
        const [a, b] = [shown(left.values, key), shown(right.values, key)];
        if (a === null || b === null) {
          if (a === b) continue;
          return a === null ? 1 : -1;
        }
        const { type } = key.field;
        const order = isCode(type)
          ? type.compare(a, b, key.field)
          : people.compare(String(a), String(b)) || type.compare(a, b, key.field);
        if (order !== 0) return key.isDescending ? -order : order;
      }
      return left.id < right.id ? -1 : 1;
    })
    .map(({ id }) => id);
}

async function expectSameOrder(
  keys: readonly (Field & { readonly isDescending: boolean })[],
  name: string,
  filled: Filled,
): Promise<void> {
  const sort = keys.map(({ path, isDescending }) => `${isDescending ? '-' : ''}${path}`);
  const expected = expectedOrder(keys, filled.records.get(name)!);
  const forward: string[] = [];
  let after: readonly JsonValue[] | undefined;
  let last: Awaited<ReturnType<typeof ask>>;
  do {
    last = await ask(filled.fixture, name, { sort, fields: ['id'], limit: 11, after });
    forward.push(...last.rows.map(({ id }) => String(id)));
    after = last.next;
  } while (after);
  expect(forward, sort.join()).toEqual(expected);
  const backward = last.rows.map(({ id }) => String(id));
  for (let before = last.previous; before; before = last.previous) {
    last = await ask(filled.fixture, name, { sort, fields: ['id'], limit: 11, before });
    backward.unshift(...last.rows.map(({ id }) => String(id)));
  }
  expect(backward, sort.join()).toEqual(expected);
}

// --- the property -----------------------------------------------------------------------------------------------

test('filters and sorts on generated models', async () => {
  const used = new Set<string>();
  await fc.assert(
    fc.asyncProperty(model, fc.nat(), async (generated, seed) => {
      const filled = await fill(componentsOf(generated), seed);
      for (const [name, records] of filled.records) {
        const object = objectNamed(filled.fixture.snapshot, name);
        for (const { type } of object.ownFields) used.add(type.name);
        for (const source of fc.sample(conditionOf(object, filled), { numRuns: ASKED_PER_MODEL, seed })) {
          const { expression, problems } = checkExpression(source, {
            objects: filled.fixture.snapshot.model.objects,
            object,
          });
          if (!expression) throw new Error(`${JSON.stringify(source)} ${JSON.stringify(problems)}`);
          const page = await ask(filled.fixture, name, { filter: source, fields: ['id'], limit: 200 });
          const expected = records
            .filter(({ values }) => holds(expression, { values, context: CONTEXT }))
            .map(({ id }) => id);
          expect(
            page.rows.map(({ id }) => id),
            JSON.stringify(source),
          ).toEqual(expected);
        }
        const sortable = reachable(object, filled).filter(({ field }) => field.type.isSortable);
        const keys = fc.uniqueArray(
          fc.record({ key: fc.constantFrom(...sortable), isDescending: fc.boolean() }),
          { minLength: 1, maxLength: 3, selector: ({ key }) => key.path },
        );
        for (const each of fc.sample(keys, { numRuns: 4, seed }))
          await expectSameOrder(
            each.map(({ key, isDescending }) => ({ ...key, isDescending })),
            name,
            filled,
          );
      }
    }),
    { numRuns: MODELS, interruptAfterTimeLimit: 60_000 },
  );
  expect(used.size).toBeGreaterThan(10);
}, 180_000);
