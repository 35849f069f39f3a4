/** The audit log: nobody changes it, every entry gets one place in the chain, and what was tampered with is found. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuditVerdict, NewAuditEntry } from '../src/audit/audit.ts';
import { beginningOf, canonicalForm, nextHash } from '../src/audit/chain.ts';
import { type Fixture, openFixture, SYSTEM, SYSTEM_OBJECTS } from './fixture.ts';

let fixture: Fixture;
beforeEach(async () => {
  fixture = await openFixture(SYSTEM_OBJECTS);
});
afterEach(() => fixture?.close());

const log = () => fixture.storage.audit;
const table = (name: string) => `${fixture.workspace.schema}.${name}`;

function entry(change: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    at: '2026-03-01T10:00:00.000Z',
    actorId: SYSTEM,
    asId: null,
    action: 'sign_in',
    outcome: 'done',
    object: null,
    recordId: null,
    recordIds: null,
    revision: null,
    source: 'test',
    requestId: null,
    address: '192.0.2.1',
    userAgent: null,
    details: {},
    ...change,
  };
}
const append = (...entries: NewAuditEntry[]) => log().append(fixture.workspace, entries);
const verify = (noted?: AuditVerdict['head']) => log().verify(fixture.workspace, noted);
const all = () => log().list(fixture.workspace, {}, { limit: 1000 });
/** As somebody who owns the database might. */
async function tamper(statement: string): Promise<void> {
  const tables = ['_audit', '_audit_seal', '_audit_anchor'].map(table);
  await fixture.admin.query(tables.map((each) => `alter table ${each} disable trigger user`).join(';'));
  await fixture.admin.query(statement);
  await fixture.admin.query(
    tables.map((each) => `alter table ${each} enable always trigger _audit_guard`).join(';'),
  );
}

test('[L1] nothing in the log is changed, deleted or emptied, not even while replication is played', async () => {
  await append(entry());
  await verify();
  for (const name of ['_audit', '_audit_seal']) {
    const change = name === '_audit' ? "action = 'other'" : 'number = 7';
    for (const mode of ['origin', 'replica']) {
      const tried = [
        `update ${table(name)} set ${change}`,
        `delete from ${table(name)}`,
        `truncate ${table(name)} cascade`,
      ];
      for (const statement of tried) {
        await expect(
          fixture.admin
            .query(`begin; set local session_replication_role = ${mode}; ${statement}; commit`)
            .finally(() => fixture.admin.query('rollback')),
          statement,
        ).rejects.toThrow(/append-only/);
      }
    }
  }
  await expect(
    fixture.admin.query(
      `insert into ${table('_audit_anchor')} (number, hash, entries) values (1, sha256('x'), 1)`,
    ),
  ).rejects.toThrow(/sealed entry/);
  expect(await all()).toHaveLength(1);
});

test('[L2] the hash of each entry follows from its canonical form and the hash before it', async () => {
  await append(
    entry({ details: { b: 1, a: { z: null, '10': ['ä', 2.5], '9': true } } }),
    entry({ object: 'deal' }),
  );
  await verify();
  const entries = (await all()).toReversed();
  let hash = beginningOf(fixture.workspace.id);
  for (const [index, each] of entries.entries()) {
    hash = nextHash(hash, index + 1, each);
    expect(each).toMatchObject({ number: index + 1, hash: hash.toString('hex'), actorName: 'System' });
  }
  expect(canonicalForm(1, entries[0]!)).toBe(
    `[1,1,${entries[0]!.id},"2026-03-01T10:00:00.000Z","${SYSTEM}",null,"sign_in","done",null,null,null,null,"test",null,"192.0.2.1",null,{"a":{"10":["ä",2.5],"9":true,"z":null},"b":1}]`,
  );
  expect(await log().head(fixture.workspace)).toEqual({ number: 2, hash: hash.toString('hex') });
});

test('[L2] an entry of a transaction that ends late is sealed behind those that did not wait for it', async () => {
  await fixture.storage.transaction(async (transaction) => {
    await log().append(fixture.workspace, [entry({ action: 'late' })], transaction);
    await append(entry({ action: 'early' }));
    expect(await log().seal(fixture.workspace)).toBe(1);
    await append(entry({ action: 'early' }));
    expect(await log().seal(fixture.workspace)).toBe(1);
  });
  expect(await log().seal(fixture.workspace)).toBe(1);
  expect(await log().seal(fixture.workspace)).toBe(0);
  const order = (await all()).toSorted((a, b) => a.number! - b.number!).map(({ action }) => action);
  expect(order).toEqual(['early', 'early', 'late']);
  expect(await verify()).toMatchObject({ isIntact: true, checked: 3, unsealed: 0 });
});

