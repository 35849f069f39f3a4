import { IconLayoutSidebarRightExpand } from '@tabler/icons-react';
import type { ApiRecord } from '@trellis/api';
import { type ListColumn, titleOf } from '@trellis/forms';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { SkeletonBar } from '../../ui/PageSkeleton.tsx';
import { FieldValue, isRightAligned } from '../cells/FieldValue.tsx';
import { RecordAnchor } from '../cells/RecordAnchor.tsx';
import { cellValue, isSearched } from './cell-value.ts';
import classes from './RecordTable.module.css';

interface TableRowProps {
  readonly record: ApiRecord;
  readonly index: number;
  readonly top: number;
  readonly columns: readonly ListColumn[];
  readonly object: string;
  readonly isActive: boolean;
  /** Undefined where nothing is selected. */
  readonly isSelected: boolean | undefined;
  readonly isPeeked: boolean;
  onToggle(id: string, index: number, isRange: boolean): void;
  onPeek(id: string | undefined): void;
  onActive(index: number): void;
}

/** One record of a list. Memoised: while a list is scrolled only the rows that come into sight are drawn. */
export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { t } = useTranslation();
  const { record, index, columns } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: only rows in sight exist, which a table element can't express.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys.
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={props.isSelected}
      data-index={index}
      data-peeked={props.isPeeked || undefined}
      tabIndex={props.isActive ? 0 : -1}
      className={classes.row}
      style={{ transform: `translateY(${props.top}px)` }}
      onFocus={() => props.onActive(index)}
      onClick={(event) => {
        if ((event.target as HTMLElement).closest('a, button, input, label') === null)
          props.onPeek(record.id);
      }}
    >
      {props.isSelected === undefined ? (
        <span />
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: see above.
        <div role="gridcell" className={classes.check} tabIndex={-1}>
          {/* Plain, because it stands in every row. */}
          <input
            type="checkbox"
            className={classes.box}
            tabIndex={-1}
            aria-label={t('list.selectRow')}
            checked={props.isSelected}
            onChange={(event) =>
              props.onToggle(record.id, index, (event.nativeEvent as unknown as MouseEvent).shiftKey === true)
            }
          />
        </div>
      )}
      {columns.map((column) => {
        const value = cellValue(record, column);
        return (
          // biome-ignore lint/a11y/useSemanticElements: see above.
          <div
            key={column.path}
            role="gridcell"
            tabIndex={-1}
            className={column.is_title ? classes.titleCell : classes.cell}
            data-right={isRightAligned(column.field) || undefined}
            data-searched={isSearched(column) || undefined}
          >
            {column.is_title ? (
              <>
                <RecordAnchor object={props.object} id={record.id} className={classes.title} tabIndex={-1}>
                  {titleOf(value) || t('value.untitled')}
                </RecordAnchor>
                <button
                  type="button"
                  className={classes.peek}
                  tabIndex={-1}
                  aria-label={t('list.peek')}
                  title={t('list.peek')}
                  onClick={() => props.onPeek(props.isPeeked ? undefined : record.id)}
                >
                  <IconLayoutSidebarRightExpand size={15} stroke={1.75} aria-hidden />
                </button>
              </>
            ) : (
              <FieldValue field={column.lookup ?? column.field} value={value} shape="line" />
            )}
          </div>
        );
      })}
    </div>
  );
});

/** Rows to come. */
export function RowSkeletons({ columns }: { columns: readonly ListColumn[] }) {
  return (
    <div role="presentation">
      {Array.from({ length: 14 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike.
        <div key={row} className={classes.skeletonRow}>
          <span />
          {columns.map((column, index) => (
            <SkeletonBar key={column.path} width={`${40 + ((row * 17 + index * 31) % 45)}%`} height={9} />
          ))}
        </div>
      ))}
    </div>
  );
}
