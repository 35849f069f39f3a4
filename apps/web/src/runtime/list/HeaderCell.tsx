import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import type { ListColumn } from '@trellis/forms';
import { type PointerEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isRightAligned } from '../cells/FieldValue.tsx';
import classes from './RecordTable.module.css';

const DRAGGED = 'application/x-trellis-column';

interface HeaderCellProps {
  readonly column: ListColumn;
  readonly sort: readonly string[];
  onSort(path: string, isAdded: boolean): void;
  onWidth(path: string, width: number): void;
  onMove(path: string, before: string): void;
}

/** A column's head: click sorts (shift adds), the right edge resizes, dragging reorders. */
export function HeaderCell({ column, sort, onSort, onWidth, onMove }: HeaderCellProps) {
  const { t } = useTranslation();
  const cell = useRef<HTMLDivElement>(null);
  const [isOver, setOver] = useState(false);
  const rank = column.sort === null ? -1 : sort.findIndex((key) => key.replace(/^-/, '') === column.sort);
  const isDescending = sort[rank]?.startsWith('-') === true;
  const direction = rank < 0 ? 'none' : isDescending ? 'descending' : 'ascending';

  const resize = (event: PointerEvent<HTMLSpanElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const handle = event.currentTarget;
    const startX = event.clientX;
    const startWidth = cell.current?.offsetWidth ?? 150;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) =>
      onWidth(column.path, Math.max(64, Math.min(800, startWidth + moved.clientX - startX)));
    const stop = () => handle.removeEventListener('pointermove', move);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', stop, { once: true });
    handle.addEventListener('pointercancel', stop, { once: true });
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: only rows in sight exist, which a table element can't express.
    <div
      ref={cell}
      role="columnheader"
      tabIndex={-1}
      aria-sort={direction}
      className={classes.headerCell}
      data-over={isOver || undefined}
      data-right={isRightAligned(column.field) || undefined}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, column.path)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        const moved = event.dataTransfer.getData(DRAGGED);
        if (moved !== '' && moved !== column.path) onMove(moved, column.path);
      }}
    >
      {column.sort === null ? (
        <span className={classes.headerLabel}>{column.label}</span>
      ) : (
        <button
          type="button"
          className={classes.sort}
          title={t('list.sortHint')}
          onClick={(event) => onSort(column.sort ?? column.path, event.shiftKey)}
        >
          <span className={classes.headerLabel}>{column.label}</span>
          {direction === 'ascending' && <IconArrowUp size={13} aria-hidden />}
          {direction === 'descending' && <IconArrowDown size={13} aria-hidden />}
          {rank >= 0 && sort.length > 1 && <span className={classes.rank}>{rank + 1}</span>}
        </button>
      )}
      <span
        className={classes.resize}
        aria-hidden
        onPointerDown={resize}
        onDragStart={(event) => event.preventDefault()}
      />
    </div>
  );
}
