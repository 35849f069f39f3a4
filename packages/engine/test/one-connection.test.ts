/**
 * The face on a pool of one connection: whatever asks for a second one while it holds a transaction would wait for
 * itself here, and for as many callers as the pool has members elsewhere.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, type OpenEngine, openEngine, SAMPLE } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine(SAMPLE, { poolSize: 1 });
}, 60_000);
afterAll(() => open?.close());

const make = async (object: string, input: object) =>
  String((await open.engine.records.create(open.admin, object, input)).id);
const batch = (object: string, request: object) =>
  open.engine.records.batch(open.admin, object, {
    operation: 'create',
    records: [],
    allOrNothing: false,
    dryRun: false,
    ...request,
  });
const statuses = async (outcome: ReturnType<typeof batch>) =>
  (await outcome).results.map((result) => result.status);

describe('one connection is enough', () => {
  it('for changes that lose a race, and say to whom', async () => {
    const { records } = open.engine;
    const id = await make('thing', { name: 'x' });
    const changes = [1, 2, 3, 4, 5].map((count) =>
      records.update(open.admin, 'thing', id, { count }, { version: 1 }),
    );
    const outcomes = await Promise.allSettled(changes);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    const deletion = await errorOf(records.delete(open.admin, 'thing', id, { version: 1 }));
    expect(deletion).toMatchObject({ code: 'stale_version', details: { changed_fields: ['count'] } });
  });

  it('for batches with auto-numbers, and for upserts side by side', async () => {
    expect(await statuses(batch('thing', { records: [{ name: 'a' }, { name: 'b' }] }))).toEqual([
      'created',
      'created',
    ]);
    // Many times: one that finds none must come upon what another has made before it writes.
    for (let round = 0; round < 20; round++) {
      const records = ['u', 'v'].map((name) => ({ name, code: `${name}${round}` }));
      const upserts = [1, 2, 3, 4].map(() => batch('company', { operation: 'upsert', key: 'code', records }));
      for (const { results } of await Promise.all(upserts))
        expect(results.map((result) => result.errors)).toEqual([undefined, undefined]);
    }
  });

  it('for links, deletions, restores and purges', async () => {
    const { records } = open.engine;
    const person = await make('person', { name: 'P' });
    const company = await make('company', { name: 'C', people: [person] });
    await make('person', { name: 'Q', employer: company });
    await records.update(open.admin, 'company', company, { people: [] });
    await records.update(open.admin, 'company', company, { people: [person] });
    await records.delete(open.admin, 'company', company);
    await records.restore(open.admin, 'company', company);
    expect(await records.get(open.admin, 'company', company)).toMatchObject({ people: [person] });
    await records.delete(open.admin, 'company', company, { purge: true });
    expect(await statuses(batch('person', { operation: 'delete', records: [person] }))).toEqual(['deleted']);
  });

  it('for users, publishes and lists with a count', async () => {
    const { users, metadata, records } = open.engine;
    const { id } = await users.create(open.admin, { email: 'b@example.com', name: 'B', passwordHash: 'x' });
    await users.update(open.admin, id, { name: 'Bob', isActive: false });
    const field = { kind: 'field', name: 'thing.more', body: { label: 'More', type: 'text' } };
    await metadata.publish(open.admin, { components: [field] });
    const page = await records.list(open.admin, 'thing', { count: 'exact', limit: 1 });
    expect(page.count?.kind).toBe('exact');
  });
});
