/**
 * The state of a list: its view, filter, sort and search come from the address, its records from the server in
 * pages that hang together by cursor. Nothing is ever filtered or sorted here.
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ApiRecord, ListResponse } from '@trellis/api';
import {
  conditionTree,
  conjoin,
  EMPTY_FILTER,
  type FilterGroup,
  fromJsonLogic,
  type ListColumn,
  listColumns,
  type ObjectDescription,
  toJsonLogic,
  type ViewDescription,
} from '@trellis/forms';
import { useMemo } from 'react';
import { client, keys, useFindObject } from '../../api.ts';
import { type ListSearch, NONE } from '../../paths.ts';
import { useDescriptionsFor } from './use-descriptions.ts';

const PAGE = 100;
/** Beyond this many pages a list is patched by row, not asked for again from the top. */
const REFETCHED_PAGES = 3;
/** How soon an empty view looks again: somebody who waits for the first records need not reload. */
const EMPTY_REFETCH_MS = 5000;

/** The view of the address, else the one that opens first for this person, else the object's. */
export function currentView(description: ObjectDescription, name: string | undefined): ViewDescription {
  const found = description.views.find((view) => view.name === name);
  if (found !== undefined || name === NONE) return found ?? objectsView(description);
  return description.views.find((view) => view.is_default) ?? objectsView(description);
}

/** The view of the object itself: its default, else one with every field. */
export function objectsView(description: ObjectDescription): ViewDescription {
  return (
    description.views.find((view) => view.is_own === undefined) ?? {
      name: '',
      label: description.plural_label,
      icon: null,
      mode: 'grid',
      is_default: true,
      columns: [
        description.name_field,
        ...description.fields
          .filter((field) => !field.is_system && field.name !== description.name_field)
          .slice(0, 6)
          .map((field) => field.name),
      ],
      filter: null,
      sort: [],
      group_by: null,
    }
  );
}

/** The filter in the address, undefined when it is none that can be shown as conditions. */
export function parseFilter(text: string | undefined): {
  readonly logic: unknown;
  readonly filter: FilterGroup | undefined;
} {
  if (text === undefined) return { logic: undefined, filter: EMPTY_FILTER };
  try {
    const logic: unknown = JSON.parse(text);
    return { logic, filter: fromJsonLogic(logic) };
  } catch {
    return { logic: undefined, filter: EMPTY_FILTER };
  }
}

/**
 * What a list asks for: `asked` is all of it, `said` the part that an address says which leads here, `shown` that part as conditions
 * that people see and change. The address narrows a view of the object; of one's own view it takes the place of the filter.
 */
export function filterOf(
  view: ViewDescription,
  text: string | undefined,
): { readonly asked: unknown; readonly said: unknown; readonly shown: FilterGroup } {
  const { logic, filter = EMPTY_FILTER } = parseFilter(text === NONE ? undefined : text);
  if (view.is_own === undefined) return { asked: conjoin(view.filter, logic), said: logic, shown: filter };
  const asked = text === undefined ? conjoin(view.filter) : logic;
  return { asked, said: asked, shown: conditionTree(asked) };
}

/** The address's filter that shows these conditions; empty: what the view says by itself. */
export function filterText(view: ViewDescription, shown: FilterGroup): string {
  const logic = toJsonLogic(shown);
  const own = view.is_own === undefined ? undefined : toJsonLogic(conditionTree(view.filter));
  if (JSON.stringify(logic) === JSON.stringify(own)) return '';
  return logic === undefined ? NONE : JSON.stringify(logic);
}

/** Resolves paths to columns, describing the objects beyond lookups where a path goes further than a title. */
export function useColumns(description: ObjectDescription, paths: readonly string[]): ListColumn[] {
  const findObject = useFindObject();
  const describe = useDescriptionsFor(description, paths);
  return useMemo(
    () => listColumns(description, { columns: paths }, { findObject, describe }),
    [description, paths, findObject, describe],
  );
}

export interface ListInput {
  readonly description: ObjectDescription;
  readonly view: ViewDescription;
  readonly search: ListSearch;
  readonly columns: readonly ListColumn[];
}

/** The sort in force: the address's, else the view's. */
export function sortOf(view: ViewDescription, search: ListSearch): readonly string[] {
  return search.sort === undefined ? view.sort : search.sort.split(',').filter(Boolean);
}

export function useListQuery({ description, view, search, columns }: ListInput) {
  const fields = [...new Set([description.name_field, ...columns.flatMap((column) => column.fetch)])].sort();
  const query = {
    filter: filterOf(view, search.filter).asked,
    sort: [...sortOf(view, search)],
    fields,
    ...(search.q === undefined ? {} : { search: search.q }),
    ...(search.deleted === 'true' ? { deleted: true } : {}),
    ...(search.as_of === undefined ? {} : { as_of: search.as_of }),
  };
  const isNarrowed = search.q !== undefined || search.filter !== undefined;
  const result = useInfiniteQuery({
    queryKey: keys.list(description.name, query),
    queryFn: ({ pageParam }) =>
      client.list(description.name, {
        ...query,
        limit: PAGE,
        ...(pageParam === null ? { count: 'capped' as const } : { after: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: ListResponse) => page.next,
    refetchOnWindowFocus: (each) => (each.state.data?.pages.length ?? 0) <= REFETCHED_PAGES,
    refetchInterval: (each) =>
      !isNarrowed && each.state.data?.pages[0]?.records.length === 0 ? EMPTY_REFETCH_MS : false,
    refetchOnMount: (each) => (each.state.data?.pages.length ?? 0) <= REFETCHED_PAGES,
  });
  const records = useMemo(() => {
    const pages = result.data?.pages ?? [];
    const only = pages.length === 1 ? pages[0]?.records : undefined;
    return only ?? pages.flatMap((page) => page.records);
  }, [result.data]);
  return { ...result, records: records as readonly ApiRecord[], count: result.data?.pages[0]?.count, query };
}