test('[L2] a transaction that fails leaves no entry and no gap in the chain', async () => {
  await append(entry());
  const failing = fixture.storage.transaction(async (transaction) => {
    await log().append(fixture.workspace, [entry({ action: 'undone' })], transaction);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await append(entry());
  expect(await verify()).toMatchObject({ isIntact: true, checked: 2, head: { number: 2 } });
});

test('[L2] many writers and many sealers at once make one chain without a gap', async () => {
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let index = 0; index < 40; index++) await append(entry({ details: { writer, index } }));
  });
  const sealers = Array.from({ length: 4 }, async () => {
    for (let index = 0; index < 15; index++) await log().seal(fixture.workspace);
  });
  await Promise.all([...writers, ...sealers]);
  expect(await verify()).toMatchObject({ isIntact: true, checked: 320, head: { number: 320 } });
});

test('[L3] whatever was tampered with is found, at the first place', async () => {
  const tamperings = [
    (at: number) => [`update ${table('_audit')} set action = 'sign_out' where id = ${at}`, 'changed_entry'],
    (at: number) => [`update ${table('_audit')} set actor_id = null where id = ${at}`, 'changed_entry'],
    (at: number) => [
      `update ${table('_audit')} set at = at + interval '1 s' where id = ${at}`,
      'changed_entry',
    ],
    (at: number) => [`update ${table('_audit')} set details = '{"a": 1}' where id = ${at}`, 'changed_entry'],
    (at: number) => [`delete from ${table('_audit')} where id = ${at}`, 'missing_entry'],
    (at: number) => [`delete from ${table('_audit_seal')} where entry_id = ${at}`, 'missing_seal'],
    (at: number) => [
      `update ${table('_audit_seal')} set hash = sha256('x') where entry_id = ${at}`,
      'changed_entry',
    ],
  ] as const;
  await append(...Array.from({ length: 12 }, () => entry()));
  expect(await verify()).toMatchObject({ isIntact: true, checked: 12 });
  await fixture.admin.query(`create table kept as select * from ${table('_audit')}`);
  await fixture.admin.query(`create table kept_seal as select * from ${table('_audit_seal')}`);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...tamperings), fc.integer({ min: 1, max: 11 }), async (make, place) => {
      const [statement, code] = make(place);
      await tamper(statement!);
      expect(await verify()).toMatchObject({
        isIntact: false,
        fault: { code, number: place },
        checked: place - 1,
      });
      await tamper(
        `delete from ${table('_audit')}; delete from ${table('_audit_seal')};
         insert into ${table('_audit')} overriding system value select * from kept;
         insert into ${table('_audit_seal')} select * from kept_seal`,
      );
      expect(await verify()).toMatchObject({ isIntact: true });
    }),
    { numRuns: 20 },
  );
});

test('[L3] a head that was noted elsewhere tells of a chain that was cut or made anew', async () => {
  await append(entry(), entry(), entry());
  const { head } = await verify();
  await append(entry());
  expect(await verify(head)).toMatchObject({ isIntact: true, head: { number: 4 } });
  await tamper(
    `delete from ${table('_audit_seal')} where number > 2; delete from ${table('_audit')} where id > 2`,
  );
  expect(await verify()).toMatchObject({ isIntact: true });
  expect(await verify(head)).toMatchObject({ isIntact: false, fault: { code: 'shortened', number: 2 } });
  await append(entry({ action: 'forged' }), entry());
  expect(await verify(head)).toMatchObject({ isIntact: false, fault: { code: 'other_head', number: 3 } });
});

test('[L4] what is forgotten leaves an anchor that the rest of the chain goes on from', async () => {
  const day = (number: number) => `2026-03-${String(number).padStart(2, '0')}T10:00:00.000Z`;
  await append(...[1, 2, 3].map((each) => entry({ at: day(each) })));
  await log().seal(fixture.workspace);
  // Written late: it is older than the one before it, and stays with it.
  await append(entry({ at: day(9) }), entry({ at: day(2) }), entry({ at: day(10) }));
  const { head } = await verify();
  const telling = (forgotten: { number: number; hash: string; entries: number }) =>
    entry({ action: 'audit_forgotten', at: day(20), details: { ...forgotten } });
  const forget = (before: string) => log().forget(fixture.workspace, before, telling);
  expect(await forget(day(1))).toBe(0);
  expect(await forget(day(5))).toBe(3);
  expect(await verify(head)).toMatchObject({ isIntact: true, forgotten: 3, checked: 4, head: { number: 7 } });
  expect(await forget(day(19))).toBe(3);
  expect(await verify()).toMatchObject({ isIntact: true, forgotten: 6, checked: 2 });
  expect((await all()).map(({ action }) => action)).toEqual(['audit_forgotten', 'audit_forgotten']);
});

