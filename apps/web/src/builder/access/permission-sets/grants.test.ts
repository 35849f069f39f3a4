import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Grant,
  LEVELS,
  RIGHTS,
  withDefaultField,
  withFieldRight,
  withGrant,
  withLevel,
  withRight,
} from './grants.ts';

const TYPES = ['new', 'renewal'];
const steps = fc.array(
  fc.oneof(
    fc.record({ right: fc.constantFrom(...RIGHTS), isOn: fc.boolean() }),
    fc.record({ level: fc.constantFrom(...LEVELS) }),
  ),
  { maxLength: 12 },
);

describe('the rights of a grant hang together', () => {
  it('after any clicks, nothing is granted that needs a right which is missing', () => {
    fc.assert(
      fc.property(steps, (clicks) => {
        let grant: Grant | undefined;
        for (const click of clicks) {
          grant =
            'level' in click
              ? withLevel(grant, click.level, TYPES)
              : withRight(grant, click.right, click.isOn, TYPES);
          if ('right' in click) expect(grant?.[click.right] === true).toBe(click.isOn);
          if (grant === undefined) continue;
          expect(grant.read).toBe(true);
          if (grant.import) expect(grant.create).toBe(true);
          if (grant.modify_all) expect([grant.update, grant.view_all]).toEqual([true, true]);
          expect(grant.default_field).toBeDefined();
        }
      }),
    );
  });

  it('makes what is granted useful: fields to read, then to edit, and record types to choose', () => {
    const read = withRight(undefined, 'read', true, TYPES);
    expect(read).toEqual({ read: true, default_field: 'read' });
    const create = withRight(read, 'create', true, TYPES);
    expect(create).toEqual({ read: true, create: true, default_field: 'update', record_types: TYPES });
    expect(withRight(create, 'create', false, TYPES)?.default_field).toBe('read');
    expect(withRight(create, 'read', false, TYPES)).toBeUndefined();
  });

  it('leaves alone what was chosen by hand', () => {
    const hidden: Grant = { read: true, default_field: 'none', fields: { name: 'read' } };
    expect(withRight(hidden, 'update', true, [])).toEqual({ ...hidden, update: true });
    const types: Grant = { read: true, create: true, default_field: 'read', record_types: [] };
    expect(withRight(types, 'update', true, TYPES)).toEqual({ ...types, update: true });
  });

  it('keeps only fields that differ', () => {
    const grant: Grant = { read: true, default_field: 'read' };
    const without = withFieldRight(grant, 'amount', 'none');
    expect(without.fields).toEqual({ amount: 'none' });
    expect(withFieldRight(without, 'amount', undefined)).toEqual(grant);
  });

  it('never hides the name of records together with the rest', () => {
    const grant: Grant = { read: true, default_field: 'read' };
    expect(withDefaultField(grant, 'none', 'name')).toEqual({
      read: true,
      default_field: 'none',
      fields: { name: 'read' },
    });
    const edited = { ...grant, fields: { name: 'update' as const } };
    expect(withDefaultField(edited, 'none', 'name').fields).toEqual({ name: 'update' });
  });

  it('takes an object out of the set when nothing on it is left', () => {
    const body = { label: 'Sales', objects: { deal: { read: true }, account: { read: true } } };
    expect(Object.keys(withGrant(body, 'deal', { read: true, create: true }).objects ?? {})).toEqual([
      'deal',
      'account',
    ]);
    expect(withGrant(body, 'deal', undefined).objects).toEqual({ account: { read: true } });
  });
});
