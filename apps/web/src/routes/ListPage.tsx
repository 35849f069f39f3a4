import { Button } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { EMPTY_FILTER, type FilterGroup, toJsonLogic } from '@trellis/forms';
import { lazy, Suspense, useCallback, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useHasRight, useObject } from '../api.ts';
import type { ListSearch } from '../paths.ts';
import { ListEmpty } from '../runtime/list/ListEmpty.tsx';
import { ListToolbar } from '../runtime/list/ListToolbar.tsx';
import { RecordCards } from '../runtime/list/RecordCards.tsx';
import { RecordTable } from '../runtime/list/RecordTable.tsx';
import { nextSort } from '../runtime/list/sort-keys.ts';
import { currentView, parseFilter, sortOf, useColumns, useListQuery } from '../runtime/list/use-list.ts';
import { ROW_HEIGHT, useListPreferences } from '../runtime/list/use-list-preferences.ts';
import { useSelection } from '../runtime/list/use-selection.ts';
import { ViewPicker } from '../runtime/list/ViewPicker.tsx';
import { useDisplay } from '../runtime/use-display.ts';
import { useMarks } from '../search/use-marks.ts';
import { scanProblemOf } from '../speed/scan-problem.ts';
import { ObjectIcon } from '../ui/ObjectIcon.tsx';
import { Page } from '../ui/Page.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import classes from './ListPage.module.css';

const PeekPanel = lazy(async () => ({
  default: (await import('../runtime/record/PeekPanel.tsx')).PeekPanel,
}));
const ListAdvice = lazy(async () => ({ default: (await import('../speed/ListAdvice.tsx')).ListAdvice }));
const ScanNotice = lazy(async () => ({ default: (await import('../speed/ScanNotice.tsx')).ScanNotice }));
const EraseButton = lazy(async () => ({ default: (await import('../history/EraseButton.tsx')).EraseButton }));
const AsOfBanner = lazy(async () => ({ default: (await import('../history/AsOfBanner.tsx')).AsOfBanner }));
const SelectionBar = lazy(async () => ({
  default: (await import('../runtime/list/SelectionBar.tsx')).SelectionBar,
}));
const route = getRouteApi('/shell/o/$object');

/** Nobody waits for a shorter list. */
const ADVISED_FROM = 100;

/** The records of an object. The address says everything about what is shown. */
export function ListPage() {
  const { object } = route.useParams();
  return <ListScreen key={object} object={object} />;
}

