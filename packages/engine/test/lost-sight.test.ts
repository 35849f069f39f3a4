/** Who is told that a sharing rule has closed a record to them: each who saw it before, however its changes are read. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecordChange, UserContext } from '../src/index.ts';
import { type OpenEngine, openEngine } from './open-engine.ts';

const part = (kind: string, name: string, body: object) => ({ kind, name, body });
let open: OpenEngine;
let packer: UserContext;
beforeAll(async () => {
  open = await openEngine([
    part('role', 'packer', { label: 'Packer' }),
    part('object', 'sale', { label: 'Sale', plural_label: 'Sales', name_field: 'name' }),
    part('field', 'sale.name', { label: 'Name', type: 'text' }),
    part('field', 'sale.amount', { label: 'Amount', type: 'integer' }),
    part('field', 'sale.note', { label: 'Note', type: 'text' }),
    part('sharing_rule', 'sale.packed', {
      label: 'Large ones, packed',
      when: { and: [{ '>': [{ var: 'amount' }, 8] }, { '==': [{ var: 'name' }, 'packed'] }] },
      share_with: [{ role: 'packer' }],
      access: 'read',
    }),
    part('permission_set', 'reader', {
      label: 'Reader',
      objects: { sale: { read: true, default_field: 'read' } },
    }),
  ]);
  const { engine, system, admin } = open;
  const user = await engine.users.create(system, {
    email: 'packer@example.com',
    name: 'Packer',
    permissionSets: ['reader'],
    passwordHash: null,
  });
  await engine.users.update(system, user.id, { fields: { role: 'packer' } });
  packer = { ...admin, userId: user.id, permissionSets: ['reader'] };
});
afterAll(() => open?.close());

const change = fc.record(
  {
    amount: fc.constantFrom(5, 6, 10, 11),
    name: fc.constantFrom('packed', 'sent'),
    note: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: [] },
);

it('F2b tells of each change of what the rule asks before which they saw it, whatever has happened since', async () => {
  const { engine, admin, workspace } = open;
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 2, maxLength: 6 }),
      fc.integer({ min: 1, max: 7 }),
      async (inputs, limit) => {
        const start = { amount: 10, name: 'packed', note: 'a' };
        const { id } = await engine.records.create(admin, 'sale', start);
        let position = await engine.changes.position();
        const states = [start];
        for (const input of inputs) {
          const before = states.at(-1)!;
          const after = { ...before, ...input };
          if (JSON.stringify(after) === JSON.stringify(before)) continue;
          await engine.records.update(admin, 'sale', String(id), input);
          states.push(after);
        }
        const told: RecordChange[] = [];
        // What others do on this server holds changes back for a moment.
        for (let version = 1; version < states.length; ) {
          const read = await engine.changes.read(workspace, position, limit);
          position = read.position;
          const ofThis = read.changes.filter((each) => each.id === id && each.action === 'update');
          version += ofThis.length;
          told.push(...(await engine.changes.visible(packer, ofThis)));
        }
        const fits = ({ amount, name }: typeof start) => amount > 8 && name === 'packed';
        const isMoved = (before: typeof start, after: typeof start) =>
          before.amount !== after.amount || before.name !== after.name;
        const expected = states.slice(1).flatMap((after, index) => {
          const before = states[index]!;
          if (fits(states.at(-1)!)) return ['update'];
          return fits(before) && isMoved(before, after) ? ['hidden'] : [];
        });
        expect(told.map(({ action }) => action)).toEqual(expected);
      },
    ),
    { numRuns: 25, examples: [[[{ amount: 5 }, { name: 'sent' }], 1]] },
  );
});
