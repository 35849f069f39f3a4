import { describe, expect, it } from 'vitest';
import { pageOfComponent, parsePath, pathOfPage } from './paths.ts';

const PATHS = [
  '/setup/objects',
  '/setup/objects/deal/fields',
  '/setup/objects/deal/fields/amount',
  '/setup/objects/deal/layouts',
  '/setup/objects/deal/layouts/default',
  '/setup/objects/deal/views',
  '/setup/objects/deal/views/all',
  '/setup/objects/deal/record-types',
  '/setup/objects/deal/record-types/renewal',
  '/setup/objects/deal/sharing',
  '/setup/objects/deal/sharing/large_deals',
  '/setup/objects/deal/settings',
  '/setup/people',
  '/setup/people/0198c0de-0000-7000-8000-000000000001',
  '/setup/roles',
  '/setup/roles/manager',
  '/setup/permission-sets',
  '/setup/permission-sets/sales_rep',
  '/setup/apps',
  '/setup/apps/sales',
  '/setup/option-sets',
  '/setup/option-sets/industry',
  '/setup/revisions',
  '/setup/storage',
  '/setup/api-keys',
  '/setup/stand-ins',
];

describe('paths', () => {
  it.each(PATHS)('%s comes back from its page', (path) => {
    expect(pathOfPage(parsePath(path))).toBe(path);
    expect(parsePath(`/w/sandbox${path}/`)).toEqual(parsePath(path));
  });

  it.each([
    '/setup/nothing',
    '/setup/objects/deal/nothing',
    '/setup/objects/deal/settings/x',
    '/setup/apps/a/b',
    '/setup/storage/x',
    '/setup/objects/a/fields/b/c',
  ])('%s is unknown', (path) => expect(parsePath(path)).toEqual({ page: 'unknown' }));

  it('starts at the objects', () => {
    expect(parsePath('/setup')).toEqual({ page: 'objects' });
    expect(parsePath('/setup/objects/deal')).toEqual({ page: 'object', object: 'deal', tab: 'fields' });
  });

  it('knows where a component is edited', () => {
    expect(pageOfComponent({ kind: 'field', name: 'deal.amount' })).toEqual(
      parsePath('/setup/objects/deal/fields/amount'),
    );
    expect(pageOfComponent({ kind: 'rule', name: 'deal.x' })).toEqual(
      parsePath('/setup/objects/deal/rules/x'),
    );
    expect(pageOfComponent({ kind: 'role', name: 'manager' })).toEqual(parsePath('/setup/roles/manager'));
    expect(pageOfComponent({ kind: 'nothing', name: 'x' })).toBeUndefined();
  });
});
