/** The first records of a view as it stands in the draft. Fields that are not published yet have no values to show. */
import { Skeleton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listColumns } from '@trellis/forms';
import { useMemo } from 'react';
import { client } from '../../api.ts';
import { FieldValue, isRightAligned } from '../../runtime/cells/FieldValue.tsx';
import { cellValue } from '../../runtime/list/cell-value.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { describeFromModel, useDraftDescription, useDraftModel } from '../metadata/compiled.ts';
import partClasses from '../parts/parts.module.css';
import classes from './ViewPage.module.css';

interface ViewPreviewProps {
  readonly object: string;
  readonly columns: readonly string[];
  readonly filter: unknown;
  readonly sort: readonly string[];
}

const ROWS = 12;

export function ViewPreview({ object, columns: paths, filter, sort }: ViewPreviewProps) {
  const t = useMessages();
  const { published, catalogue } = useBuilder();
  const model = useDraftModel();
  const description = useDraftDescription(object);
  const columns = useMemo(() => {
    if (description === undefined || model === undefined) return [];
    const describe = (name: string) => describeFromModel(model, name);
    return listColumns(description, { columns: paths }, { findObject: describe, describe });
  }, [description, model, paths]);

  /** A path can be asked for when its first field is published (or the system's). */
  const isKnown = (path: string) => {
    const first = path.replace(/^-/, '').split('.')[0] ?? '';
    return (
      catalogue.find('field', `${object}.${first}`) === undefined || published.has(`field:${object}.${first}`)
    );
  };
  const query = {
    fields: [...new Set(columns.flatMap((column) => column.fetch).filter(isKnown))],
    sort: sort.filter(isKnown),
    ...(filter !== undefined && pathsInLogic(filter).every((path) => path.startsWith('$') || isKnown(path))
      ? { filter }
      : {}),
    limit: ROWS,
    count: 'capped' as const,
  };
  const [settled] = useDebouncedValue(query, 400);
  const isPublished = published.has(`object:${object}`);
  const records = useQuery({
    queryKey: ['records', object, 'preview', settled],
    queryFn: () => client.list(object, settled),
    enabled: isPublished && settled.fields.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  });

  if (!isPublished) return <EmptyState icon="table" title={t('view.notPublished')} />;
  if (records.error !== null) return <ProblemAlert error={records.error} />;
  if (records.data === undefined) return <Skeleton height={220} m="md" width="auto" />;
  const { count } = records.data;
  if (records.data.records.length === 0) return <EmptyState icon="filter" title={t('view.noMatch')} />;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key (WCAG 2.1.1). */}
      <section className={classes.scroll} tabIndex={0} aria-label={t('view.preview')}>
        <table className={partClasses.table}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.path} scope="col">
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {records.data.records.map((record) => (
              <tr key={record.id}>
                {columns.map((column) => (
                  <td
                    key={column.path}
                    className={partClasses.cell}
                    data-right={isRightAligned(column.field) || undefined}
                  >
                    <FieldValue field={column.field} value={cellValue(record, column)} shape="line" />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {count !== undefined && (
        <div className={classes.footer} role="status">
          {t(count.kind === 'at_least' ? 'view.matchesAtLeast' : 'view.matches', { count: count.value })}
        </div>
      )}
    </>
  );
}

/** Every `var` that a filter mentions. */
function pathsInLogic(logic: unknown): string[] {
  if (Array.isArray(logic)) return logic.flatMap(pathsInLogic);
  if (typeof logic !== 'object' || logic === null) return [];
  return Object.entries(logic).flatMap(([operator, args]) => {
    if (operator !== 'var') return pathsInLogic(args);
    const path: unknown = Array.isArray(args) ? args[0] : args;
    return typeof path === 'string' ? [path] : [];
  });
}
