/**
 * Names of what can be dragged and dropped on: `item|field:amount`, `column|0|1|0` (tab, section, column),
 * `section|0|1`, `tab|1`, `palette|field:amount`, `palette-area`.
 */
import type { LayoutBody } from '@trellis/metadata';
import { type ColumnPlace, itemsAt, type Place, placedItems } from './layout-body.ts';

export const PALETTE_AREA = 'palette-area';

export const itemId = (key: string) => `item|${key}`;
export const columnId = ({ tab, section, column }: ColumnPlace) => `column|${tab}|${section}|${column}`;
export const sectionId = (tab: number, section: number) => `section|${tab}|${section}`;
export const tabId = (tab: number) => `tab|${tab}`;
export const paletteId = (subject: string) => `palette|${subject}`;

export type DragName =
  | { readonly kind: 'item'; readonly key: string }
  | { readonly kind: 'palette'; readonly subject: string }
  | { readonly kind: 'column'; readonly place: ColumnPlace }
  | { readonly kind: 'section'; readonly tab: number; readonly section: number }
  | { readonly kind: 'tab'; readonly tab: number }
  | { readonly kind: 'palette_area' };

export function readDragId(id: string): DragName | undefined {
  if (id === PALETTE_AREA) return { kind: 'palette_area' };
  const bar = id.indexOf('|');
  const rest = id.slice(bar + 1);
  const [first = 0, second = 0, third = 0] = rest.split('|').map(Number);
  switch (id.slice(0, bar)) {
    case 'item':
      return { kind: 'item', key: rest };
    case 'palette':
      return { kind: 'palette', subject: rest };
    case 'column':
      return { kind: 'column', place: { tab: first, section: second, column: third } };
    case 'section':
      return { kind: 'section', tab: first, section: second };
    case 'tab':
      return { kind: 'tab', tab: first };
    default:
      return undefined;
  }
}

/** Where an item lands when it is held over something; `below` when it is past the middle of an item. */
export function placeOver(body: LayoutBody, over: DragName, below: boolean): Place | undefined {
  if (over.kind === 'item') {
    const target = placedItems(body).find((placed) => placed.key === over.key)?.place;
    return target === undefined ? undefined : { ...target, index: target.index + (below ? 1 : 0) };
  }
  if (over.kind === 'column') return { ...over.place, index: itemsAt(body, over.place).length };
  if (over.kind === 'section') {
    const place = { tab: over.tab, section: over.section, column: 0 };
    return { ...place, index: itemsAt(body, place).length };
  }
  return undefined;
}
