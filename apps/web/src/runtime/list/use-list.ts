/**
 * The state of a list: its view, filter, sort and search come from the address, its records from the server in
 * pages that hang together by cursor. Nothing is ever filtered or sorted here.
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ApiRecord, ListResponse } from '@trellis/api';
import {
  conjoin,
  EMPTY_FILTER,
  type FilterGroup,
  fromJsonLogic,
  type ListColumn,
  listColumns,
  type ObjectDescription,
  type ViewDescription,
} from '@trellis/forms';
import { useMemo } from 'react';
import { client, keys, useFindObject } from '../../api.ts';
import type { ListSearch } from '../../paths.ts';
import { useDescriptionsFor } from './use-descriptions.ts';

const PAGE = 100;
/** Beyond this many pages a list is patched by row, not asked for again from the top. */
const REFETCHED_PAGES = 3;
/** How soon an empty view looks again: somebody who waits for the first records need not reload. */
const EMPTY_REFETCH_MS = 5000;

/** The view of the address, else the object's default, else one with every field. */
export function currentView(description: ObjectDescription, name: string | undefined): ViewDescription {
  return (
    description.views.find((view) => view.name === name) ??
    description.views.find((view) => view.is_default) ??
    description.views[0] ?? {
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
  const { logic } = parseFilter(search.filter);
  const fields = [...new Set([description.name_field, ...columns.flatMap((column) => column.fetch)])].sort();
  const query = {
    filter: conjoin(view.filter, logic),
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
