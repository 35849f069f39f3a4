/** What a list shows, counted and added up: groups down and across, each number a way to its records. */
import { ActionIcon, Button, NumberInput, Select, Skeleton, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconTransform } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { FieldDescription, ObjectDescription } from '@trellis/forms';
import { useCallback, useMemo } from 'react';
import { client, keys, useObject } from '../api.ts';
import type { SummarySearch } from '../paths.ts';
import { currentView, filterOf } from '../runtime/list/use-list.ts';
import { ScanNotice } from '../speed/ScanNotice.tsx';
import { scanProblemOf } from '../speed/scan-problem.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ObjectIcon } from '../ui/ObjectIcon.tsx';
import { Page } from '../ui/Page.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { type Axis, groupableFields, groupOf, PERIODS, parseAxis, textOfAxis } from './axis.ts';
import { useMessages } from './messages.ts';
import classes from './SummaryPage.module.css';
import { SummaryTable } from './SummaryTable.tsx';

const route = getRouteApi('/shell/o/$object/summary');
const FUNCTIONS = ['sum', 'avg', 'min', 'max'] as const;

export function SummaryPage() {
  const { object } = route.useParams();
  return <SummaryScreen key={object} description={useObject(object)} />;
}

export interface Measured {
  readonly function: 'count' | (typeof FUNCTIONS)[number];
  /** Undefined: the records themselves are counted. */
  readonly field: FieldDescription | undefined;
}

function SummaryScreen({ description }: { description: ObjectDescription }) {
  const t = useMessages();
  const search = route.useSearch();
  const navigate = useNavigate();
  const view = currentView(description, search.view);
  const fields = useMemo(() => groupableFields(description, view.columns), [description, view.columns]);
  const rows = parseAxis(search.rows, fields) ?? defaultAxis(fields);
  const columns = parseAxis(
    search.columns,
    fields.filter(({ name }) => name !== rows?.field.name),
  );
  const measure = parseMeasure(search.measure, description);
  const { asked: filter, said } = filterOf(view, search.filter);
  const isNarrowed = search.filter !== undefined;
  const body = {
    rows: rows ? [groupOf(rows)] : [],
    columns: columns ? [groupOf(columns)] : [],
    measures: [measureOf(measure)],
    filter,
  };
  const table = useQuery({
    queryKey: [...keys.records(description.name), 'summary', body],
    queryFn: () => client.pivot(description.name, body),
    enabled: rows !== undefined,
    placeholderData: keepPreviousData,
  });
  const go = (change: SummarySearch) =>
    void navigate({
      to: '/o/$object/summary',
      params: { object: description.name },
      search: (before: SummarySearch) => ({ ...before, ...change }),
      replace: true,
    });
  const { refetch } = table;
  const again = useCallback(() => void refetch(), [refetch]);
  const scanProblem = scanProblemOf(table.error);
  const place = { view: search.view, filter: search.filter };
  return (
    <Page
      title={t('title', { objects: description.plural_label })}
      icon={<ObjectIcon icon={description.icon} color={description.color} size={26} />}
      subtitle={
        !isNarrowed && view.filter === null
          ? undefined
          : t(isNarrowed ? 'filteredBy' : 'filtered', { view: view.label })
      }
      actions={
        <Button
          variant="default"
          component={Link}
          to="/o/$object"
          params={{ object: description.name } as never}
          search={place as never}
          leftSection={<IconArrowLeft size={15} />}
        >
          {t('back')}
        </Button>
      }
    >
      {rows === undefined ? (
        <EmptyState icon="table" title={t('ungroupable')}>
          {t('ungroupableText')}
        </EmptyState>
      ) : (
        <>
          <div className={classes.controls}>
            <AxisControl
              label={t('rows')}
              axis={rows}
              fields={fields.filter(({ name }) => name !== columns?.field.name)}
              onChange={(axis) => axis && go({ rows: textOfAxis(axis) })}
            />
            <Tooltip label={t('swap')}>
              <ActionIcon
                variant="default"
                size={30}
                className={classes.swap}
                aria-label={t('swap')}
                disabled={columns === undefined}
                onClick={() => columns && go({ rows: textOfAxis(columns), columns: textOfAxis(rows) })}
              >
                <IconTransform size={15} />
              </ActionIcon>
            </Tooltip>
            <AxisControl
              label={t('columns')}
              axis={columns}
              fields={fields.filter(({ name }) => name !== rows.field.name)}
              isOptional
              onChange={(axis) => go({ columns: axis ? textOfAxis(axis) : '' })}
            />
            <MeasureControl
              description={description}
              measure={measure}
              onChange={(next) => go({ measure: next })}
            />
          </div>
          {scanProblem !== undefined ? (
            <ScanNotice {...scanProblem} onReady={again} />
          ) : table.error !== null ? (
            <ProblemAlert error={table.error} onRetry={again} />
          ) : table.data === undefined ? (
            <Skeleton height={240} />
          ) : table.data.rows.length === 0 ? (
            <EmptyState icon="table" title={t('empty')}>
              {t('emptyText')}
            </EmptyState>
          ) : (
            <SummaryTable
              object={description.name}
              table={table.data}
              rows={rows}
              columns={columns}
              measure={measure}
              place={{ view: search.view, filter: said }}
              isStale={table.isPlaceholderData}
            />
          )}
        </>
      )}
    </Page>
  );
}

