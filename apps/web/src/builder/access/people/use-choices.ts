/** What people can be given: published roles and permission sets, and teams. Asked of the server, which tells it to whoever manages people, also without a right to the metadata. */
import { useQuery } from '@tanstack/react-query';
import { grantablesQuery, teamsQuery } from '../../teams/team-queries.ts';
import { useAccessMessages } from '../messages.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** Nobody gives what they do not hold themselves. */
  readonly disabled?: boolean;
}

export interface PersonChoices {
  readonly roles: readonly Choice[];
  readonly sets: readonly Choice[];
  readonly teams: readonly Choice[];
  labelOf(choices: readonly Choice[], value: string): string;
}

/** Holds every right; part of no package, and of no metadata. */
export const ADMINISTRATOR = 'administrator';

export function usePersonChoices(): PersonChoices {
  const t = useAccessMessages();
  const teams = useQuery(teamsQuery);
  const grantables = useQuery(grantablesQuery);
  const choicesOf = (kind: 'roles' | 'permission_sets') =>
    (grantables.data?.[kind] ?? []).map(({ name, label, is_grantable: isGrantable }) => ({
      value: name,
      label: name === ADMINISTRATOR ? t('people.administrator') : label,
      disabled: !isGrantable,
    }));
  return {
    roles: choicesOf('roles'),
    sets: choicesOf('permission_sets'),
    teams: (teams.data?.teams ?? []).map((team) => ({ value: team.id, label: team.name })),
    labelOf: (choices, value) => choices.find((choice) => choice.value === value)?.label ?? value,
  };
}

/** The choices with those that are held and gone, so that they can be seen and taken away. */
export function withHeld(choices: readonly Choice[], held: readonly string[]): Choice[] {
  const known = new Set(choices.map((choice) => choice.value));
  return [...choices, ...held.filter((each) => !known.has(each)).map((value) => ({ value, label: value }))];
}