function ListScreen({ object }: { object: string }) {
  const { t } = useTranslation();
  const description = useObject(object);
  const search = route.useSearch();
  const navigate = useNavigate();
  const display = useDisplay();
  const isPhone = useMediaQuery('(max-width: 48em)', window.innerWidth <= 768);
  const view = currentView(description, search.view);
  const preferences = useListPreferences(object, view.name, view.columns);
  const columns = useColumns(description, preferences.paths);
  const list = useListQuery({ description, view, search, columns });
  const { filter: asked, search: wanted } = list.query;
  const selection = useSelection(JSON.stringify([asked, wanted, search.deleted]));
  const { filter } = parseFilter(search.filter);
  const sort = sortOf(view, search);
  const searchBox = useRef<HTMLInputElement>(null);
  const marked = useMarks(search.q);
  const table = useRef<HTMLDivElement>(null);
  const isDeleted = search.deleted === 'true';
  const asOf = search.as_of;
  const mayCustomise = useHasRight('customise');

  const go = useCallback(
    (change: ListSearch, replace = false) =>
      void navigate({
        to: '/o/$object',
        params: { object },
        search: (before: ListSearch) => ({ ...before, ...change }),
        replace,
      }),
    [navigate, object],
  );
  const openRecord = useCallback(
    (id: string) =>
      void navigate({
        to: '/o/$object/$id',
        params: { object, id },
        search: asOf === undefined ? {} : { as_of: asOf },
      }),
    [navigate, object, asOf],
  );
  const peek = useCallback(
    (id: string | undefined) => go(id === undefined ? { peek: '' } : { peek: id }, search.peek !== undefined),
    [go, search.peek],
  );
  const { fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const more = useCallback(() => {
    if (!isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage, isFetchNextPageError]);
  const create = () => void navigate({ to: '/o/$object/new', params: { object } });
  useHotkeys([
    ['/', () => searchBox.current?.focus()],
    ['ArrowDown', () => enterTable(table.current), { preventDefault: false }],
    ['j', () => enterTable(table.current)],
    ['n', () => description.rights.create && !description.is_system && create()],
  ]);
  // Once there was a selection the bar stays: a dialog of its outlives what was selected.
  const wasSelected = useRef(false);
  wasSelected.current ||= selection.ids.size > 0;
  const hasSelected = wasSelected.current;
  const isLoaded = !list.isPending;
  const scanProblem = scanProblemOf(list.error);
  const { refetch } = list;
  const listAgain = useCallback(() => void refetch(), [refetch]);

  const setFilter = (next: FilterGroup) => {
    const logic = toJsonLogic(next);
    go({ filter: logic === undefined ? '' : JSON.stringify(logic) });
  };
  const number = new Intl.NumberFormat(display.locale);
  const counted = list.count;
  const count =
    counted === undefined
      ? ''
      : counted.kind === 'exact'
        ? t('list.count', { count: counted.value, number: number.format(counted.value) })
        : t('list.countOver', { number: number.format(counted.value) });
  const isNarrowed = search.q !== undefined || search.filter !== undefined;
  const canCreate = description.rights.create && !description.is_system && !isDeleted;

  return (
    <Page
      layout="fill"
      title={description.plural_label}
      icon={<ObjectIcon icon={description.icon} color={description.color} size={26} />}
      beside={
        isDeleted ? (
          <span className={classes.bin}>{t('list.bin')}</span>
        ) : (
          description.views.length > 0 && (
            <ViewPicker
              description={description}
              view={view}
              onPick={(name) =>
                void navigate({ to: '/o/$object', params: { object }, search: { view: name } })
              }
            />
          )
        )
      }
      actions={
        isDeleted && description.rights.delete && !description.is_system ? (
          <Suspense>
            <EraseButton
              object={object}
              label={description.plural_label}
              ids={undefined}
              onDone={selection.clear}
            />
          </Suspense>
        ) : canCreate && asOf === undefined ? (
          <Button
            component={Link}
            to="/o/$object/new"
            params={{ object } as never}
            leftSection={<IconPlus size={15} stroke={2} />}
            className={classes.create}
          >
            {t('palette.new', { object: description.label })}
          </Button>
        ) : null
      }
    >
      <div className={classes.columns}>
        <div className={classes.list} ref={marked}>
          {search.as_of !== undefined && (
            <Suspense>
              <AsOfBanner at={search.as_of} onChange={(at) => go({ as_of: at ?? '', peek: '' })} />
            </Suspense>
          )}
          <ListToolbar
            description={description}
            columns={columns}
            filter={filter ?? EMPTY_FILTER}
            q={search.q ?? ''}
            isDeleted={isDeleted}
            preferences={preferences}
            searchRef={searchBox}
            count={count}
            onFilter={setFilter}
            onSearch={(text) => go({ q: text.trim() }, true)}
            query={list.query}
            onSummarise={() =>
              void navigate({
                to: '/o/$object/summary',
                params: { object },
                search: {
                  ...(search.view === undefined ? {} : { view: search.view }),
                  ...(search.filter === undefined ? {} : { filter: search.filter }),
                },
              })
            }
            onImport={() => void navigate({ to: '/o/$object/import', params: { object } })}
            onAsOf={() => go({ as_of: new Date().toISOString(), deleted: '', peek: '' })}
            onDeleted={(isShown) => go({ deleted: isShown ? 'true' : '', peek: '' })}
          />
          {mayCustomise && isLoaded && list.records.length >= ADVISED_FROM && (
            <Suspense>
              <ListAdvice description={description} filter={list.query.filter} sort={sort} />
            </Suspense>
          )}
          {scanProblem !== undefined && list.records.length === 0 ? (
            <Suspense>
              <ScanNotice {...scanProblem} onReady={listAgain} />
            </Suspense>
          ) : list.isError && list.records.length === 0 ? (
            <div className={classes.problem}>
              <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
            </div>
          ) : isLoaded && list.records.length === 0 ? (
            <ListEmpty
              description={description}
              isNarrowed={isNarrowed}
              isDeleted={isDeleted}
              onClear={() => go({ q: '', filter: '' })}
              hasViewFilter={view.filter !== null}
              wider={
                view.filter === null ? undefined : description.views.find((each) => each.filter === null)
              }
              onWiden={(name) => go({ view: name })}
            />
          ) : isPhone ? (
            <RecordCards
              asOf={asOf}
              label={description.plural_label}
              records={list.records}
              columns={columns}
              nameField={description.name_field}
              object={object}
              selection={selection}
              isLoading={!isLoaded}
              hasMore={hasNextPage}
              onMore={more}
            />
          ) : (
            <RecordTable
              label={description.plural_label}
              records={list.records}
              columns={columns}
              widths={preferences.widths}
              rowHeight={ROW_HEIGHT[preferences.density]}
              sort={sort}
              selection={selection}
              object={object}
              peek={search.peek}
              isLoading={!isLoaded}
              hasMore={hasNextPage}
              tableRef={table}
              onMore={more}
              onSort={(path, isAdded) => go({ sort: nextSort(sort, path, isAdded).join(',') })}
              onWidth={preferences.setWidth}
              onMove={(path, before) => preferences.setPaths(moveBefore(preferences.paths, path, before))}
              onOpen={openRecord}
              onPeek={asOf === undefined ? peek : (next) => next !== undefined && openRecord(next)}
            />
          )}
          {isFetchNextPageError && (
            <div className={classes.problem}>
              <ProblemAlert error={list.error} onRetry={() => void fetchNextPage()} />
            </div>
          )}
          {hasSelected && asOf === undefined && (
            <Suspense>
              <SelectionBar
                description={description}
                selection={selection}
                isDeleted={isDeleted}
                query={list.query}
                count={list.count}
                hasMore={hasNextPage}
              />
            </Suspense>
          )}
        </div>
        {search.peek !== undefined && !isPhone && (
          <Suspense>
            <PeekPanel object={object} id={search.peek} onClose={() => peek(undefined)} />
          </Suspense>
        )}
      </div>
    </Page>
  );
}

function moveBefore(paths: readonly string[], path: string, before: string): string[] {
  const others = paths.filter((each) => each !== path);
  const at = others.indexOf(before);
  // Dragged to the right, a column lands behind the one that it is dropped on.
  const isRightward = paths.indexOf(path) < paths.indexOf(before);
  others.splice(isRightward ? at + 1 : at, 0, path);
  return others;
}

/** Arrows work from anywhere on the page that has no use for them: the row last visited takes the focus. */
function enterTable(table: HTMLElement | null): void {
  const active = document.activeElement;
  if (active !== document.body && active?.id !== 'main') return;
  table?.querySelector<HTMLElement>('[data-index][tabindex="0"]')?.focus();
}
