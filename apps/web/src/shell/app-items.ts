/** Where the items of an app lead, and what they are called. */

import type { ObjectSummary } from '@trellis/forms';
import type { AppItem } from '@trellis/metadata';
import type { ListSearch } from '../paths.ts';

export type ItemTarget =
  | { readonly kind: 'list'; readonly object: string; readonly search: ListSearch }
  | { readonly kind: 'url'; readonly url: string };

export function itemTarget(item: AppItem): ItemTarget | undefined {
  switch (item.type) {
    case 'object':
      return { kind: 'list', object: item.object, search: {} };
    case 'view': {
      const [object = '', view = ''] = item.view.split('.');
      return { kind: 'list', object, search: { view } };
    }
    case 'link':
      return { kind: 'url', url: item.url };
    case 'heading':
      return undefined;
  }
}

export interface NavigationSection {
  readonly label: string | null;
  readonly items: readonly AppItem[];
}

/** The items of an app, cut at its headings. */
export function sectionsOf(items: readonly AppItem[]): NavigationSection[] {
  const sections: { label: string | null; items: AppItem[] }[] = [{ label: null, items: [] }];
  for (const item of items) {
    if (item.type === 'heading') sections.push({ label: item.label, items: [] });
    else sections.at(-1)?.items.push(item);
  }
  return sections.filter((section) => section.items.length > 0);
}

/** Objects that no item of the app shows: reachable all the same. */
export function objectsBeyond(items: readonly AppItem[], objects: readonly ObjectSummary[]): ObjectSummary[] {
  const shown = new Set(items.flatMap((item) => (item.type === 'object' ? [item.object] : [])));
  return objects
    .filter((object) => !shown.has(object.name) && !object.is_system)
    .sort((a, b) => a.plural_label.localeCompare(b.plural_label));
}
