import { useQuery } from '@tanstack/react-query';
import { titleOf } from '@trellis/forms';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { client, keys, useFindObject } from '../api.ts';

/**
 * Titles of records by id, asked for in one query. An id that is in the map without a title was asked for and can't be
 * seen; one that is not in it has not been answered yet.
 */
export function useTitles(
  object: string | undefined,
  ids: readonly string[],
): ReadonlyMap<string, string | undefined> {
  const { t } = useTranslation();
  const findObject = useFindObject();
  const nameField = (object === undefined ? undefined : findObject(object))?.name_field;
  const wanted = useMemo(() => [...new Set(ids)].sort().slice(0, 200), [ids]);
  const { data } = useQuery({
    queryKey: [...keys.records(object ?? ''), 'titles', wanted],
    queryFn: () =>
      client.list(object ?? '', {
        filter: { in: [{ var: 'id' }, wanted] },
        fields: [nameField ?? 'id'],
        limit: Math.max(1, wanted.length),
      }),
    enabled: object !== undefined && nameField !== undefined && wanted.length > 0,
    staleTime: 60_000,
  });
  const untitled = t('value.untitled');
  return useMemo(() => {
    // Of an object that can't be seen nothing is asked.
    const isAnswered = data !== undefined || (object !== undefined && nameField === undefined);
    if (!isAnswered) return new Map();
    const titles = (data?.records ?? []).map(
      (record) => [record.id, titleOf(record[nameField ?? 'id']) || untitled] as const,
    );
    return new Map<string, string | undefined>([...wanted.map((id) => [id, undefined] as const), ...titles]);
  }, [data, object, nameField, wanted, untitled]);
}
