import { useQuery } from '@tanstack/react-query';
import { titleOf } from '@trellis/forms';
import { useMemo } from 'react';
import { client, keys, useFindObject } from '../api.ts';

/** Titles of records by id, asked for in one query. Ids that can't be seen stay without. */
export function useTitles(object: string | undefined, ids: readonly string[]): ReadonlyMap<string, string> {
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
  return useMemo(
    () => new Map((data?.records ?? []).map((record) => [record.id, titleOf(record[nameField ?? 'id'])])),
    [data, nameField],
  );
}
