/** One item on the canvas: a field, a related list or a component. Dragged by its body, its handle or the keyboard. */
import { useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconEyeQuestion, IconGripVertical, IconLock, IconX } from '@tabler/icons-react';
import type { LayoutItem } from '@trellis/metadata';
import type { KeyboardEvent } from 'react';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import { useMessages } from '../messages.ts';
import { useFault } from '../parts/Fault.tsx';
import { itemId } from './drag-ids.ts';
import classes from './layout.module.css';
import type { Direction, PlacedItem } from './layout-body.ts';
import type { Subject } from './use-subjects.ts';

interface ItemCardProps {
  readonly placed: PlacedItem;
  readonly subject: Subject | undefined;
  readonly isHeld: boolean;
  readonly onRemove: () => void;
  readonly onMove: (direction: Direction) => void;
  readonly onChange: (item: LayoutItem) => void;
  readonly onSettings: () => void;
  readonly onCondition: () => void;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

export function ItemCard(props: ItemCardProps) {
  const t = useMessages();
  const { placed, subject, isHeld } = props;
  const { item, place } = placed;
  const pointer = `/tabs/${place.tab}/sections/${place.section}/columns/${place.column}/items/${place.index}`;
  const fault = useFault(pointer, true);
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } =
    useSortable({
      id: itemId(placed.key),
    });
  const ownLabel = item.type === 'field' ? undefined : item.label;
  const label = ownLabel ?? subject?.label ?? placed.key.slice(placed.key.indexOf(':') + 1);
  const isReadOnly = item.type === 'field' && item.read_only === true;

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = DIRECTIONS[event.key];
    if (event.altKey && direction !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      props.onMove(direction);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      props.onRemove();
    }
  };

  return (
    <div
      ref={setNodeRef}
      className={classes.item}
      data-held={isHeld || isDragging || undefined}
      data-fault={fault !== undefined || subject === undefined || undefined}
      data-pointer={pointer}
      style={{ transform: CSS.Translate.toString(transform), transition }}
      onPointerDown={listeners?.onPointerDown as React.PointerEventHandler | undefined}
    >
      <button
        ref={setActivatorNodeRef}
        type="button"
        {...attributes}
        {...listeners}
        onKeyDown={(event) => {
          onKeyDown(event);
          if (!event.defaultPrevented)
            (listeners?.onKeyDown as React.KeyboardEventHandler | undefined)?.(event);
        }}
        className={classes.grip}
        data-item-key={placed.key}
        aria-label={t('drag.handle', { label })}
      >
        <IconGripVertical size={14} aria-hidden />
      </button>
      <NamedIcon name={subject?.icon ?? 'alert-triangle'} size={15} />
      <span className={classes.itemText}>
        <span className={classes.itemLabel}>
          {label}
          {subject?.isRequired && <span className={classes.required}> *</span>}
        </span>
        <span className={classes.itemDetail}>{fault ?? subject?.detail ?? t('layout.gone')}</span>
      </span>
      {isReadOnly && <IconLock size={14} aria-label={t('layout.readOnly')} />}
      {item.visible_when !== undefined && <IconEyeQuestion size={14} aria-label={t('layout.conditional')} />}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            size="sm"
            className={classes.quiet}
            aria-label={t('action.more', { label })}
            onPointerDown={(event) => event.stopPropagation()}
          >
            <IconDots size={14} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown onPointerDown={(event) => event.stopPropagation()}>
          {item.type === 'field' ? (
            <Menu.Item
              onClick={() => {
                const { read_only: _, ...rest } = item;
                props.onChange(isReadOnly ? rest : { ...item, read_only: true });
              }}
            >
              {isReadOnly ? t('layout.makeEditable') : t('layout.makeReadOnly')}
            </Menu.Item>
          ) : (
            <Menu.Item onClick={props.onSettings}>{t('layout.itemSettings')}</Menu.Item>
          )}
          <Menu.Item onClick={props.onCondition}>{t('layout.condition')}</Menu.Item>
          <Menu.Divider />
          {(['up', 'down', 'left', 'right'] as const).map((direction) => (
            <Menu.Item key={direction} onClick={() => props.onMove(direction)}>
              {t(`layout.move_${direction}`)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item color="var(--mantine-color-error)" onClick={props.onRemove}>
            {t('layout.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ActionIcon
        size="sm"
        className={classes.quiet}
        aria-label={t('layout.removeItem', { label })}
        onPointerDown={(event) => event.stopPropagation()}
        onClick={props.onRemove}
      >
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}
