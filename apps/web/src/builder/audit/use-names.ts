/** Names for what entries of the audit log hold ids of, as far as the reader may know them. */
import { useQuery } from '@tanstack/react-query';
import { useFindObject, useHasRight } from '../../api.ts';
import { usersQuery } from '../teams/team-queries.ts';

export function useNames() {
  const findObject = useFindObject();
  const managesUsers = useHasRight('manage_users');
  const users = useQuery({ ...usersQuery, enabled: managesUsers }).data?.users ?? [];
  return {
    people: users.map(({ id, name }) => ({ id, name })),
    personName: (id: string) => users.find((user) => user.id === id)?.name,
    /** As it is called now, else as it was then. */
    objectName: (name: string) => findObject(name)?.plural_label ?? name,
    isObject: (name: string) => findObject(name) !== undefined,
  };
}
