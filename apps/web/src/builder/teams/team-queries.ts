/** What the pages of teams ask the server for. */
import { queryOptions } from '@tanstack/react-query';
import { client, invalidateRecords, keys, queryClient } from '../../api.ts';

export const teamsQuery = queryOptions({ queryKey: ['teams'], queryFn: () => client.teams() });
export const usersQuery = queryOptions({ queryKey: ['users'], queryFn: () => client.users() });
/** Goes out of date with the metadata: each publish may bring roles and permission sets. */
export const grantablesQuery = queryOptions({
  queryKey: [...keys.metadata(), 'grantables'],
  queryFn: () => client.grantables(),
});

/** After a team was written: teams, people, oneself, and the records that show any of them. */
export async function invalidateTeams(): Promise<void> {
  await Promise.all([
    ...[teamsQuery.queryKey, usersQuery.queryKey, ['me']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
    invalidateRecords(),
  ]);
}