test('[L4] an anchor that the chain does not tell of is a fault', async () => {
  await append(entry(), entry(), entry());
  await verify();
  await fixture.admin.query(
    `insert into ${table('_audit_anchor')} (number, hash, entries)
       select number, hash, 2 from ${table('_audit_seal')} where number = 2;
     delete from ${table('_audit')} where id <= 2;
     delete from ${table('_audit_seal')} where number <= 2`,
  );
  expect(await verify()).toMatchObject({ isIntact: false, fault: { code: 'unexplained_anchor', number: 2 } });
});

test('[L4] a head that was noted is never passed over: one of what was forgotten is a fault, unless an anchor has it', async () => {
  await append(entry(), entry());
  const { head: second } = await verify();
  await append(entry(), entry());
  await verify();
  const telling = (forgotten: { number: number; hash: string; entries: number }) =>
    entry({ action: 'audit_forgotten', at: '2026-04-01T10:00:00.000Z', details: { ...forgotten } });
  await log().forget(fixture.workspace, '2026-03-02T00:00:00.000Z', telling);
  const { head: third } = await verify();
  expect(await verify(second)).toMatchObject({
    isIntact: false,
    fault: { code: 'forgotten_head', number: 4 },
  });
  const anchors = await fixture.admin.query(
    `select number, encode(hash, 'hex') as hash from ${table('_audit_anchor')}`,
  );
  expect(await verify({ number: 4, hash: anchors.rows[0].hash })).toMatchObject({ isIntact: true });
  expect(await verify({ number: 4, hash: 'f'.repeat(64) })).toMatchObject({ fault: { code: 'other_head' } });
  // Who owns the database takes all of it away, and has the log say that it was forgotten.
  await tamper(
    `delete from ${table('_audit')}; delete from ${table('_audit_seal')};
     alter table ${table('_audit_anchor')} disable trigger user;
     insert into ${table('_audit_anchor')} (number, hash, entries) values (900, sha256('x'), 899)`,
  );
  await append(entry({ action: 'audit_forgotten', details: { number: 900 } }));
  expect(await verify()).toMatchObject({ isIntact: true, forgotten: 900 });
  expect(await verify(third)).toMatchObject({ isIntact: false, fault: { code: 'forgotten_head' } });
});

test('[L3] an entry that no seal comes to is found: put in beside the chain, or held back from it', async () => {
  await append(entry(), entry());
  await verify();
  await tamper(
    `insert into ${table('_audit')} (xid, at, action, outcome, source) values ('3', now(), 'sign_in', 'done', 'web')`,
  );
  expect(await verify()).toMatchObject({
    isIntact: false,
    fault: { code: 'unsealed_entry', entryId: 3 },
    checked: 2,
  });
  await tamper(`delete from ${table('_audit')} where id = 3`);
  expect(await verify()).toMatchObject({ isIntact: true });
});

test('[L2] the chain goes on in another database server, whose transactions have lower numbers', async () => {
  await append(entry(), entry());
  await verify();
  await tamper(`update ${table('_audit_seal')} set horizon = '9000000000'`);
  await append(entry());
  expect(await log().seal(fixture.workspace)).toBe(1);
  await append(entry());
  expect(await verify()).toMatchObject({ isIntact: true, checked: 4, unsealed: 0 });
});

test('[L5] entries are found by time, person, action, object and record, also in lists that showed it', async () => {
  const [one, two] = ['01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000002'];
  await append(
    entry({ at: '2026-03-01T00:00:00.000Z', action: 'a', actorId: one! }),
    entry({ at: '2026-03-02T00:00:00.000Z', action: 'b', object: 'deal', recordId: two! }),
    entry({
      at: '2026-03-03T00:00:00.000Z',
      action: 'c',
      object: 'deal',
      recordIds: [one!, two!],
      outcome: 'refused',
    }),
  );
  const found = async (filter: Parameters<ReturnType<typeof log>['list']>[1]) =>
    (await log().list(fixture.workspace, filter, { limit: 10 })).map(({ action }) => action).join('');
  expect(await found({})).toBe('cba');
  expect(await found({ actorId: one! })).toBe('a');
  expect(await found({ actions: ['a', 'c'] })).toBe('ca');
  expect(await found({ object: 'deal' })).toBe('cb');
  expect(await found({ recordId: two! })).toBe('cb');
  expect(await found({ recordId: one! })).toBe('c');
  expect(await found({ outcome: 'refused' })).toBe('c');
  expect(await found({ from: '2026-03-02T00:00:00.000Z', until: '2026-03-03T00:00:00.000Z' })).toBe('b');
  const [first] = await log().list(fixture.workspace, {}, { limit: 1 });
  const rest = await log().list(fixture.workspace, {}, { limit: 5, after: first! });
  expect(rest.map(({ action }) => action).join('')).toBe('ba');
});
