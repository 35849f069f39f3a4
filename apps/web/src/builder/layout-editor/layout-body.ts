/**
 * Operations on a layout body, pure: each returns a new body. A place is where an item stands (tab, section, column,
 * index); an item is known by its key, which stays the same while it is moved.
 */
import type { LayoutBody, LayoutItem } from '@trellis/metadata';

export type Tab = LayoutBody['tabs'][number];
export type Section = Tab['sections'][number];

export interface ColumnPlace {
  readonly tab: number;
  readonly section: number;
  readonly column: number;
}
export interface Place extends ColumnPlace {
  readonly index: number;
}
export interface PlacedItem {
  readonly key: string;
  readonly item: LayoutItem;
  readonly place: Place;
}

export const MAX_COLUMNS = 3;

/** What an item shows: `field:amount`. Two items of a layout may show the same. */
export function subjectOf(item: LayoutItem): string {
  if (item.type === 'field') return `field:${item.field}`;
  if (item.type === 'related_list') return `related_list:${item.lookup}`;
  return `component:${item.component}`;
}

/** The item that a subject stands for: the inverse of `subjectOf`. */
export function itemFor(subject: string): LayoutItem | undefined {
  const colon = subject.indexOf(':');
  const value = subject.slice(colon + 1);
  switch (subject.slice(0, colon)) {
    case 'field':
      return { type: 'field', field: value };
    case 'related_list':
      return { type: 'related_list', lookup: value };
    case 'component':
      return { type: 'component', component: 'history' };
    default:
      return undefined;
  }
}

/** All items in reading order, with unique keys: a second item of the same subject gets `~2`. */
export function placedItems(body: LayoutBody): readonly PlacedItem[] {
  const counts = new Map<string, number>();
  const placed: PlacedItem[] = [];
  for (const [tab, { sections }] of body.tabs.entries()) {
    for (const [section, { columns }] of sections.entries()) {
      for (const [column, { items }] of columns.entries()) {
        for (const [index, item] of items.entries()) {
          const subject = subjectOf(item);
          const count = (counts.get(subject) ?? 0) + 1;
          counts.set(subject, count);
          const key = count === 1 ? subject : `${subject}~${count}`;
          placed.push({ key, item, place: { tab, section, column, index } });
        }
      }
    }
  }
  return placed;
}

export function itemsAt(body: LayoutBody, { tab, section, column }: ColumnPlace): readonly LayoutItem[] {
  return body.tabs[tab]?.sections[section]?.columns[column]?.items ?? [];
}

export function insertItem(body: LayoutBody, place: Place, item: LayoutItem): LayoutBody {
  return changeItems(body, place, (items) => items.toSpliced(place.index, 0, item));
}

export function removeItem(body: LayoutBody, place: Place): LayoutBody {
  return changeItems(body, place, (items) => items.toSpliced(place.index, 1));
}

export function replaceItem(body: LayoutBody, place: Place, item: LayoutItem): LayoutBody {
  return changeItems(body, place, (items) => items.with(place.index, item));
}

/** Moves an item; the target's index is meant as it is after the item has left its old place. */
export function moveItem(body: LayoutBody, from: Place, to: Place): LayoutBody {
  const item = itemsAt(body, from)[from.index];
  if (item === undefined) return body;
  return insertItem(removeItem(body, from), to, item);
}

export type Direction = 'up' | 'down' | 'left' | 'right';

/** Where an item goes by one key press, as a place after its removal; undefined at the edge. */
export function placeBeside(body: LayoutBody, place: Place, direction: Direction): Place | undefined {
  const sections = body.tabs[place.tab]?.sections ?? [];
  const columns = sections[place.section]?.columns ?? [];
  if (direction === 'left' || direction === 'right') {
    const column = place.column + (direction === 'left' ? -1 : 1);
    const length = columns[column]?.items.length;
    return length === undefined ? undefined : { ...place, column, index: Math.min(place.index, length) };
  }
  const length = columns[place.column]?.items.length ?? 0;
  if (direction === 'up' && place.index > 0) return { ...place, index: place.index - 1 };
  if (direction === 'down' && place.index < length - 1) return { ...place, index: place.index + 1 };
  const section = place.section + (direction === 'up' ? -1 : 1);
  const next = sections[section];
  if (next === undefined) return undefined;
  const column = Math.min(place.column, next.columns.length - 1);
  const end = next.columns[column]?.items.length ?? 0;
  return { tab: place.tab, section, column, index: direction === 'up' ? end : 0 };
}

export function addSection(body: LayoutBody, tab: number, section: Section, at?: number): LayoutBody {
  return changeTab(body, tab, (each) => ({
    ...each,
    sections: each.sections.toSpliced(at ?? each.sections.length, 0, section),
  }));
}

export function changeSection(
  body: LayoutBody,
  tab: number,
  section: number,
  change: (section: Section) => Section,
): LayoutBody {
  return changeTab(body, tab, (each) => {
    const current = each.sections[section];
    return current === undefined ? each : { ...each, sections: each.sections.with(section, change(current)) };
  });
}

