/**
 * A list as a board: a column for each option of a field, a card for each record. Cards are moved by mouse, by touch, by a
 * menu, or by the keys; each way is the same change of one field.
 */
import {
  DndContext,
  type DragEndEvent,
  DragOverlay,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { Select } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { CardBody } from './BoardCard.tsx';
import { BoardColumn } from './BoardColumn.tsx';
import classes from './board.module.css';
import { boardFields } from './board-field.ts';
import { useMessages } from './messages.ts';
import { type BoardOf, type Column, columnsOf, type Held, targetsOf, useMove, useSums } from './use-board.ts';

interface BoardProps extends BoardOf {
  /** The record that is open beside the board. */
  readonly peek: string | undefined;
  onPeek(id: string): void;
  /** Shows another field's options as columns. */
  onField(name: string): void;
}

const STEPS: Readonly<Record<string, readonly [across: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function Board({ peek, onPeek, onField, ...board }: BoardProps) {
  const t = useMessages();
  const { description, field } = board;
  const columns = columnsOf(field, t('blank', { field: field.label }));
  const fields = boardFields(description);
  const [held, setHeld] = useState<Held>();
  const [said, say] = useState('');
  const keys = field.access === 'update' ? t('keys') : t('keysToRead', { field: field.label });
  const { steps, move, standsIn } = useMove(board, say);
  const sums = useSums(board);
  const area = useRef<HTMLDivElement>(null);
  /** The card that keeps the focus while it goes from one column to another, and back if that is refused. */
  const moved = useRef<string>(undefined);
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 250, tolerance: 8 } }),
  );
  const moveWithFocus = (card: Held, to: Column) => {
    moved.current = card.record.id;
    move(card, to);
  };
  /** Nothing is taken from somebody who has gone on meanwhile. */
  const keepsFocus = (id: string) => {
    const active = document.activeElement;
    const isFree = active === null || active === document.body || active.closest('[role=menu]') !== null;
    return id === moved.current && isFree;
  };
  /** Where the mouse or finger was let go. What is dragged over is known a moment later only, which is late for a quick hand. */
  const released = useRef<{ readonly clientX: number; readonly clientY: number }>(undefined);
  useEffect(() => {
    const release = (event: MouseEvent | TouchEvent) => {
      released.current = 'changedTouches' in event ? event.changedTouches[0] : event;
    };
    // Anywhere: beside the board a card is let go, too, and stays where it was.
    window.addEventListener('mouseup', release, true);
    window.addEventListener('touchend', release, true);
    return () => {
      window.removeEventListener('mouseup', release, true);
      window.removeEventListener('touchend', release, true);
    };
  }, []);
  const drop = ({ active, over }: DragEndEvent) => {
    setHeld(undefined);
    const card = active.data.current as Held | undefined;
    const to = released.current
      ? columnAt(columns, released.current)
      : (over?.data.current as Column | undefined);
    if (card && to && targetsOf(board, card).has(to.value)) move(card, to);
  };
  const steer = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const card = (event.target as HTMLElement).closest<HTMLElement>('[data-card]');
    if (!step || !card || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as HTMLElement).closest('a') === null) return;
    event.preventDefault();
    const lists = [...(area.current?.querySelectorAll<HTMLElement>('[data-column]') ?? [])].map((each) => [
      ...each.querySelectorAll<HTMLElement>('[data-card]'),
    ]);
    const across = lists.findIndex((cards) => cards.includes(card));
    const down = lists[across]!.indexOf(card);
    if (event.shiftKey) {
      if (step[0] !== 0) card.dispatchEvent(new CustomEvent('tr-move', { detail: step[0] }));
      return;
    }
    let place = across + step[0];
    while (step[0] !== 0 && lists[place]?.length === 0) place += step[0];
    const cards = lists[place];
    cards?.[Math.min(step[0] === 0 ? down + step[1] : down, cards.length - 1)]?.querySelector('a')?.focus();
  };

  return (
    <div className={classes.root}>
      <div className={classes.head} data-plain={fields.length === 1 || undefined}>
        {fields.length > 1 && (
          <Select
            size="xs"
            label={t('by')}
            classNames={{ root: classes.by ?? '', label: classes.byLabel ?? '' }}
            allowDeselect={false}
            data={fields.map(({ name, label }) => ({ value: name, label }))}
            value={field.name}
            onChange={(name) => name !== null && onField(name)}
          />
        )}
        <span className={classes.keys} title={keys}>
          {keys}
        </span>
      </div>
      <span role="status" className="tr-visually-hidden">
        {said}
      </span>
      <DndContext
        sensors={sensors}
        // Where the pointer is, however the card is held.
        collisionDetection={pointerWithin}
        onDragStart={({ active }) => {
          released.current = undefined;
          setHeld(active.data.current as Held);
        }}
        onDragEnd={drop}
        onDragCancel={() => setHeld(undefined)}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: columns are no form controls. */}
        <div
          ref={area}
          role="group"
          aria-label={t('board', { objects: description.plural_label, field: field.label })}
          className={classes.columns}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          tabIndex={0}
          data-held={held !== undefined || undefined}
          onKeyDown={steer}
        >
          {columns.map((column) => (
            <BoardColumn
              key={column.value ?? ''}
              board={board}
              column={column}
              columns={columns}
              sums={sums}
              steps={steps}
              held={held}
              peek={peek}
              onMove={moveWithFocus}
              standsIn={standsIn}
              keepsFocus={keepsFocus}
              onPeek={onPeek}
            />
          ))}
        </div>
        <DragOverlay dropAnimation={null}>
          {held && (
            <div className={classes.card} data-held>
              <CardBody board={board} record={held.record} />
            </div>
          )}
        </DragOverlay>
      </DndContext>
    </div>
  );
}

/** The column under a point of the window, whatever lies above it. */
function columnAt(
  columns: readonly Column[],
  { clientX, clientY }: { readonly clientX: number; readonly clientY: number },
): Column | undefined {
  const elements = document.elementsFromPoint(clientX, clientY);
  const element = elements
    .map((each) => each.closest<HTMLElement>('[data-column]'))
    .find((each) => each !== null);
  return element && columns.find(({ value }) => (value ?? '') === element.dataset.column);
}
