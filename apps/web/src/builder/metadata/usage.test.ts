import { describe, expect, it } from 'vitest';
import { EMPTY_DRAFT, type PublishedComponent } from '../draft/draft.ts';
import { makeCatalogue, relatedListsOf } from './catalogue.ts';
import { pathChoices } from './system-fields.ts';
import { findFieldUsages } from './usage.ts';

const component = (kind: string, name: string, body: unknown): PublishedComponent => ({
  kind,
  name,
  body,
  package: null,
});
const catalogue = makeCatalogue(
  [
    component('object', 'account', { label: 'Account', plural_label: 'Accounts', name_field: 'name' }),
    component('field', 'account.name', { label: 'Name', type: 'text' }),
    component('object', 'contact', { label: 'Contact', plural_label: 'Contacts', name_field: 'name' }),
    component('field', 'contact.name', { label: 'Name', type: 'text' }),
    component('field', 'contact.account', { label: 'Account', type: 'lookup', to: 'account' }),
    component('view', 'contact.all', {
      label: 'All',
      columns: ['name', 'account.name'],
      sort: ['-account.name'],
      filter: { '==': [{ var: 'account.name' }, 'x'] },
    }),
    component('layout', 'account.default', {
      label: 'Account',
      tabs: [
        {
          label: 'Details',
          sections: [
            { columns: [{ items: [{ type: 'field', field: 'name' }] }] },
            {
              columns: [{ items: [{ type: 'related_list', lookup: 'contact.account', columns: ['name'] }] }],
            },
          ],
        },
      ],
    }),
  ],
  EMPTY_DRAFT,
);
const places = (field: string) =>
  findFieldUsages(catalogue, field).map((each) => `${each.name}${each.pointer}`);

describe('findFieldUsages', () => {
  it('finds names, paths through lookups, sort keys and expressions', () => {
    expect(places('account.name')).toEqual([
      'account/name_field',
      'contact.all/columns/1',
      'contact.all/sort/0',
      'contact.all/filter/==/0/var',
      'account.default/tabs/0/sections/0/columns/0/items/0/field',
    ]);
  });

  it('counts the columns of a related list for the other object', () => {
    expect(places('contact.name')).toEqual([
      'contact/name_field',
      'contact.all/columns/0',
      'account.default/tabs/0/sections/1/columns/0/items/0/columns/0',
    ]);
  });

  it('finds the lookup itself in paths and related lists', () => {
    expect(places('contact.account')).toContain('account.default/tabs/0/sections/1/columns/0/items/0/lookup');
    expect(places('contact.account')).toContain('contact.all/columns/1');
  });
});

describe('catalogue', () => {
  it('offers related lists and paths of one hop', () => {
    expect(relatedListsOf(catalogue, 'account')).toEqual([
      { lookup: 'contact.account', object: 'contact', field: 'account', label: 'Contacts' },
    ]);
    expect(pathChoices(catalogue, 'contact').map((each) => each.path)).toContain('account.name');
    expect(pathChoices(catalogue, 'contact').find((each) => each.path === 'account.name')?.label).toBe(
      'Account › Name',
    );
  });
});
