/**
 * Dragging in the layout editor. While something is held, a working copy of the body follows it, so that one sees
 * where it would land; letting go commits the copy as one step, Escape drops it.
 */
import {
  type CollisionDetection,
  closestCenter,
  closestCorners,
  type DragEndEvent,
  type DragOverEvent,
  type DragStartEvent,
  getFirstCollision,
  KeyboardCode,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  PointerSensor,
  pointerWithin,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import type { LayoutBody } from '@trellis/metadata';
import { useState } from 'react';
import { type DragName, PALETTE_AREA, placeOver, readDragId } from './drag-ids.ts';
import {
  insertItem,
  itemFor,
  moveItem,
  moveSection,
  type Place,
  placedItems,
  removeItem,
  subjectOf,
} from './layout-body.ts';

interface Held {
  readonly name: DragName;
  /** Key of the item in the working copy; undefined while it is on no column. */
  readonly key: string | undefined;
  readonly body: LayoutBody;
}

export interface LayoutDrag {
  /** The working copy while dragging, else the body itself. */
  readonly shown: LayoutBody;
  readonly held: DragName | undefined;
  readonly heldKey: string | undefined;
  readonly context: {
    readonly sensors: ReturnType<typeof useSensors>;
    readonly collisionDetection: CollisionDetection;
    onDragStart(event: DragStartEvent): void;
    onDragOver(event: DragOverEvent): void;
    onDragEnd(event: DragEndEvent): void;
    onDragCancel(): void;
  };
}

export function useLayoutDrag(
  body: LayoutBody,
  commit: (body: LayoutBody) => void,
  openTab: (tab: number) => void,
): LayoutDrag {
  const [held, setHeld] = useState<Held | undefined>();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 5 } }),
    useSensor(KeyboardSensor, { coordinateGetter: nextCoordinates }),
  );

  const onDragStart = ({ active }: DragStartEvent) => {
    const name = readDragId(String(active.id));
    if (name !== undefined) setHeld({ name, key: name.kind === 'item' ? name.key : undefined, body });
  };

  const onDragOver = ({ active, over, activatorEvent }: DragOverEvent) => {
    if (held === undefined || over === null || held.name.kind === 'section') return;
    const target = readDragId(String(over.id));
    if (target === undefined) return;
    if (target.kind === 'tab') return openTab(target.tab);
    if (target.kind === 'palette_area') return;
    if (target.kind === 'item' && target.key === held.key) return;
    const rect = active.rect.current.translated;
    const below = rect !== null && rect.top + rect.height / 2 > over.rect.top + over.rect.height / 2;
    const side = activatorEvent instanceof KeyboardEvent ? 'swap' : below ? 'after' : 'before';
    setHeld((current) => (current === undefined ? current : carried(current, target, side)));
  };

  const onDragEnd = ({ active, over }: DragEndEvent) => {
    const target = over === null ? undefined : readDragId(String(over.id));
    const current = held;
    setHeld(undefined);
    if (current === undefined || target === undefined || over === null) return;
    if (current.name.kind === 'section') {
      if (target.kind === 'section' && active.id !== over.id) commit(moveSection(body, current.name, target));
      return;
    }
    if (target.kind === 'palette_area') {
      const place = placeOf(body, current.key);
      if (place !== undefined && current.name.kind === 'item') commit(removeItem(body, place));
      return;
    }
    if (current.body !== body) commit(current.body);
  };

  return {
    shown: held?.body ?? body,
    held: held?.name,
    heldKey: held?.key,
    context: {
      sensors,
      collisionDetection,
      onDragStart,
      onDragOver,
      onDragEnd,
      onDragCancel: () => setHeld(undefined),
    },
  };
}

/** The working copy with what is held put where it is held over. */
function carried(held: Held, target: DragName, side: 'before' | 'after' | 'swap'): Held {
  const { body, key, name } = held;
  const from = placeOf(body, key);
  const before = placeOver(body, target, false);
  // A key press trades places with the item that it reached; a pointer goes before or after its middle.
  const isBelow = side === 'swap' ? isAbove(from, before) : side === 'after';
  const to = placeOver(body, target, isBelow);
  if (to === undefined) return held;
  if (from === undefined) {
    const item = name.kind === 'palette' ? itemFor(name.subject) : undefined;
    if (item === undefined) return held;
    const next = insertItem(body, to, item);
    return { name, body: next, key: keyAt(next, to) };
  }
  const isSameColumn = from.tab === to.tab && from.section === to.section && from.column === to.column;
  const index = isSameColumn && from.index < to.index ? to.index - 1 : to.index;
  if (isSameColumn && index === from.index) return held;
  const landed = { ...to, index };
  const next = moveItem(body, from, landed);
  return { name, body: next, key: keyAt(next, landed) };
}

