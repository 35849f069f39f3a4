/**
 * One value of a formula: kept in a column, filled afterwards, computed when it is read, and evaluated in memory; in
 * lists, filters, orders and totals alike, on generated formulas that read each other.
 */
import type { Component, FieldBody } from '@trellis/metadata';
import {
  type CompiledField,
  compareCodePoints,
  compile,
  inputPaths,
  type JsonValue,
  type RecordData,
} from '@trellis/model';
import { evaluate, holds } from '@trellis/rules';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { language, record, type Source, THING } from './expression-language.ts';
import {
  type Ask,
  ask,
  CONTEXT,
  expressionOf,
  type Fixture,
  insertRecords,
  loadSnapshot,
  object,
  objectNamed,
  openFixture,
  publishComponents,
  SYSTEM_OBJECTS,
} from './fixture.ts';

const SIZE = 40;
/** Generated formulas of each type. */
const COUNT = Number(process.env.TRELLIS_FORMULAS ?? 12);
const SEED = Number(process.env.TRELLIS_SEED ?? 7);
const BASE: readonly Component[] = [...SYSTEM_OBJECTS, ...object('thing', THING)];

let fixture: Fixture;
let fields: readonly CompiledField[];
let rows: readonly { readonly id: string; readonly values: RecordData }[];

function fieldOf(name: string, body: Partial<FieldBody>): Component {
  return { kind: 'field', name: `thing.${name}`, body: { label: name, type: 'formula', ...body } };
}

function compiles(components: readonly Component[]) {
  return compile(components.map((component) => ({ component }))).model?.objects.get('thing')?.fields;
}

/**
 * Formulas of all types, some on top of others, and each that a column can keep a second time in one: `n3` is
 * computed, `n3_kept` kept.
 */
function generateFormulas(): Component[] {
  const made: Component[] = [];
  const add = (name: string, formula: unknown) => {
    const plain = fieldOf(name, { formula });
    const field = compiles([...BASE, ...made, plain])?.get(name);
    if (!field) return;
    made.push(plain);
    if (field.formula!.isStorable) made.push(fieldOf(`${name}_kept`, { formula, indexed: true }));
  };
  const sample = (source: fc.Arbitrary<Source>, seed: number) =>
    fc.sample(source, { numRuns: COUNT, seed: SEED + seed });
  const parts = {
    n: sample(language.number, 1),
    t: sample(language.text, 2).map((source) => ({ cat: [source] })),
    d: sample(language.date, 3),
    m: sample(language.moment, 4),
    c: sample(language.condition, 5).map((source) => ({ and: [source] })),
  };
  for (const [letter, sources] of Object.entries(parts))
    for (const [index, source] of sources.entries()) add(`${letter}${index}`, source);
  for (let index = 1; index < COUNT; index++) {
    const [one, other] = [`n${index - 1}`, `n${index}`];
    add(`chain${index}`, { '+': [{ var: one }, { if: [{ var: `c${index}` }, { var: other }, 1] }] });
    add(`behind${index}`, { coalesce: [{ var: `parent.${one}` }, { var: other }, -1] });
    add(`text${index}`, {
      cat: [{ var: `t${index}` }, ' ', { var: `d${index}` }, { var: `parent.t${index}` }],
    });
  }
  return made;
}

/** What a formula is of a record in memory, from the values that it needs; those behind a lookup come along. */
function inMemory(field: CompiledField, values: RecordData): JsonValue {
  return evaluate(field.formula!.value, { values, context: CONTEXT });
}

beforeAll(async () => {
  const formulas = generateFormulas();
  const early = formulas.slice(0, formulas.length / 2);
  // Half of the columns are filled by the trigger, the others from the records that are there.
  fixture = await openFixture([...BASE, ...early]);
  const records = fc.sample(record, { numRuns: SIZE, seed: SEED });
  const ids: string[] = [];
  for (const [index, data] of records.entries()) {
    const parent = index > 0 && index % 2 === 0 ? ids[index - 1]! : null;
    ids.push(...(await insertRecords(fixture, 'thing', [{ ...data, name: 'x', parent }])));
  }
  fixture.snapshot = await publishComponents(fixture.storage, fixture.workspace, formulas);
  const thing = objectNamed(fixture.snapshot, 'thing');
  fields = thing.ownFields.filter((field) => field.formula);
  const values: RecordData[] = [];
  for (const [index, data] of records.entries()) {
    const behind = index > 0 && index % 2 === 0 ? values[index - 1]! : undefined;
    const own: Record<string, JsonValue> = {
      ...data,
      name: 'x',
      version: 1,
      parent: behind ? ids[index - 1]! : null,
    };
    for (const [name, value] of Object.entries(behind ?? {}))
      if (!name.includes('.')) own[`parent.${name}`] = value;
    // A formula behind the lookup is a value like others, once that of the other record is known.
    for (const field of fields) own[field.name] = inMemory(field, own);
    values.push(own);
  }
  rows = ids.map((id, index) => ({ id, values: values[index]! }));
}, 120_000);
afterAll(() => fixture?.close());

