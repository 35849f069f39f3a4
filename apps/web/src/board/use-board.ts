/**
 * What a board asks for: a list for each of its columns, and one summary for their numbers. Moving a card is an ordinary
 * change of one field, shown at once and put back where the server refuses it.
 */
import {
  type InfiniteData,
  notifyManager,
  useInfiniteQuery,
  useIsMutating,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import { ApiError, type ApiRecord, type ListQuery, type ListResponse } from '@trellis/api';
import {
  conjoin,
  type FieldDescription,
  findRecordType,
  type ListColumn,
  type ObjectDescription,
  type OptionDescription,
  titleOf,
  withOptionsOf,
  withStepsFrom,
} from '@trellis/forms';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { client, keys, queryClient } from '../api.ts';
import { confirmed } from '../runtime/confirm-warnings.ts';
import { notifyDone, notifyRefusal } from '../ui/notify.tsx';
import { useMessages } from './messages.ts';

const PAGE = 30;

export interface BoardOf {
  readonly description: ObjectDescription;
  readonly field: FieldDescription;
  readonly columns: readonly ListColumn[];
  /** What the list asks for, whatever the column. */
  readonly query: { readonly filter?: unknown; readonly search?: string; readonly sort: readonly string[] };
}

/** A column: records with one value of the field, or without any. */
export interface Column {
  readonly value: string | null;
  readonly label: string;
  readonly option: OptionDescription | undefined;
  /** Its option is not offered any more: it is shown as long as it has records, and takes none. */
  readonly isRetired: boolean;
}

/** A card that somebody takes hold of. */
export interface Held {
  readonly record: ApiRecord;
  readonly from: Column;
}

type Pages = InfiniteData<ListResponse, string | null>;

export function columnsOf(field: FieldDescription, blank: string): readonly Column[] {
  return [
    ...(field.is_required ? [] : [{ value: null, label: blank, option: undefined, isRetired: false }]),
    ...field.options.map((option) => ({
      value: option.value,
      label: option.label,
      option,
      isRetired: !option.is_active,
    })),
  ];
}

function columnQuery({ description, field, columns, query }: BoardOf, { value }: Column): ListQuery {
  const { filter, search, sort } = query;
  const fields = [
    description.name_field,
    field.name,
    ...(description.record_types.length > 0 ? ['record_type'] : []),
    ...columns.flatMap((column) => column.fetch),
  ];
  return {
    filter: conjoin(filter, { '==': [{ var: field.name }, value] }),
    sort: [...sort],
    fields: [...new Set(fields)].sort(),
    rights: true,
    ...(search === undefined ? {} : { search }),
  };
}

export function useColumn(board: BoardOf, column: Column) {
  const query = columnQuery(board, column);
  const { name } = board.description;
  const result = useInfiniteQuery({
    queryKey: keys.list(name, query),
    // What is read while a card is on its way would put it back, whatever asks for it. All is read again once it has arrived.
    enabled: useIsMutating({ mutationKey: keys.moves(name) }) === 0,
    queryFn: ({ pageParam }) =>
      client.list(name, {
        ...query,
        limit: PAGE,
        ...(pageParam === null ? { count: 'capped' as const } : { after: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: ListResponse) => page.next,
  });
  const pages = result.data?.pages ?? [];
  const rights = Object.assign({}, ...pages.map((page) => page.rights)) as NonNullable<
    ListResponse['rights']
  >;
  return {
    ...result,
    records: pages.flatMap((page) => page.records),
    count: pages[0]?.count,
    mayMove: (id: string) => board.field.access === 'update' && rights[id]?.includes('update') === true,
  };
}

/** The sum of the first amount among the columns, by the value of the field. A search has none. */
export function useSums(
  board: BoardOf,
): { field: FieldDescription; of: ReadonlyMap<unknown, unknown> } | undefined {
  const { description, field, columns, query } = board;
  const amount = columns.find(
    (column) => column.field.widget === 'currency' && column.lookup === null && !column.path.includes('.'),
  )?.field;
  const body = {
    group_by: [field.name],
    measures: [{ function: 'sum', field: amount?.name ?? '' }],
    ...(query.filter === undefined ? {} : { filter: query.filter }),
  };
  const { data } = useQuery({
    queryKey: [...keys.records(description.name), 'board', body],
    queryFn: () => client.aggregate(description.name, body),
    enabled: amount !== undefined && query.search === undefined,
    retry: false,
  });
  if (amount === undefined || data === undefined) return undefined;
  return { field: amount, of: new Map(data.rows.map((row) => [row[field.name], row[`sum_${amount.name}`]])) };
}

/** Where a card may go: the options of its type, and the steps that a status allows. */
export function targetsOf(
  { description, field }: BoardOf,
  { record, from }: Held,
): ReadonlySet<string | null> {
  const type = typeof record.record_type === 'string' ? record.record_type : null;
  const offered = withStepsFrom(withOptionsOf(field, findRecordType(description, type)), from.value);
  const values = offered.options.filter((option) => option.is_active).map(({ value }) => value);
  const all = new Set<string | null>([...values, ...(offered.is_required ? [] : [null])]);
  all.delete(from.value);
  return all;
}

/**
 * Moves cards, one after the other: whoever presses a key twice means two steps. `say` is told what a screen reader
 * announces.
 */
export function useMove(board: BoardOf, say: (text: string) => void) {
  const t = useMessages();
  const { t: main } = useTranslation();
  const { description, field } = board;
  const { name: object } = description;
  const mutationKey = keys.moves(object);
  /** What the steps before have made of a card, newer than what its column has read. */
  const versions = useRef(new Map<string, number>());
  /** Where cards go that are not shown there yet, or may still be put back. */
  const headed = useRef(new Map<string, Column>());
  const keyOf = (column: Column) => keys.list(object, columnQuery(board, column));
  const readAgain = () => queryClient.invalidateQueries({ queryKey: keys.records(object) });
  const write = async ({ id, version }: ApiRecord, from: string | null, to: string | null) => {
    const update = (upon: number) =>
      confirmed((warnings) => client.update(object, id, { [field.name]: to }, upon, { warnings }));
    const saved = await update(Math.max(version, versions.current.get(id) ?? 0)).catch(async (error) => {
      if (!(error instanceof ApiError) || error.problem.code !== 'stale_version') throw error;
      // Who has changed something else of it has not moved it: both changes stand.
      const now = await client.get(object, id, [field.name]);
      if ((now[field.name] ?? null) !== from) throw error;
      return update(now.version);
    });
    versions.current.set(id, saved.version);
  };
  const { mutate } = useMutation({
    mutationKey,
    scope: { id: mutationKey.join(' ') },
    mutationFn: ({ held: { record, from }, to }: { readonly held: Held; readonly to: Column }) =>
      write(record, from.value, to.value),
    onMutate: async ({ held: { record, from }, to }) => {
      await queryClient.cancelQueries({ queryKey: keys.records(object) });
      const before = [to, from].map((column) => [
        keyOf(column),
        queryClient.getQueryData<Pages>(keyOf(column)),
      ]);
      const moved = { ...record, [field.name]: to.value };
      // In one rendering, in which the card can keep the focus.
      notifyManager.batch(() => {
        queryClient.setQueryData<Pages>(keyOf(from), (pages) => pages && changed(pages, -1, record));
        queryClient.setQueryData<Pages>(keyOf(to), (pages) => pages && changed(pages, 1, moved));
      });
      return before as [ReturnType<typeof keyOf>, Pages | undefined][];
    },
    onSuccess: (_, { held: { record, from }, to }) => {
      const name = titleOf(record[description.name_field]) || main('value.untitled');
      const message = t('moved', { name, column: to.label });
      say(message);
      notifyDone({
        message,
        about: record.id,
        undo: async () => {
          await write(record, to.value, from.value).catch(unlessDeclined);
          await readAgain();
        },
      });
    },
    onError: (error, { held: { record, from } }, before) => {
      if (queryClient.isMutating({ mutationKey }) === 1)
        notifyManager.batch(() => {
          for (const [key, pages] of before ?? []) queryClient.setQueryData(key, pages);
        });
      try {
        unlessDeclined(error);
      } catch {
        const name = titleOf(record[description.name_field]) || main('value.untitled');
        notifyRefusal(t('stays', { name, column: from.label }), error);
      }
    },
    // What is read while another card is on its way would put that one back.
    onSettled: (_data, _error, { held: { record }, to }) => {
      if (headed.current.get(record.id) === to) headed.current.delete(record.id);
      return queryClient.isMutating({ mutationKey }) === 1 ? readAgain() : undefined;
    },
  });
  return {
    move(held: Held, to: Column): void {
      headed.current.set(held.record.id, to);
      mutate({ held, to });
    },
    /** The column that the next step of a card counts from: a step may be asked for before the last one is shown. */
    standsIn: ({ record, from }: Held): Column => headed.current.get(record.id) ?? from,
  };
}

/** Who would rather not change a record has said so already. */
function unlessDeclined(error: unknown): void {
  if (!(error instanceof ApiError && error.problem.code === 'unconfirmed_warnings')) throw error;
}

/** The pages with a record more, on top, or with it taken out. */
function changed(data: Pages, by: 1 | -1, record: ApiRecord): Pages {
  const pages = data.pages.map((page, index) => {
    const others = page.records.filter(({ id }) => id !== record.id);
    const isFirst = index === 0;
    return {
      ...page,
      records: isFirst && by === 1 ? [record, ...others] : others,
      ...(isFirst && page.count && { count: { ...page.count, value: Math.max(0, page.count.value + by) } }),
      ...(isFirst && by === 1 && { rights: { ...page.rights, [record.id]: ['update' as const] } }),
    };
  });
  return { ...data, pages };
}