function isAbove(from: Place | undefined, other: Place | undefined): boolean {
  if (from === undefined || other === undefined) return false;
  const isSameColumn =
    from.tab === other.tab && from.section === other.section && from.column === other.column;
  return isSameColumn && from.index < other.index;
}

function placeOf(body: LayoutBody, key: string | undefined): Place | undefined {
  return placedItems(body).find((placed) => placed.key === key)?.place;
}

function keyAt(body: LayoutBody, place: Place): string | undefined {
  return placedItems(body).find(
    (placed) =>
      placed.place.tab === place.tab &&
      placed.place.section === place.section &&
      placed.place.column === place.column &&
      placed.place.index === place.index,
  )?.key;
}

/** A section meets sections only; an item meets items first, then the column, tab or palette under the pointer. */
const collisionDetection: CollisionDetection = (args) => {
  const kindOf = (id: unknown) => readDragId(String(id))?.kind;
  const isSection = kindOf(args.active.id) === 'section';
  const containers = args.droppableContainers.filter((container) =>
    isSection ? kindOf(container.id) === 'section' : kindOf(container.id) !== 'section',
  );
  if (isSection) return closestCenter({ ...args, droppableContainers: containers });
  if (args.pointerCoordinates === null) {
    const places = containers.filter((container) => ['item', 'column'].includes(kindOf(container.id) ?? ''));
    return closestCorners({ ...args, droppableContainers: places });
  }
  const hits = pointerWithin({ ...args, droppableContainers: containers });
  const item = hits.find((hit) => kindOf(hit.id) === 'item');
  if (item !== undefined) return [item];
  const tab = hits.find((hit) => kindOf(hit.id) === 'tab' || hit.id === PALETTE_AREA);
  if (tab !== undefined) return [tab];
  const column = hits.find((hit) => kindOf(hit.id) === 'column');
  return column === undefined ? [] : [column];
};

const ARROWS: readonly string[] = [KeyboardCode.Down, KeyboardCode.Up, KeyboardCode.Left, KeyboardCode.Right];

/** With the keyboard, an arrow goes to the nearest item or empty column in its direction. */
const nextCoordinates: KeyboardCoordinateGetter = (event, { context }) => {
  const { active, collisionRect, droppableContainers, droppableRects } = context;
  if (!ARROWS.includes(event.code) || active === null || collisionRect === null) return undefined;
  event.preventDefault();
  const isSection = readDragId(String(active.id))?.kind === 'section';
  const candidates = droppableContainers.getEnabled().filter((container) => {
    const name = readDragId(String(container.id));
    const rect = droppableRects.get(container.id);
    if (name === undefined || rect === undefined || container.id === active.id) return false;
    if (isSection ? name.kind !== 'section' : name.kind !== 'item' && name.kind !== 'column') return false;
    switch (event.code) {
      case KeyboardCode.Down:
        return rect.top > collisionRect.top + 2;
      case KeyboardCode.Up:
        return rect.top < collisionRect.top - 2;
      case KeyboardCode.Left:
        return rect.left < collisionRect.left - 10;
      default:
        return rect.left > collisionRect.left + 10;
    }
  });
  const collisions = closestCorners({
    active,
    collisionRect,
    droppableRects,
    droppableContainers: candidates,
    pointerCoordinates: null,
  });
  const closest = getFirstCollision(collisions, 'id');
  const rect = closest === null ? undefined : droppableRects.get(closest);
  return rect === undefined ? undefined : { x: rect.left, y: rect.top };
};

/** What something is called when it is dragged, read aloud. */
export function nameOfDrag(
  id: string,
  body: LayoutBody,
  words: {
    subject(subject: string): string;
    section(tab: number, section: number): string;
    tab(tab: number): string;
    palette: string;
  },
): string {
  const name = readDragId(id);
  if (name === undefined) return id;
  switch (name.kind) {
    case 'item': {
      const placed = placedItems(body).find((each) => each.key === name.key);
      return words.subject(placed === undefined ? name.key : subjectOf(placed.item));
    }
    case 'palette':
      return words.subject(name.subject);
    case 'column':
      return words.section(name.place.tab, name.place.section);
    case 'section':
      return words.section(name.tab, name.section);
    case 'tab':
      return words.tab(name.tab);
    case 'palette_area':
      return words.palette;
  }
}
