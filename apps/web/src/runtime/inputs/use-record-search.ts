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

/** Records of an object to choose from: by search on the server; without a text the recent ones, then the newest. */
export function useRecordSearch(object: string | undefined, text: string, isOpen: boolean) {
  const findObject = useFindObject();
  const nameField = (object === undefined ? undefined : findObject(object))?.name_field ?? 'name';
  const [query] = useDebouncedValue(text.trim(), 150);
  const result = useQuery({
    queryKey: [...keys.records(object ?? ''), 'choices', query],
    queryFn: () =>
      client.list(object ?? '', {
        fields: [nameField],
        limit: 20,
        ...(query === '' ? {} : { search: query, sort: [nameField] }),
      }),
    enabled: isOpen && object !== undefined,
    placeholderData: keepPreviousData,
  });
  const found = (result.data?.records ?? []).map(
    (record): RecordChoice => ({
      id: record.id,
      object: object ?? '',
      title: titleOf(record[nameField]) || record.id,
      isRecent: false,
    }),
  );
  const recent = query === '' && object !== undefined ? recentRecords(object).slice(0, 5) : [];
  const recentIds = new Set(recent.map((each) => each.id));
  const choices: RecordChoice[] = [
    ...recent.map((each) => ({ ...each, object: object ?? '', isRecent: true })),
    ...found.filter((each) => !recentIds.has(each.id)),
  ];
  return { choices, query, error: result.error, isFetching: result.isFetching };
}
