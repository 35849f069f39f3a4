import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { ApiRecord } from '@trellis/api';
import type { ListColumn } from '@trellis/forms';
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { HeaderCell } from './HeaderCell.tsx';
import classes from './RecordTable.module.css';
import { RowSkeletons, TableRow } from './TableRow.tsx';
import { defaultWidth } from './use-list-preferences.ts';
import type { Selection } from './use-selection.ts';
import { useSteadyRows } from './use-steady-rows.ts';

/** In pixels: beyond it a title is rarely longer, and what belongs to it stands too far away. */
const MOST_OF_TITLE = 440;
/** In pixels: what stands before the first column, with check boxes and without. */
const CHECK = 36;
const MARGIN = 8;

interface RecordTableProps {
  readonly label: string;
  readonly records: readonly ApiRecord[];
  readonly columns: readonly ListColumn[];
  readonly widths: Readonly<Record<string, number>>;
  readonly rowHeight: number;
  readonly sort: readonly string[];
  /** Undefined where there is nothing to do with chosen records. */
  readonly selection: Selection | undefined;
  readonly object: string;
  /** What the list asks for. */
  readonly listKey: string;
  readonly peek: string | undefined;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly tableRef: RefObject<HTMLDivElement | null>;
  onMore(): void;
  onSort(path: string, isAdded: boolean): void;
  onWidth(path: string, width: number): void;
  onMove(path: string, before: string): void;
  onOpen(id: string): void;
  onPeek(id: string | undefined): void;
}

/** A grid of records that draws only the rows in sight. Arrows move, Enter opens, space peeks, x selects, Ctrl-A all. */
export function RecordTable(props: RecordTableProps) {
  const { records, columns, rowHeight, selection, hasMore, onMore } = props;
  const { t } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 14,
    // The sticky header covers the first pixels of what is scrolled to.
    scrollPaddingStart: 34,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height invalidates every measure.
  useEffect(() => rows.measure(), [rowHeight]);
  // Rows are memoised: what they are handed must not change with every page that arrives.
  const loaded = useRef(records);
  loaded.current = records;
  const toggleIn = selection?.toggle;
  const toggle = useCallback(
    (id: string, index: number, isRange: boolean) => toggleIn?.(id, index, loaded.current, isRange),
    [toggleIn],
  );
  useSteadyRows({
    records,
    scroll,
    listKey: props.listKey,
    offsetOf: (index) => index * rowHeight,
    active,
    onActive: setActive,
  });
  const visible = rows.getVirtualItems();
  const lastVisible = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastVisible >= records.length - 40) onMore();
  }, [hasMore, lastVisible, records.length, onMore]);

  const { template, least } = rowTemplate(columns, props.widths, selection ? CHECK : MARGIN);
  const focusRow = (index: number) => {
    const next = Math.max(0, Math.min(records.length - 1, index));
    setActive(next);
    rows.scrollToIndex(next);
    requestAnimationFrame(() =>
      scroll.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus(),
    );
    const id = records[next]?.id;
    if (props.peek !== undefined && id !== undefined) props.onPeek(id);
  };
  const steer = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (
      selection &&
      (event.ctrlKey || event.metaKey) &&
      event.key === 'a' &&
      target.closest('input:not([type=checkbox])') === null
    ) {
      event.preventDefault();
      selection.all(records);
      return;
    }
    // Keys typed into a control of the grid belong to it.
    if (target.closest('a, button, input') !== null || event.ctrlKey || event.metaKey || event.altKey) return;
    const record = records[active];
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 400) / rowHeight) - 2);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      j: active + 1,
      ArrowUp: active - 1,
      k: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: records.length - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      focusRow(move);
    } else if (record !== undefined && event.key === 'Enter') {
      event.preventDefault();
      props.onOpen(record.id);
    } else if (record !== undefined && event.key === ' ') {
      event.preventDefault();
      props.onPeek(props.peek === record.id ? undefined : record.id);
    } else if (record !== undefined && event.key === 'x') {
      toggle(record.id, active, event.shiftKey);
    } else if (event.key === 'Escape') {
      if (props.peek !== undefined) props.onPeek(undefined);
      else selection?.clear();
    }
  };
  const isAll =
    selection !== undefined &&
    records.length > 0 &&
    (selection.isEverything || selection.ids.size === records.length);

  return (
    <div ref={scroll} className={classes.scroll}>
      {/* biome-ignore lint/a11y/useSemanticElements: only rows in sight exist, which a table element can't express. */}
      <div
        ref={props.tableRef}
        role="grid"
        tabIndex={-1}
        aria-label={props.label}
        aria-rowcount={hasMore ? -1 : records.length + 1}
        aria-colcount={columns.length + (selection ? 1 : 0)}
        aria-multiselectable={selection && true}
        aria-busy={props.isLoading}
        className={classes.grid}
        style={
          {
            '--row-template': template,
            '--row-least': `${least}px`,
            '--row-height': `${rowHeight}px`,
          } as React.CSSProperties
        }
        onKeyDown={steer}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: see above. */}
        <div role="row" aria-rowindex={1} className={classes.header} tabIndex={-1}>
          {selection ? (
            // biome-ignore lint/a11y/useSemanticElements: see above.
            <div role="columnheader" className={classes.check} tabIndex={-1}>
              <Checkbox
                size="xs"
                aria-label={t('list.selectAll')}
                checked={isAll}
                indeterminate={!isAll && selection.ids.size > 0}
                onChange={() => (isAll ? selection.clear() : selection.all(records))}
              />
            </div>
          ) : (
            <span />
          )}
          {columns.map((column) => (
            <HeaderCell
              key={column.path}
              column={column}
              sort={props.sort}
              onSort={props.onSort}
              onWidth={props.onWidth}
              onMove={props.onMove}
            />
          ))}
        </div>
        {props.isLoading ? (
          <RowSkeletons columns={columns} />
        ) : (
          <div role="presentation" className={classes.body} style={{ height: rows.getTotalSize() }}>
            {visible.map((item) => {
              const record = records[item.index];
              if (record === undefined) return null;
              return (
                <TableRow
                  key={record.id}
                  record={record}
                  index={item.index}
                  top={item.start}
                  columns={columns}
                  object={props.object}
                  isActive={item.index === active}
                  isSelected={selection && (selection.isEverything || selection.ids.has(record.id))}
                  isPeeked={record.id === props.peek}
                  onToggle={toggle}
                  onPeek={props.onPeek}
                  onActive={setActive}
                />
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

/** Check mark or margin, columns and the space that is left: of that, the titles take as much as they can use. */
function rowTemplate(
  columns: readonly ListColumn[],
  widths: Readonly<Record<string, number>>,
  check: number,
): { readonly template: string; readonly least: number } {
  const rest = 24;
  const widthOf = (column: ListColumn) => widths[column.path] ?? defaultWidth(column);
  const tracks = columns.map((column) => {
    const isPinned = widths[column.path] !== undefined;
    return column.is_title && !isPinned
      ? `minmax(${widthOf(column)}px, ${MOST_OF_TITLE}px)`
      : `${widthOf(column)}px`;
  });
  return {
    template: `${check}px ${tracks.join(' ')} minmax(${rest}px, 1fr)`,
    least: columns.reduce((sum, column) => sum + widthOf(column), check + rest),
  };
}
