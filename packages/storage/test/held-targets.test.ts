/** What a write points to is asked by the statement that writes: there, alive, visible, and of an object that may be meant. */
import { ALWAYS, type Expression, NEVER, type RecordData } from '@trellis/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WriteTarget } from '../src/storage.ts';
import {
  ask,
  CONTEXT,
  expressionOf,
  type Fixture,
  insertRecords,
  nextId,
  objectNamed,
  openFixture,
  origin,
  SYSTEM,
} from './fixture.ts';

let fixture: Fixture;
let big: string;
let small: string;
beforeAll(async () => {
  fixture = await openFixture();
  [big, small] = (await insertRecords(fixture, 'account', [{ name: 'Big' }, { name: 'Small' }])) as [
    string,
    string,
  ];
});
afterAll(() => fixture?.close());

const account = () => objectNamed(fixture.snapshot, 'account');
const named = (name: string): Expression =>
  expressionOf(fixture.snapshot, account(), { '==': [{ var: 'name' }, name] });

async function insert(data: RecordData, targets: readonly WriteTarget[]): Promise<number> {
  const rows = [{ id: nextId(), ownerId: SYSTEM, recordType: null, data }];
  const { records } = fixture.storage;
  const deal = objectNamed(fixture.snapshot, 'deal');
  const held = { targets, context: CONTEXT };
  return (await records.insert(fixture.snapshot, deal, rows, origin(), undefined, held)).length;
}

const target = (ids: readonly string[], visible: Expression = ALWAYS, except?: Expression): WriteTarget => ({
  ids,
  among: [{ object: account(), visible, ...(except && { except }) }],
  isHeld: true,
});

test('a record is written when all that it points to is there for the writer, and not otherwise', async () => {
  const before = (await ask(fixture, 'deal', { count: 'exact' })).count!.value;
  const deal = { name: 'D', account: big };
  expect(await insert(deal, [target([big, small])])).toBe(1);
  expect(await insert(deal, [target([big], named('Big'))])).toBe(1);
  // The same statement with other values, so that what is kept of the first has none of them in it.
  expect(await insert(deal, [target([big], named('Small'))])).toBe(0);
  expect(await insert(deal, [target([big, small], named('Big'))])).toBe(0);
  expect(await insert(deal, [target([big], NEVER)])).toBe(0);
  expect(await insert(deal, [target([big], ALWAYS, named('Big'))])).toBe(0);
  expect(await insert(deal, [target([big], ALWAYS, named('Small'))])).toBe(1);
  expect(await insert(deal, [target([big, nextId()])])).toBe(0);
  expect(await insert(deal, [target([big]), target([nextId()])])).toBe(0);
  expect((await ask(fixture, 'deal', { count: 'exact' })).count!.value).toBe(before + 3);
});

test('one of several objects may have it, and one that is deleted is not there', async () => {
  const deal = objectNamed(fixture.snapshot, 'deal');
  const either = (id: string): WriteTarget => ({
    ids: [id],
    among: [
      { object: deal, visible: ALWAYS },
      { object: account(), visible: ALWAYS },
    ],
    isHeld: false,
  });
  const [gone] = (await insertRecords(fixture, 'account', [{ name: 'Gone' }])) as [string];
  expect(await insert({ name: 'D' }, [either(gone)])).toBe(1);
  await fixture.storage.records.remove(
    fixture.snapshot,
    account(),
    [{ id: gone, version: 1 }],
    nextId(),
    origin(),
  );
  expect(await insert({ name: 'D' }, [either(gone)])).toBe(0);
  expect(await insert({ name: 'D' }, [target([gone])])).toBe(0);
});
