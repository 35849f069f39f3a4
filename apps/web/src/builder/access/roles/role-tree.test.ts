import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RoleNode, roleTree, visibleRows } from './role-tree.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Any roles, circles and unknown parents included. */
const roles = fc
  .array(fc.option(fc.constantFrom(...NAMES, 'gone'), { nil: undefined }), { minLength: 1, maxLength: 6 })
  .map((parents) =>
    parents.map((parent, index): RoleNode => ({ name: NAMES[index]!, label: NAMES[index]!, parent })),
  );

describe('the role tree', () => {
  it('shows every role once, whatever they say of their parents', () => {
    fc.assert(
      fc.property(roles, (given) => {
        const names = roleTree(given).rows.map((row) => row.name);
        expect(names.toSorted()).toEqual(given.map((role) => role.name));
      }),
    );
  });

  it('never has a role below itself, so that no parent that is offered makes a circle', () => {
    fc.assert(
      fc.property(roles, (given) => {
        const tree = roleTree(given);
        for (const { name } of given) expect(tree.below(name).has(name)).toBe(false);
      }),
    );
  });

  it('hides what is below a closed role and nothing else', () => {
    const given = [
      { name: 'ceo', label: 'CEO', parent: undefined },
      { name: 'sales', label: 'Sales', parent: 'ceo' },
      { name: 'rep', label: 'Rep', parent: 'sales' },
      { name: 'service', label: 'Service', parent: 'ceo' },
    ];
    const { rows, below } = roleTree(given);
    const names = (closed: string[]) => visibleRows(rows, new Set(closed)).map((row) => row.name);
    expect(names([])).toEqual(['ceo', 'sales', 'rep', 'service']);
    expect(names(['sales'])).toEqual(['ceo', 'sales', 'service']);
    expect(names(['ceo'])).toEqual(['ceo']);
    expect([...below('ceo')].toSorted()).toEqual(['rep', 'sales', 'service']);
  });
});
