import { useDraggable } from '@dnd-kit/core';
import { ActionIcon, Menu } from '@mantine/core';
import { IconArrowsLeftRight } from '@tabler/icons-react';
import type { ApiRecord } from '@trellis/api';
import { isBlank, type ListColumn, titleOf } from '@trellis/forms';
import { useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldValue } from '../runtime/cells/FieldValue.tsx';
import { RecordAnchor } from '../runtime/cells/RecordAnchor.tsx';
import { cellValue } from '../runtime/list/cell-value.ts';
import { ColorDot } from '../ui/ColorBadge.tsx';
import { notifyDone } from '../ui/notify.tsx';
import classes from './board.module.css';
import { useMessages } from './messages.ts';
import { type BoardOf, type Column, type Held, targetsOf } from './use-board.ts';

/** Values that a card shows below its title. */
const MOST_FACTS = 4;

interface BoardCardProps {
  readonly board: BoardOf;
  readonly card: Held;
  readonly columns: readonly Column[];
  readonly mayMove: boolean;
  /** It is open beside the board. */
  readonly isPeeked: boolean;
  onMove(card: Held, to: Column): void;
  standsIn(card: Held): Column;
  keepsFocus(id: string): boolean;
  onPeek(id: string): void;
}

/** A record on a board. It can be taken by the mouse, and moved by its menu or with Shift and an arrow as well. */
export function BoardCard({
  board,
  card,
  columns,
  mayMove,
  isPeeked,
  onMove,
  standsIn,
  keepsFocus,
  onPeek,
}: BoardCardProps) {
  const t = useMessages();
  const { t: main } = useTranslation();
  const { record } = card;
  const item = useRef<HTMLLIElement | null>(null);
  const { listeners, setNodeRef, isDragging } = useDraggable({
    id: record.id,
    data: card,
    disabled: !mayMove,
  });
  const name = titleOf(record[board.description.name_field]) || main('value.untitled');
  const open = mayMove ? targetsOf(board, card) : new Set<string | null>();
  const targets = columns.filter(({ value }) => open.has(value));

  // The keys are the board's; where the card may go, it knows itself.
  const step = useRef<(by: number) => void>(() => undefined);
  step.current = (by) => {
    const held = { record, from: standsIn(card) };
    const place = columns.findIndex(({ value }) => value === held.from.value);
    const ahead = by < 0 ? columns.slice(0, place).reverse() : columns.slice(place + 1);
    const allowed = mayMove ? targetsOf(board, held) : open;
    const to = ahead.find(({ value }) => allowed.has(value));
    if (to) onMove(held, to);
    else notifyDone({ message: t(mayMove ? 'noStep' : 'mayNot', { name }), about: record.id });
  };
  const takesFocus = useRef(() => keepsFocus(record.id));
  // Before the next key is heard, which may follow at once.
  useLayoutEffect(() => {
    if (takesFocus.current()) item.current?.querySelector('a')?.focus();
  }, []);
  useLayoutEffect(() => {
    const element = item.current;
    const listen = (event: Event) => step.current((event as CustomEvent<number>).detail);
    element?.addEventListener('tr-move', listen);
    return () => element?.removeEventListener('tr-move', listen);
  }, []);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the link in it opens the record by keyboard.
    <li
      ref={(element) => {
        item.current = element;
        setNodeRef(element);
      }}
      className={classes.card}
      data-card={record.id}
      data-movable={mayMove || undefined}
      data-dragging={isDragging || undefined}
      data-peeked={isPeeked || undefined}
      // The link in it is no thing to drag by itself.
      onDragStart={(event) => event.preventDefault()}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest('a, button') === null) onPeek(record.id);
      }}
      {...listeners}
    >
      <CardBody board={board} record={record} />
      {targets.length > 0 && (
        <Menu position="bottom-end" width={220} withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon
              className={classes.menu ?? ''}
              variant="subtle"
              color="gray"
              size={26}
              aria-label={t('move', { name })}
            >
              <IconArrowsLeftRight size={15} stroke={1.75} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
            {/* The menu is named by its button already. */}
            <Menu.Label aria-hidden>{t('moveTo')}</Menu.Label>
            {targets.map((to) => (
              <Menu.Item
                key={to.value ?? ''}
                leftSection={<ColorDot color={to.option?.color} />}
                onClick={() => onMove(card, to)}
              >
                {to.label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}

/** What a card says of its record: the title, and the first of the list's columns. */
export function CardBody({ board, record }: { readonly board: BoardOf; readonly record: ApiRecord }) {
  const { t } = useTranslation();
  const { description, field, columns } = board;
  const shown = columns
    .filter((column) => !column.is_title && column.path !== field.name)
    .filter((column) => !isBlank(cellValue(record, column)))
    .slice(0, MOST_FACTS);
  /** Of two dates, each has to say which it is. */
  const isAlone = ({ field: { value_type } }: ListColumn) =>
    shown.filter((each) => each.field.value_type === value_type).length === 1;
  return (
    <>
      <RecordAnchor object={description.name} id={record.id} className={classes.name}>
        {titleOf(record[description.name_field]) || t('value.untitled')}
      </RecordAnchor>
      <dl className={classes.facts}>
        {shown.map((column) => (
          <div key={column.path} className={classes.fact}>
            <dt className={isAlone(column) ? 'tr-visually-hidden' : classes.factLabel}>{column.label}</dt>
            <dd title={column.label}>
              <FieldValue
                field={column.lookup ?? column.field}
                value={cellValue(record, column)}
                shape="line"
              />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