interface AxisControlProps {
  readonly label: string;
  readonly axis: Axis | undefined;
  readonly fields: readonly FieldDescription[];
  readonly isOptional?: boolean;
  onChange(axis: Axis | undefined): void;
}

function AxisControl({ label, axis, fields, isOptional = false, onChange }: AxisControlProps) {
  const t = useMessages();
  return (
    <div className={classes.axis}>
      <Select
        label={label}
        data={fields.map(({ name, label: text }) => ({ value: name, label: text }))}
        value={axis?.field.name ?? null}
        placeholder={t('none')}
        searchable
        clearable={isOptional}
        allowDeselect={false}
        onChange={(name) => onChange(parseAxis(name ?? undefined, fields))}
      />
      {axis?.period !== undefined && (
        <Select
          label={t('period', { axis: label })}
          className={classes.detail}
          data={PERIODS.map((period) => ({ value: period, label: t(`periods.${period}`) }))}
          value={axis.period}
          allowDeselect={false}
          onChange={(period) => onChange({ ...axis, period: PERIODS.find((each) => each === period) })}
        />
      )}
      {axis?.width !== undefined && (
        <NumberInput
          key={axis.field.name}
          label={t('width', { axis: label })}
          className={classes.detail}
          defaultValue={axis.width}
          min={0}
          onBlur={(event) => {
            const width = Number(event.currentTarget.value.replace(/[^\d.]/g, ''));
            if (width > 0) onChange({ ...axis, width });
          }}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        />
      )}
    </div>
  );
}

interface MeasureControlProps {
  readonly description: ObjectDescription;
  readonly measure: Measured;
  onChange(measure: string): void;
}

function MeasureControl({ description, measure, onChange }: MeasureControlProps) {
  const t = useMessages();
  const measured = description.fields.flatMap((field) =>
    field.value_type === 'number' && !field.is_system
      ? FUNCTIONS.filter((each) => field.aggregates.includes(each)).map((each) => ({
          value: `${each}:${field.name}`,
          label: t(`functions.${each}`, { field: field.label }),
        }))
      : [],
  );
  return (
    <Select
      label={t('measure')}
      className={classes.measure}
      data={[{ value: 'count', label: t('count') }, ...measured]}
      value={measure.field ? `${measure.function}:${measure.field.name}` : 'count'}
      searchable
      allowDeselect={false}
      onChange={(value) => value !== null && onChange(value)}
    />
  );
}

/** What most objects are summed up by: their first choice, else whatever there is. */
function defaultAxis(fields: readonly FieldDescription[]): Axis | undefined {
  const field =
    fields.find(({ type, is_system }) => type === 'status' && !is_system) ??
    fields.find(({ value_type, is_system }) => value_type === 'option' && !is_system) ??
    fields.find(({ name }) => name === 'owner_id') ??
    fields[0];
  return parseAxis(field?.name, fields);
}

function parseMeasure(text: string | undefined, { fields }: ObjectDescription): Measured {
  const [name, of] = (text ?? '').split(':');
  const field = fields.find((each) => each.name === of);
  const found = FUNCTIONS.find((each) => each === name && field?.aggregates.includes(each));
  return found && field ? { function: found, field } : { function: 'count', field: undefined };
}

function measureOf({ function: name, field }: Measured) {
  return field ? { function: name, field: field.name } : { function: name };
}
