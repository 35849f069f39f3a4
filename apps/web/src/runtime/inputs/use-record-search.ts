import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { titleOf } from '@trellis/forms';
import { client, keys, useFindObject } from '../../api.ts';
import { recentRecords } from '../recent-records.ts';

export interface RecordChoice {
  readonly id: string;
  readonly object: string;
  readonly title: string;
  readonly isRecent: boolean;
}

export type RecordSearch = ReturnType<typeof useRecordSearch>;

interface Titled {
  readonly id: string;
  readonly name: string;
}

/**
 * Records of an object to choose from: by search, best first; without a text the recent ones, then the newest. `isStale`: what is
 * there is not yet what the text finds.
 */
export function useRecordSearch(object: string | undefined, text: string, isOpen: boolean) {
  const findObject = useFindObject();
  const described = object === undefined ? undefined : findObject(object);
  const nameField = described?.name_field ?? 'name';
  // An object that search passes over can still be chosen from.
  const isSearched = described?.is_searchable !== false;
  const [query] = useDebouncedValue(text.trim(), 150);
  const result = useQuery({
    queryKey: [...keys.records(object ?? ''), 'choices', query],
    queryFn: async ({ signal }): Promise<readonly Titled[]> => {
      if (query !== '' && isSearched)
        return (await client.search({ q: query, object, limit: 20 }, signal)).hits.map(({ id, name }) => ({
          id,
          name,
        }));
      const { records } = await client.list(object ?? '', {
        fields: [nameField],
        limit: 20,
        ...(query === '' ? {} : { search: query, sort: [nameField] }),
      });
      return records.map((record) => ({ id: record.id, name: titleOf(record[nameField]) }));
    },
    enabled: isOpen && object !== undefined,
    placeholderData: keepPreviousData,
  });
  const found = (result.data ?? []).map(
    ({ id, name }): RecordChoice => ({ id, object: object ?? '', title: name || id, isRecent: false }),
  );
  const recent = query === '' && object !== undefined ? recentRecords(object).slice(0, 5) : [];
  const recentIds = new Set(recent.map((each) => each.id));
  const choices: RecordChoice[] = [
    ...recent.map((each) => ({ ...each, object: object ?? '', isRecent: true })),
    ...found.filter((each) => !recentIds.has(each.id)),
  ];
  const isStale =
    text.trim() !== query || result.isPlaceholderData || (result.data === undefined && result.isFetching);
  return { choices, query, error: result.error, isFetching: result.isFetching, isStale };
}
