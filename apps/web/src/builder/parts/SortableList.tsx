/** A list that is put in order by mouse, touch or keyboard, and says aloud what it does. */
import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon } from '@mantine/core';
import { IconGripVertical } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useMessages } from '../messages.ts';
import { announcements } from './announcements.ts';
import classes from './SortableList.module.css';

export interface SortableListProps {
  /** Stable and unique, in order. */
  readonly ids: readonly string[];
  /** What a screen reader calls an item. */
  labelOf(id: string): string;
  onMove(from: number, to: number): void;
  readonly children: (id: string, index: number, handle: ReactNode) => ReactNode;
}

export function SortableList({ ids, labelOf, onMove, children }: SortableListProps) {
  const t = useMessages();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over === null || active.id === over.id) return;
    const from = ids.indexOf(String(active.id));
    const to = ids.indexOf(String(over.id));
    if (from >= 0 && to >= 0) onMove(from, to);
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={onDragEnd}
      accessibility={announcements(t, (id) => labelOf(String(id)))}
    >
      <SortableContext items={[...ids]} strategy={verticalListSortingStrategy}>
        <ul className={classes.list}>
          {ids.map((id, index) => (
            <SortableRow key={id} id={id} label={labelOf(id)}>
              {(handle) => children(id, index, handle)}
            </SortableRow>
          ))}
        </ul>
      </SortableContext>
    </DndContext>
  );
}

function SortableRow(props: { id: string; label: string; children: (handle: ReactNode) => ReactNode }) {
  const t = useMessages();
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } =
    useSortable({
      id: props.id,
    });
  const handle = (
    <ActionIcon
      ref={setActivatorNodeRef}
      {...attributes}
      {...listeners}
      size="sm"
      className={classes.handle}
      aria-label={t('drag.handle', { label: props.label })}
    >
      <IconGripVertical size={14} />
    </ActionIcon>
  );
  return (
    <li
      ref={setNodeRef}
      className={classes.row}
      data-dragging={isDragging || undefined}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      {props.children(handle)}
    </li>
  );
}
