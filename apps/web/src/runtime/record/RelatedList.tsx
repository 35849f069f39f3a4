import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ListColumn, ObjectDescription } from '@trellis/forms';
import type { LayoutItem } from '@trellis/metadata';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, failureOf, keys, useFindObject, useOptionalObject } from '../../api.ts';
import { useAsOf } from '../../history/as-of.ts';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import { SkeletonBar } from '../../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { FieldValue, isRightAligned } from '../cells/FieldValue.tsx';
import { cellValue } from '../list/cell-value.ts';
import { objectsView, useColumns } from '../list/use-list.ts';
import { CreateRecordModal } from './CreateRecordModal.tsx';
import classes from './RelatedList.module.css';
import { recordTitle } from './record-title.ts';
import type { ShownRecord } from './use-record.ts';

type RelatedItem = Extract<LayoutItem, { type: 'related_list' }>;

interface RelatedListProps {
  readonly description: ObjectDescription;
  readonly record: ShownRecord;
  readonly item: RelatedItem;
}

const SHOWN = 10;

/** The records of another object that point here: the first few, the way to all, and a new one with the lookup set. */
export function RelatedList({ description, record, item }: RelatedListProps) {
  const related = description.related_lists.find((each) => each.lookup === item.lookup);
  const other = useOptionalObject(related?.object);
  if (related === undefined) return null;
  const label = item.label ?? related.label;
  if (other === undefined) {
    return (
      <div className={classes.root}>
        <h2 className={classes.title}>{label}</h2>
        <SkeletonBar width="60%" />
      </div>
    );
  }
  return (
    <LoadedList
      label={label}
      other={other}
      field={related.field}
      item={item}
      description={description}
      record={record}
    />
  );
}

interface LoadedListProps extends RelatedListProps {
  readonly label: string;
  readonly other: ObjectDescription;
  /** The lookup's name on the other object. */
  readonly field: string;
}

function LoadedList({ label, other, field, item, description, record }: LoadedListProps) {
  const { t } = useTranslation();
  const findObject = useFindObject();
  const asOf = useAsOf();
  const [isCreating, setCreating] = useState(false);
  const paths = useMemo(
    () =>
      item.columns ??
      objectsView(other)
        .columns.filter((path) => path.split('.')[0] !== field)
        .slice(0, 5),
    [item.columns, other, field],
  );
  const columns = useColumns(other, paths);
  const filter = { '==': [{ var: field }, record.id] };
  const fetched = [...new Set([other.name_field, ...columns.flatMap((column) => column.fetch)])];
  const query = {
    filter,
    fields: fetched,
    limit: SHOWN,
    count: 'capped' as const,
    ...(asOf === undefined ? {} : { as_of: asOf }),
    ...(item.sort === undefined ? {} : { sort: item.sort }),
  };
  const list = useQuery({
    queryKey: keys.list(other.name, query),
    queryFn: () => client.list(other.name, query),
  });
  const failure = failureOf(list);
  const records = list.data?.records ?? [];
  const count = list.data?.count;
  const lookup = other.fields.find((each) => each.name === field);
  const prefilled = useMemo(
    () => ({
      [field]: {
        ...(lookup?.is_polymorphic ? { object: description.name } : {}),
        id: record.id,
        name: recordTitle(description, record),
      },
    }),
    [field, lookup, description, record],
  );
  const canCreate =
    asOf === undefined && other.rights.create && lookup?.access === 'update' && !other.is_system;
  return (
    <section className={classes.root} aria-label={label}>
      <div className={classes.head}>
        <NamedIcon name={other.icon} size={15} />
        <h2 className={classes.title}>{label}</h2>
        {count !== undefined && (
          <span className={classes.count}>
            {count.value}
            {count.kind === 'at_least' ? '+' : ''}
          </span>
        )}
        {canCreate && (
          <Button
            variant="subtle"
            size="compact-xs"
            leftSection={<IconPlus size={13} />}
            onClick={() => setCreating(true)}
            ml="auto"
          >
            {t('action.new')}
          </Button>
        )}
      </div>
      {failure ? (
        <ProblemAlert error={failure} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <SkeletonBar width="70%" />
      ) : records.length === 0 ? (
        <p className={classes.none}>{t('record.noRelated', { objects: label })}</p>
      ) : (
        <RelatedTable label={label} other={other} columns={columns} records={records} />
      )}
      {list.data?.next != null && (
        <Link
          to="/o/$object"
          params={{ object: other.name }}
          search={{ filter: JSON.stringify(filter), ...allView(other) }}
          className={classes.all}
        >
          {t('record.viewAll', { objects: findObject(other.name)?.plural_label ?? label })}
        </Link>
      )}
      {isCreating && (
        <CreateRecordModal
          object={other.name}
          prefilled={prefilled}
          onClose={() => setCreating(false)}
          onCreated={() => setCreating(false)}
        />
      )}
    </section>
  );
}

interface RelatedTableProps {
  readonly label: string;
  readonly other: ObjectDescription;
  readonly columns: readonly ListColumn[];
  readonly records: readonly ShownRecord[];
}

function RelatedTable({ label, other, columns, records }: RelatedTableProps) {
  const hasTitle = columns.some((column) => column.is_title);
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.path} scope="col" data-right={isRightAligned(column.field) || undefined}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {records.map((each) => (
            <tr key={each.id}>
              {columns.map((column, index) => (
                <td key={column.path} data-right={isRightAligned(column.field) || undefined}>
                  {column.is_title || (index === 0 && !hasTitle && column.lookup === null) ? (
                    <Link
                      to="/o/$object/$id"
                      params={{ object: other.name, id: each.id }}
                      className={classes.name}
                    >
                      {recordTitle(other, each)}
                    </Link>
                  ) : (
                    <FieldValue
                      field={column.lookup ?? column.field}
                      value={cellValue(each, column)}
                      shape="line"
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A view without a filter of its own, so that "all" means all. */
function allView(other: ObjectDescription): { readonly view?: string } {
  const view = other.views.find((each) => each.filter === null);
  return view === undefined ? {} : { view: view.name };
}
