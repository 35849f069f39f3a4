/**
 * Every address of the builder in one table: what stands after `/setup` as a page, and back. The address bar may
 * say anything; what isn't in the table is `unknown`.
 */
import type { Reference } from './draft/draft.ts';

export const OBJECT_TABS = [
  'fields',
  'layouts',
  'views',
  'rules',
  'record-types',
  'sharing',
  'settings',
] as const;
export type ObjectTab = (typeof OBJECT_TABS)[number];

export type BuilderPage =
  | { readonly page: 'objects' }
  | { readonly page: 'object'; readonly object: string; readonly tab: ObjectTab }
  | { readonly page: 'field'; readonly object: string; readonly name: string }
  | { readonly page: 'layout'; readonly object: string; readonly name: string }
  | { readonly page: 'view'; readonly object: string; readonly name: string }
  | { readonly page: 'rule'; readonly object: string; readonly name: string }
  | { readonly page: 'record_type'; readonly object: string; readonly name: string }
  | { readonly page: 'sharing_rule'; readonly object: string; readonly name: string }
  | { readonly page: 'people' }
  | { readonly page: 'person'; readonly id: string }
  | { readonly page: 'roles' }
  | { readonly page: 'role'; readonly name: string }
  | { readonly page: 'permission_sets' }
  | { readonly page: 'permission_set'; readonly name: string }
  | { readonly page: 'apps' }
  | { readonly page: 'app'; readonly name: string }
  | { readonly page: 'option_sets' }
  | { readonly page: 'option_set'; readonly name: string }
  | { readonly page: 'revisions' }
  | { readonly page: 'storage' }
  | { readonly page: 'jobs' }
  | { readonly page: 'audit' }
  | { readonly page: 'teams' }
  | { readonly page: 'api_keys' }
  | { readonly page: 'stand_ins' }
  | { readonly page: 'unknown' };

/** The kind of component that each tab lists. */
export const KIND_OF_TAB = {
  fields: 'field',
  layouts: 'layout',
  views: 'view',
  rules: 'rule',
  'record-types': 'record_type',
  sharing: 'sharing_rule',
} as const satisfies Readonly<Record<Exclude<ObjectTab, 'settings'>, string>>;

export const TAB_OF_KIND: { readonly [kind: string]: ObjectTab | undefined } = Object.fromEntries(
  OBJECT_TABS.filter((tab) => tab !== 'settings').map((tab) => [KIND_OF_TAB[tab], tab]),
);

/** `/setup/objects/deal/fields/amount` → the page; anything before `/setup` is ignored. */
export function parsePath(pathname: string): BuilderPage {
  const start = pathname.indexOf('/setup');
  const [section, first, part, name, ...rest] = pathname
    .slice(start < 0 ? 0 : start + '/setup'.length)
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment);
  if (rest.length > 0) return { page: 'unknown' };
  switch (section) {
    case undefined:
      return { page: 'objects' };
    case 'objects':
      return first === undefined ? { page: 'objects' } : parseObjectPath(first, part, name);
    case 'apps':
      if (part !== undefined) return { page: 'unknown' };
      return first === undefined ? { page: 'apps' } : { page: 'app', name: first };
    case 'people':
      if (part !== undefined) return { page: 'unknown' };
      return first === undefined ? { page: 'people' } : { page: 'person', id: first };
    case 'roles':
      if (part !== undefined) return { page: 'unknown' };
      return first === undefined ? { page: 'roles' } : { page: 'role', name: first };
    case 'permission-sets':
      if (part !== undefined) return { page: 'unknown' };
      return first === undefined ? { page: 'permission_sets' } : { page: 'permission_set', name: first };
    case 'option-sets':
      if (part !== undefined) return { page: 'unknown' };
      return first === undefined ? { page: 'option_sets' } : { page: 'option_set', name: first };
    case 'api-keys':
      return first === undefined ? { page: 'api_keys' } : { page: 'unknown' };
    case 'stand-ins':
      return first === undefined ? { page: 'stand_ins' } : { page: 'unknown' };
    case 'revisions':
    case 'storage':
    case 'jobs':
    case 'audit':
    case 'teams':
      return first === undefined ? { page: section } : { page: 'unknown' };
    default:
      return { page: 'unknown' };
  }
}

function parseObjectPath(object: string, part: string | undefined, name: string | undefined): BuilderPage {
  if (part === undefined) return { page: 'object', object, tab: 'fields' };
  const tab = OBJECT_TABS.find((each) => each === part);
  if (tab === undefined) return { page: 'unknown' };
  if (name === undefined) return { page: 'object', object, tab };
  return tab === 'settings' ? { page: 'unknown' } : { page: KIND_OF_TAB[tab], object, name };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The address of a page, without what stands before `/setup`. */
export function pathOfPage(page: BuilderPage): string {
  switch (page.page) {
    case 'object':
      return `/setup/objects/${page.object}/${page.tab}`;
    case 'field':
      return `/setup/objects/${page.object}/fields/${page.name}`;
    case 'layout':
      return `/setup/objects/${page.object}/layouts/${page.name}`;
    case 'view':
      return `/setup/objects/${page.object}/views/${page.name}`;
    case 'rule':
      return `/setup/objects/${page.object}/rules/${page.name}`;
    case 'record_type':
      return `/setup/objects/${page.object}/record-types/${page.name}`;
    case 'sharing_rule':
      return `/setup/objects/${page.object}/sharing/${page.name}`;
    case 'person':
      return `/setup/people/${page.id}`;
    case 'role':
      return `/setup/roles/${page.name}`;
    case 'api_keys':
      return '/setup/api-keys';
    case 'stand_ins':
      return '/setup/stand-ins';
    case 'permission_sets':
      return '/setup/permission-sets';
    case 'permission_set':
      return `/setup/permission-sets/${page.name}`;
    case 'app':
      return `/setup/apps/${page.name}`;
    case 'option_set':
      return `/setup/option-sets/${page.name}`;
    case 'option_sets':
      return '/setup/option-sets';
    case 'unknown':
    case 'objects':
      return '/setup/objects';
    default:
      return `/setup/${page.page}`;
  }
}

/** Where a component is edited; undefined for kinds that have no editor yet. */
export function pageOfComponent({ kind, name }: Reference): BuilderPage | undefined {
  const dot = name.indexOf('.');
  const object = name.slice(0, dot);
  const short = name.slice(dot + 1);
  switch (kind) {
    case 'object':
      return { page: 'object', object: name, tab: 'settings' };
    case 'field':
    case 'layout':
    case 'view':
    case 'rule':
    case 'record_type':
    case 'sharing_rule':
      return dot < 0 ? undefined : { page: kind, object, name: short };
    case 'app':
    case 'option_set':
    case 'role':
    case 'permission_set':
      return { page: kind, name };
    default:
      return undefined;
  }
}
