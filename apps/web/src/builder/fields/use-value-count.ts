/** How many live records have a value in a published field; undefined until known, or where it can't be asked. */
import { useQuery } from '@tanstack/react-query';
import { client } from '../../api.ts';

export function useValueCount(object: string, field: string, isAsked: boolean) {
  return useQuery({
    queryKey: ['records', object, 'values', field],
    queryFn: async () => {
      const filter = { '!': [{ is_blank: [{ var: field }] }] };
      const response = await client.list(object, { filter, fields: ['id'], limit: 1, count: 'capped' });
      return response.count;
    },
    enabled: isAsked,
    retry: false,
  });
}