export function removeSection(body: LayoutBody, tab: number, section: number): LayoutBody {
  return changeTab(body, tab, (each) => ({ ...each, sections: each.sections.toSpliced(section, 1) }));
}

export function moveSection(
  body: LayoutBody,
  from: { readonly tab: number; readonly section: number },
  to: { readonly tab: number; readonly section: number },
): LayoutBody {
  const section = body.tabs[from.tab]?.sections[from.section];
  if (section === undefined || body.tabs[to.tab] === undefined) return body;
  return addSection(removeSection(body, from.tab, from.section), to.tab, section, to.section);
}

/** Gives a section a number of columns; items of columns that go are added to the last one that stays. */
export function setColumnCount(body: LayoutBody, tab: number, section: number, count: number): LayoutBody {
  return changeSection(body, tab, section, (current) => {
    const columns = current.columns.slice(0, count);
    const orphans = current.columns.slice(count).flatMap((column) => column.items);
    while (columns.length < count) columns.push({ items: [] });
    const last = columns.at(-1) ?? { items: [] };
    return { ...current, columns: columns.with(-1, { items: [...last.items, ...orphans] }) };
  });
}

export function addTab(body: LayoutBody, label: string): LayoutBody {
  return {
    ...body,
    tabs: [...body.tabs, { label, sections: [{ columns: [{ items: [] }, { items: [] }] }] }],
  };
}

export function changeTab(body: LayoutBody, tab: number, change: (tab: Tab) => Tab): LayoutBody {
  const current = body.tabs[tab];
  return current === undefined ? body : { ...body, tabs: body.tabs.with(tab, change(current)) };
}

/** A layout always keeps one tab. */
export function removeTab(body: LayoutBody, tab: number): LayoutBody {
  return body.tabs.length <= 1 ? body : { ...body, tabs: body.tabs.toSpliced(tab, 1) };
}

export function moveTab(body: LayoutBody, from: number, to: number): LayoutBody {
  const tab = body.tabs[from];
  if (tab === undefined || to < 0 || to >= body.tabs.length) return body;
  return { ...body, tabs: body.tabs.toSpliced(from, 1).toSpliced(to, 0, tab) };
}

export function setHighlights(body: LayoutBody, highlights: readonly string[]): LayoutBody {
  const { highlights: _, ...rest } = body;
  return highlights.length === 0 ? rest : { ...body, highlights: [...highlights] };
}

/** The body with a field put where a new one belongs: the shortest column of the first section that shows fields. */
export function placeField(body: LayoutBody, field: string): LayoutBody {
  for (const [tab, { sections }] of body.tabs.entries()) {
    for (const [section, { columns }] of sections.entries()) {
      const hasFields = columns.some(({ items }) => items.some((item) => item.type === 'field'));
      const isEmpty = columns.every(({ items }) => items.length === 0);
      if (!hasFields && !isEmpty) continue;
      const shortest = Math.min(...columns.map(({ items }) => items.length));
      const column = columns.findIndex(({ items }) => items.length === shortest);
      return insertItem(body, { tab, section, column, index: shortest }, { type: 'field', field });
    }
  }
  return addSection(body, 0, { columns: [{ items: [{ type: 'field', field }] }] }, 0);
}

/** The body without a field, wherever it stands. */
export function withoutField(body: LayoutBody, field: string): LayoutBody {
  const kept = mapItems(body, (item) => (item.type === 'field' && item.field === field ? [] : [item]));
  return setHighlights(
    kept,
    (body.highlights ?? []).filter((name) => name !== field),
  );
}

/** The body whose related lists of an object no longer show or sort by a field of it. */
export function withoutRelatedColumn(body: LayoutBody, object: string, field: string): LayoutBody {
  const names = (path: string) => path.replace(/^-/, '').split('.')[0] === field;
  return mapItems(body, (item) => {
    if (item.type !== 'related_list' || !item.lookup.startsWith(`${object}.`)) return [item];
    if (item.lookup === `${object}.${field}`) return [];
    const { columns, sort, ...rest } = item;
    const keptColumns = columns?.filter((path) => !names(path)) ?? [];
    const keptSort = sort?.filter((key) => !names(key)) ?? [];
    return [
      {
        ...rest,
        ...(keptColumns.length > 0 ? { columns: keptColumns } : {}),
        ...(keptSort.length > 0 ? { sort: keptSort } : {}),
      },
    ];
  });
}

function mapItems(body: LayoutBody, change: (item: LayoutItem) => LayoutItem[]): LayoutBody {
  const tabs = body.tabs.map((tab) => ({
    ...tab,
    sections: tab.sections.map((section) => ({
      ...section,
      columns: section.columns.map((column) => ({ items: column.items.flatMap(change) })),
    })),
  }));
  return { ...body, tabs };
}

function changeItems(
  body: LayoutBody,
  place: ColumnPlace,
  change: (items: LayoutItem[]) => LayoutItem[],
): LayoutBody {
  return changeSection(body, place.tab, place.section, (section) => {
    const column = section.columns[place.column];
    if (column === undefined) return section;
    return { ...section, columns: section.columns.with(place.column, { items: change(column.items) }) };
  });
}
