/** The table of a summary. Every number leads to the list of its records. */
import { Link } from '@tanstack/react-router';
import type { PivotResponse } from '@trellis/api';
import { conjoin, formatValue } from '@trellis/forms';
import { useDisplay } from '../runtime/use-display.ts';
import { type Axis, filterOfGroup, titleOfGroup } from './axis.ts';
import { useMessages } from './messages.ts';
import classes from './SummaryPage.module.css';
import type { Measured } from './SummaryPage.tsx';

interface SummaryTableProps {
  readonly object: string;
  readonly table: PivotResponse;
  readonly rows: Axis;
  readonly columns: Axis | undefined;
  readonly measure: Measured;
  /** View and filter of the list that is summed up. */
  /** Where the numbers lead: to a list of the view that is narrowed by this JSON Logic. */
  readonly place: { readonly view: string | undefined; readonly filter: unknown };
  /** Another one is on its way. */
  readonly isStale: boolean;
}

export function SummaryTable({ object, table, rows, columns, measure, place, isStale }: SummaryTableProps) {
  const t = useMessages();
  const display = useDisplay();
  const number = new Intl.NumberFormat(display.locale);
  const { field } = measure;
  const column = field ? `${measure.function}_${field.name}` : 'count';
  const write = (totals: Readonly<Record<string, unknown>> | null) => {
    const value = totals?.[column];
    if (value === null || value === undefined) return '';
    return field ? formatValue(field, value, display) : number.format(value as number);
  };
  const title = (value: unknown, axis: Axis) =>
    titleOfGroup(value, axis, { t, display, labels: table.labels });
  const name =
    measure.field && measure.function !== 'count'
      ? t(`functions.${measure.function}`, { field: measure.field.label })
      : t('count');
  const cell = (text: string, conditions: readonly unknown[]) =>
    text === '' ? null : (
      <Link
        className={classes.number}
        to="/o/$object"
        params={{ object }}
        search={{
          ...(place.view === undefined ? {} : { view: place.view }),
          filter: JSON.stringify(conjoin(place.filter, ...conditions) ?? {}),
        }}
        aria-label={t('open', { value: text })}
      >
        {text}
      </Link>
    );
  const rowKey = rows.field.name;
  const columnKey = columns?.field.name ?? '';
  return (
    <div className={classes.wrap} data-stale={isStale || undefined}>
      <table
        className={classes.table}
        aria-label={
          columns
            ? t('tableAcross', { measure: name, rows: rows.field.label, columns: columns.field.label })
            : t('table', { measure: name, rows: rows.field.label })
        }
      >
        <thead>
          <tr>
            <th scope="col">{rows.field.label}</th>
            {columns &&
              table.columns.map(({ key }) => (
                <th key={JSON.stringify(key)} scope="col" className={classes.right}>
                  {title(key[columnKey], columns)}
                </th>
              ))}
            <th scope="col" className={classes.right}>
              {columns ? t('total') : name}
            </th>
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => {
            const ofRow = filterOfGroup(row.key[rowKey], rows);
            return (
              <tr key={JSON.stringify(row.key)}>
                <th scope="row">{title(row.key[rowKey], rows)}</th>
                {columns &&
                  row.cells.map((each, index) => {
                    const across = table.columns[index]?.key[columnKey];
                    return (
                      <td key={JSON.stringify(across)}>
                        {cell(write(each), [ofRow, filterOfGroup(across, columns)])}
                      </td>
                    );
                  })}
                <td className={columns ? classes.total : undefined}>{cell(write(row.total), [ofRow])}</td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('total')}</th>
            {columns &&
              table.columns.map(({ key, total }) => (
                <td key={JSON.stringify(key)}>
                  {cell(write(total), [filterOfGroup(key[columnKey], columns)])}
                </td>
              ))}
            <td className={classes.total}>{write(table.total)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