async function readAll(names: readonly string[], more: Ask = {}): Promise<readonly RecordData[]> {
  return (await ask(fixture, 'thing', { fields: names, limit: 200, ...more })).rows;
}

/** All values of all formulas, a few at a time. */
async function expectValues(): Promise<void> {
  const names = fields.map(({ name }) => name);
  for (let start = 0; start < names.length; start += 8) {
    const some = names.slice(start, start + 8);
    const found = await readAll(some);
    for (const name of some) {
      expect({ [name]: found.map((row) => row[name]) }).toEqual({
        [name]: rows.map(({ values }) => values[name]),
      });
    }
  }
}

describe('formulas', () => {
  it('are the same computed, kept and in memory', async () => {
    expect(fields.length).toBeGreaterThan(COUNT * 5);
    expect(fields.filter(({ name }) => name.endsWith('_kept')).length).toBeGreaterThanOrEqual(COUNT);
    await expectValues();
    await fixture.storage.drainPromotions(fixture.workspace);
    fixture.snapshot = await reload();
    const columns = fixture.snapshot.columns.get('thing')!;
    const kept = fields.filter(({ name }) => name.endsWith('_kept'));
    expect(kept.map(({ key }) => columns.get(key)?.isReady)).toEqual(kept.map(() => true));
    await expectValues();
  }, 120_000);

  it('filter as they do in memory', async () => {
    for (const field of fields) {
      const [first] = rows.map(({ values }) => values[field.name]!).filter((value) => value !== null);
      if (first === undefined) continue;
      const operators = field.type.valueType === 'boolean' ? ['==', '!='] : ['==', '!=', '<', '>='];
      for (const operator of operators) {
        const source = { [operator]: [{ var: field.name }, first] };
        const expression = expressionOf(fixture.snapshot, objectNamed(fixture.snapshot, 'thing'), source);
        const found = await readAll(['id'], { filter: source });
        expect(found.map(({ id }) => id)).toEqual(
          rows.filter(({ values }) => holds(expression, { values, context: CONTEXT })).map(({ id }) => id),
        );
      }
    }
  }, 120_000);

  it('sort, page by page in both directions, as they do in memory', async () => {
    for (const field of fields.filter(({ type }) => type.valueType !== 'text')) {
      for (const sign of ['', '-']) {
        const expected = [...rows].sort((left, right) => {
          const [one, other] = [left.values[field.name]!, right.values[field.name]!];
          if (one === null || other === null) return Number(one === null) - Number(other === null);
          const order =
            field.type.valueType === 'option'
              ? compareCodePoints(String(one), String(other))
              : field.type.compare(one, other, field);
          return sign === '-' ? -order : order;
        });
        const sort = [`${sign}${field.name}`];
        const seen: unknown[] = [];
        let after: readonly JsonValue[] | undefined;
        let last: readonly JsonValue[] | undefined;
        do {
          const page = await ask(fixture, 'thing', { fields: ['id'], sort, limit: 11, after });
          seen.push(...page.rows.map(({ id }) => id));
          last = page.previous;
          after = page.next;
        } while (after);
        expect(seen).toHaveLength(expected.length);
        expect(valuesOf(seen, field)).toEqual(expected.map(({ values }) => values[field.name]));
        if (!last) continue;
        const before = await ask(fixture, 'thing', { fields: ['id'], sort, limit: 11, before: last });
        const end = seen.length - (seen.length % 11 || 11);
        expect(before.rows.map(({ id }) => id)).toEqual(seen.slice(end - 11, end));
      }
    }
  }, 120_000);

  it('are counted and summed alike, computed or kept', async () => {
    const thing = objectNamed(fixture.snapshot, 'thing');
    for (const field of fields.filter(({ name }) => thing.fields.has(`${name}_kept`))) {
      const totals = async (of: CompiledField) => {
        const measures = (['count', 'count_distinct', 'min', 'max'] as const)
          .filter((name) => of.type.aggregates.includes(name))
          .map((name) => ({ function: name, field: of, as: name }));
        const query = {
          object: thing,
          filter: expressionOf(fixture.snapshot, thing, null),
          targetFilters: new Map(),
          groupBy: [],
          sort: [],
          limit: 10,
          context: CONTEXT,
        };
        return fixture.storage.records.aggregate(fixture.snapshot, { ...query, measures });
      };
      expect(await totals(thing.fields.get(`${field.name}_kept`)!)).toEqual(await totals(field));
      const groups = async (of: CompiledField) =>
        fixture.storage.records.aggregate(fixture.snapshot, {
          object: thing,
          filter: expressionOf(fixture.snapshot, thing, null),
          targetFilters: new Map(),
          groupBy: [{ path: { text: of.name, through: [], field: of }, period: undefined, as: 'value' }],
          measures: [{ function: 'count', field: undefined, as: 'count' }],
          sort: [{ as: 'value', descending: false }],
          limit: 100,
          context: CONTEXT,
        });
      expect(await groups(thing.fields.get(`${field.name}_kept`)!)).toEqual(await groups(field));
    }
  }, 60_000);

  it('a new definition is computed until its own new column is filled', async () => {
    const before = fixture.snapshot.columns.get('thing')!.get('n_changes');
    expect(before).toBeUndefined();
    const publish = (formula: unknown) =>
      publishComponents(fixture.storage, fixture.workspace, [
        fieldOf('n_changes', { formula, indexed: true }),
      ]);
    const values = async () => (await readAll(['n_changes'])).map((row) => row.n_changes);
    const whole = rows.map(({ values }) => values.whole as number | null);
    fixture.snapshot = await publish({ '+': [{ var: 'whole' }, 1] });
    await fixture.storage.drainPromotions(fixture.workspace);
    fixture.snapshot = await reload();
    const first = fixture.snapshot.columns.get('thing')!.get('n_changes')!;
    expect(await values()).toEqual(whole.map((value) => (value === null ? null : value + 1)));
    const old = fixture.snapshot;
    fixture.snapshot = await publish({ '*': [{ var: 'whole' }, 2] });
    expect(await values()).toEqual(whole.map((value) => (value === null ? null : value * 2)));
    await fixture.storage.drainPromotions(fixture.workspace);
    fixture.snapshot = await reload();
    expect(fixture.snapshot.columns.get('thing')!.get('n_changes')!.name).not.toBe(first.name);
    expect(await values()).toEqual(whole.map((value) => (value === null ? null : value * 2)));
    // A node that has not heard of it still reads what the old formula gave.
    const lagging = await ask({ ...fixture, snapshot: old }, 'thing', { fields: ['n_changes'], limit: 200 });
    expect(lagging.rows.map((row) => row.n_changes)).toEqual(
      whole.map((value) => (value === null ? null : value + 1)),
    );
  }, 60_000);

  it('a formula may hold any text', async () => {
    const text = `it's {data} \\ $1 "x" \\x7b {data}`;
    fixture.snapshot = await publishComponents(fixture.storage, fixture.workspace, [
      fieldOf('any_text', { formula: { cat: [text, { var: 'whole' }] } }),
      fieldOf('any_text_kept', { formula: { cat: [text, { var: 'whole' }] }, indexed: true }),
    ]);
    await fixture.storage.drainPromotions(fixture.workspace);
    fixture.snapshot = await reload();
    const [id] = await insertRecords(fixture, 'thing', [{ name: 'new', whole: 5 }]);
    const found = await readAll(['any_text', 'any_text_kept'], { sort: ['id'] });
    for (const row of found) expect(row.any_text_kept).toBe(row.any_text);
    expect(found.at(-1)).toMatchObject({ id, any_text: `${text}5` });
  }, 60_000);

  it('need no more in memory than the paths to what they read', () => {
    const thing = objectNamed(fixture.snapshot, 'thing');
    const chain = thing.fields.get('chain1')!;
    const needed = inputPaths([{ text: 'chain1', through: [], field: chain }]);
    for (const path of needed.values())
      expect(path.through.length > 0 || path.field.formula === undefined).toBe(true);
  });
});

function valuesOf(ids: readonly unknown[], field: CompiledField): unknown[] {
  const byId = new Map(rows.map(({ id, values }) => [id as unknown, values[field.name]]));
  return ids.map((id) => byId.get(id));
}

function reload() {
  return loadSnapshot(fixture.storage, fixture.workspace);
}
