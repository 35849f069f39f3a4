import { Button } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { FilterGroup } from '@trellis/forms';
import { Suspense, useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useHasRight, useMe, useObject } from '../api.ts';
import { boardFieldOf, boardFields, NO_BOARD } from '../board/board-field.ts';
import type { ViewQuestion } from '../own-views/ViewBar.tsx';
import { isChanged, isUnknown } from '../own-views/view-draft.ts';
import type { ListSearch } from '../paths.ts';
import { ListEmpty } from '../runtime/list/ListEmpty.tsx';
import { ListToolbar } from '../runtime/list/ListToolbar.tsx';
import { RecordTable } from '../runtime/list/RecordTable.tsx';
import { nextSort } from '../runtime/list/sort-keys.ts';
import {
  currentView,
  filterOf,
  filterText,
  sortOf,
  useColumns,
  useListQuery,
} from '../runtime/list/use-list.ts';
import { ROW_HEIGHT, useListPreferences } from '../runtime/list/use-list-preferences.ts';
import { canSelect, useSelection } from '../runtime/list/use-selection.ts';
import { ViewPicker } from '../runtime/list/ViewPicker.tsx';
import { useDisplay } from '../runtime/use-display.ts';
import { useMarks } from '../search/use-marks.ts';
import { scanProblemOf } from '../speed/scan-problem.ts';
import { lazy } from '../ui/lazy.tsx';
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
const ViewBar = lazy(async () => ({ default: (await import('../own-views/ViewBar.tsx')).ViewBar }));
const ViewActions = lazy(async () => ({
  default: (await import('../own-views/ViewActions.tsx')).ViewActions,
}));
const ViewNotice = lazy(async () => ({ default: (await import('../own-views/ViewNotice.tsx')).ViewNotice }));
const Board = lazy(async () => ({ default: (await import('../board/Board.tsx')).Board }));
/** Wider than this is a table. */
const PHONE_PIXELS = 768;
const loadCards = () => import('../runtime/list/RecordCards.tsx');
const RecordCards = lazy(async () => ({ default: (await loadCards()).RecordCards }));
// A phone needs them as soon as its first list is there: they come beside it.
if (window.innerWidth <= PHONE_PIXELS) loadCards().catch(() => undefined);
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
  const isPhone = useMediaQuery('(max-width: 48em)', window.innerWidth <= PHONE_PIXELS);
  const view = currentView(description, search.view);
  const preferences = useListPreferences(object, view.name, view.columns);
  const columns = useColumns(description, preferences.paths);
  const list = useListQuery({ description, view, search, columns });
  const { filter: asked, search: wanted } = list.query;
  const listKey = JSON.stringify(list.query);
  const selection = useSelection(JSON.stringify([asked, wanted, search.deleted]));
  const { asked: wholeFilter, shown: filter } = filterOf(view, search.filter);
  const sort = sortOf(view, search);
  const searchBox = useRef<HTMLInputElement>(null);
  const marked = useMarks(search.q);
  const table = useRef<HTMLDivElement>(null);
  const isDeleted = search.deleted === 'true';
  const asOf = search.as_of;
  const selectable = canSelect(description, { isDeleted, asOf }) ? selection : undefined;
  const board = isDeleted || asOf !== undefined ? undefined : boardFieldOf(description, view, search.board);
  const mayCustomise = useHasRight('customise');
  const isOwnEyes = useMe().view === undefined;
  const [question, setQuestion] = useState<ViewQuestion>();

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

  const showBoard = (isShown: boolean) => {
    const own = boardFieldOf(description, view, undefined)?.name;
    // A view that is no board shows one by the first of its own columns that makes one.
    const fields = boardFields(description);
    const first = fields.find(({ name }) => view.columns.includes(name)) ?? fields[0];
    const [shown, hidden] = own === undefined ? [first?.name ?? '', ''] : ['', NO_BOARD];
    go({ board: isShown ? shown : hidden, peek: '' });
  };
  const setFilter = (next: FilterGroup) => go({ filter: filterText(view, next) });
  const pickView = useCallback(
    (name: string) => void navigate({ to: '/o/$object', params: { object }, search: { view: name } }),
    [navigate, object],
  );
  const draft = {
    columns: columns.map(({ path }) => path),
    filter: wholeFilter,
    sort,
    board: board?.name,
  };
  const maySave = isOwnEyes && !isDeleted && asOf === undefined;
  const hasChanged = maySave && isChanged(view, search, { ...draft, columns: preferences.paths });
  const discard = () => {
    preferences.resetPaths();
    go({ filter: '', sort: '', board: '' });
  };
  const viewBar = (hasChanged || question !== undefined) && (
    <Suspense>
      <ViewBar
        description={description}
        view={view}
        draft={draft}
        widths={preferences.widths}
        isChanged={hasChanged}
        question={question}
        onQuestion={setQuestion}
        onPick={pickView}
        onSavedAs={(id) => {
          preferences.resetPaths();
          pickView(id);
        }}
        onDiscard={discard}
      />
    </Suspense>
  );
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
          <>
            <span className={classes.bin}>{t('list.bin')}</span>
            <Link to="/bin">{t('list.wholeBin')}</Link>
          </>
        ) : (
          <>
            <ViewPicker
              description={description}
              view={view}
              onPick={pickView}
              actions={
                maySave && (
                  <ViewActions
                    description={description}
                    view={view}
                    isChanged={hasChanged}
                    onQuestion={setQuestion}
                    onPick={pickView}
                  />
                )
              }
            />
            {!isPhone && viewBar}
          </>
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
          {isPhone && viewBar}
          {(view.missing?.length || isUnknown(description, view, search.view)) && (
            <Suspense>
              <ViewNotice
                description={description}
                view={view}
                draft={draft}
                mayChange={maySave}
                onPick={pickView}
                onDiscard={discard}
              />
            </Suspense>
          )}
          <ListToolbar
            description={description}
            columns={columns}
            filter={filter}
            q={search.q ?? ''}
            isDeleted={isDeleted}
            preferences={preferences}
            searchRef={searchBox}
            count={count}
            onFilter={setFilter}
            onSearch={(text) => go({ q: text }, true)}
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
            board={
              isDeleted || asOf !== undefined
                ? undefined
                : {
                    isShown: board !== undefined,
                    onShow: boardFields(description).length === 0 ? undefined : showBoard,
                  }
            }
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
              narrowing={view.filter === null ? undefined : view}
              wider={
                view.filter === null ? undefined : description.views.find((each) => each.filter === null)
              }
              onWiden={(name) => go({ view: name })}
            />
          ) : board !== undefined ? (
            <Suspense>
              <Board
                key={board.name}
                description={description}
                field={board}
                columns={columns}
                query={list.query}
                peek={search.peek}
                onPeek={isPhone ? openRecord : peek}
                onField={(name) => go({ board: name })}
              />
            </Suspense>
          ) : isPhone ? (
            <Suspense>
              <RecordCards
                listKey={listKey}
                asOf={asOf}
                label={description.plural_label}
                records={list.records}
                columns={columns}
                nameField={description.name_field}
                object={object}
                selection={selectable}
                isLoading={!isLoaded}
                hasMore={hasNextPage}
                onMore={more}
              />
            </Suspense>
          ) : (
            <RecordTable
              listKey={listKey}
              label={description.plural_label}
              records={list.records}
              columns={columns}
              widths={preferences.widths}
              rowHeight={ROW_HEIGHT[preferences.density]}
              sort={sort}
              selection={selectable}
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
