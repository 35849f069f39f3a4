/** What people can be given: published roles and permission sets, and teams. What is only drafted cannot be yet. */
import { useQuery } from '@tanstack/react-query';
import { useBuilder } from '../../BuilderProvider.tsx';
import { teamsQuery } from '../../teams/team-queries.ts';
import { useAccessMessages } from '../messages.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
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
  const { catalogue, published } = useBuilder();
  const teams = useQuery(teamsQuery);
  const choicesOf = (kind: 'role' | 'permission_set') =>
    catalogue
      .all(kind)
      .filter((entry) => published.has(`${kind}:${entry.name}`))
      .map((entry) => ({ value: entry.name, label: entry.body.label }))
      .toSorted((a, b) => a.label.localeCompare(b.label));
  return {
    roles: choicesOf('role'),
    sets: [{ value: ADMINISTRATOR, label: t('people.administrator') }, ...choicesOf('permission_set')],
    teams: (teams.data?.teams ?? []).map((team) => ({ value: team.id, label: team.name })),
    labelOf: (choices, value) => choices.find((choice) => choice.value === value)?.label ?? value,
  };
}

/** The choices with those that are held and gone, so that they can be seen and taken away. */
export function withHeld(choices: readonly Choice[], held: readonly string[]): Choice[] {
  const known = new Set(choices.map((choice) => choice.value));
  return [...choices, ...held.filter((each) => !known.has(each)).map((value) => ({ value, label: value }))];
}
