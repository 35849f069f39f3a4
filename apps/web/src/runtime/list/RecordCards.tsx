import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { ApiRecord } from '@trellis/api';
import { isBlank, type ListColumn, titleOf } from '@trellis/forms';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { SkeletonBar } from '../../ui/PageSkeleton.tsx';
import { FieldValue } from '../cells/FieldValue.tsx';
import { cellValue, isSearched } from './cell-value.ts';
import classes from './RecordCards.module.css';
import type { Selection } from './use-selection.ts';
import { useSteadyRows } from './use-steady-rows.ts';

interface RecordCardsProps {
  readonly label: string;
  readonly records: readonly ApiRecord[];
  readonly columns: readonly ListColumn[];
  readonly nameField: string;
  readonly object: string;
  /** What the list asks for. */
  readonly listKey: string;
  /** Undefined where there is nothing to do with chosen records. */
  readonly selection: Selection | undefined;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  /** The instant of which the list tells. */
  readonly asOf: string | undefined;
  onMore(): void;
}

/** A list on a phone: one card per record, with the first few columns. */
export function RecordCards({
  label,
  records,
  columns,
  nameField,
  object,
  listKey,
  selection,
  isLoading,
  hasMore,
  onMore,
  asOf,
}: RecordCardsProps) {
  const { t } = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 92,
    overscan: 8,
    // What was measured belongs to the record, wherever it stands.
    getItemKey: (index) => records[index]?.id ?? index,
  });
  useSteadyRows({
    records,
    scroll,
    listKey,
    offsetOf: (index) => rows.measurementsCache[index]?.start ?? 0,
  });
  const visible = rows.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= records.length - 20) onMore();
  }, [hasMore, last, records.length, onMore]);
  const shown = columns.filter((column) => !column.is_title).slice(0, 4);
  if (isLoading) {
    return (
      <div className={classes.scroll} aria-busy>
        {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
          <div key={key} className={classes.skeleton}>
            <SkeletonBar width="55%" />
            <SkeletonBar width="80%" />
          </div>
        ))}
      </div>
    );
  }
  return (
    <div ref={scroll} className={classes.scroll}>
      <ul className={classes.list} aria-label={label} style={{ height: rows.getTotalSize() }}>
        {visible.map((item) => {
          const record = records[item.index];
          if (record === undefined) return null;
          return (
            <li
              key={record.id}
              ref={rows.measureElement}
              data-index={item.index}
              className={classes.card}
              data-plain={selection === undefined || undefined}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {selection && (
                <label className={classes.check}>
                  <span className="tr-visually-hidden">
                    {`${t('list.selectRow')} ${titleOf(record[nameField]) || t('value.untitled')}`}
                  </span>
                  <input
                    type="checkbox"
                    checked={selection.isEverything || selection.ids.has(record.id)}
                    onChange={() => selection.toggle(record.id, item.index, records, false)}
                  />
                </label>
              )}
              <Link
                to="/o/$object/$id"
                params={{ object, id: record.id }}
                search={asOf === undefined ? {} : { as_of: asOf }}
                className={classes.title}
                data-searched
              >
                {titleOf(record[nameField]) || t('value.untitled')}
              </Link>
              <dl className={classes.facts}>
                {shown.map((column) => {
                  const value = cellValue(record, column);
                  if (isBlank(value)) return null;
                  return (
                    <div key={column.path} className={classes.fact}>
                      <dt className="tr-visually-hidden">{column.label}</dt>
                      <dd data-searched={isSearched(column) || undefined}>
                        <FieldValue field={column.lookup ?? column.field} value={value} shape="line" />
                      </dd>
                    </div>
                  );
                })}
              </dl>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
