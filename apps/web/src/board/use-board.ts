/**
 * What a board asks for: a list for each of its columns, and one summary for their numbers. Moving a card is an ordinary
 * change of one field, shown at once and put back where the server refuses it.
 */
import {
  type InfiniteData,
  notifyManager,
  useInfiniteQuery,
  useMutation,
  useMutationState,
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

/** A step of a card that is on its way: asked for, and not answered yet. */
export interface Step {
  readonly held: Held;
  readonly to: Column;
  /** The field whose options are the columns. */
  readonly field: string;
}

type Pages = InfiniteData<ListResponse>;

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

/**
 * What a column shows: what was read of it, and over that the cards that are on their way, so that nothing that is read
 * meanwhile puts one back, whenever it was asked for.
 */
export function useColumn(board: BoardOf, column: Column, steps: readonly Step[]) {
  const query = columnQuery(board, column);
  const { name } = board.description;
  const result = useInfiniteQuery({
    queryKey: keys.list(name, query),
    queryFn: ({ pageParam }) =>
      client.list(name, {
        ...query,
        limit: PAGE,
        ...(pageParam === null ? { count: 'capped' as const } : { after: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: ListResponse) => page.next,
  });
  const { data } = result;
  const shown = steps.reduce((pages, step) => pages && withStep(pages, board.field.name, column, step), data);
  const pages = shown?.pages ?? [];
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

/** The pages of a column once a card has taken a step: to it, on top unless it is there already, or away from it. */
function withStep(pages: Pages, field: string, column: Column, { held: { record }, to }: Step): Pages {
  const isTo = to.value === column.value;
  const has = pages.pages.some((page) => page.records.some(({ id }) => id === record.id));
  if (has === isTo) return pages;
  const [first, ...others] = pages.pages.map((page) => ({
    ...page,
    records: page.records.filter(({ id }) => id !== record.id),
  }));
  if (!first) return pages;
  const { count } = first;
  const top = {
    ...first,
    ...(count && { count: { ...count, value: Math.max(0, count.value + (isTo ? 1 : -1)) } }),
    ...(isTo && {
      records: [{ ...record, [field]: column.value }, ...first.records],
      rights: { ...first.rights, [record.id]: ['update' as const] },
    }),
  };
  return { ...pages, pages: [top, ...others] };
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
  const onTheirWay = { mutationKey, status: 'pending' } as const;
  const isOfField = (step: Step) => step.field === field.name;
  const steps = useMutationState({
    filters: onTheirWay,
    select: (mutation) => mutation.state.variables as Step,
  }).filter(isOfField);
  /** What the steps before have made of a card, newer than what its column has read. */
  const versions = useRef(new Map<string, number>());
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
    mutationFn: ({ held: { record, from }, to }: Step) => write(record, from.value, to.value),
    onSuccess: async (_, step) => {
      const { record, from } = step.held;
      // What was asked for before this was saved would put the card back.
      await queryClient.cancelQueries({
        queryKey: keys.records(object),
        predicate: ({ state }) => state.data !== undefined,
      });
      notifyManager.batch(() => {
        for (const column of [from, step.to])
          queryClient.setQueryData<Pages>(
            keyOf(column),
            (pages) => pages && withStep(pages, field.name, column, step),
          );
      });
      const name = titleOf(record[description.name_field]) || main('value.untitled');
      const message = t('moved', { name, column: step.to.label });
      say(message);
      notifyDone({
        message,
        about: record.id,
        undo: async () => {
          await write(record, step.to.value, from.value).catch(unlessDeclined);
          await readAgain();
        },
      });
    },
    onError: (error, { held: { record, from } }) => {
      try {
        unlessDeclined(error);
      } catch {
        const name = titleOf(record[description.name_field]) || main('value.untitled');
        notifyRefusal(t('stays', { name, column: from.label }), error);
      }
    },
    // Once for all that are on their way. It is not waited for: the next step is not to.
    onSettled: () => {
      if (queryClient.isMutating(onTheirWay) === 1) void readAgain();
    },
  });
  return {
    steps,
    move: (held: Held, to: Column): void => mutate({ held, to, field: field.name }),
    /** The column that the next step of a card counts from: a step may be asked for before the last one is shown. */
    standsIn({ record, from }: Held): Column {
      const asked = queryClient.getMutationCache().findAll(onTheirWay);
      const mine = asked
        .map(({ state }) => state.variables as Step)
        .filter((step) => isOfField(step) && step.held.record.id === record.id);
      return mine.at(-1)?.to ?? from;
    },
  };
}

/** Who would rather not change a record has said so already. */
function unlessDeclined(error: unknown): void {
  if (!(error instanceof ApiError && error.problem.code === 'unconfirmed_warnings')) throw error;
}
