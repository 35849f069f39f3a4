/** A sharing rule in words: which records, and with whom. */
import { useQuery } from '@tanstack/react-query';
import type { Bodies } from '@trellis/metadata';
import { useBuilder } from '../../BuilderProvider.tsx';
import { teamsQuery, usersQuery } from '../../teams/team-queries.ts';
import { useAccessMessages } from '../messages.ts';

/** Holds for no record: what a rule begins with, and what an empty condition is written as. */
export const NOTHING = { is_blank: [{ var: 'id' }] };

export type Grantee = Bodies['sharing_rule']['share_with'][number];

export interface RuleText {
  nameOf(who: Grantee): string;
  whichOf(rule: Bodies['sharing_rule']): string;
}

export function useRuleText(): RuleText {
  const t = useAccessMessages();
  const { catalogue } = useBuilder();
  const users = useQuery(usersQuery).data?.users;
  const teams = useQuery(teamsQuery).data?.teams;
  const nameOf = ({ role, team, user, and_below: andBelow }: Grantee): string => {
    if (role !== undefined) {
      const label = catalogue.find('role', role)?.body.label ?? role;
      return andBelow ? t('sharing.andBelowOf', { label }) : label;
    }
    if (team === undefined && user === undefined) return '—';
    const found =
      team === undefined ? users?.find((each) => each.id === user) : teams?.find((each) => each.id === team);
    return found?.name ?? t('sharing.unknown');
  };
  return {
    nameOf,
    whichOf: (rule) =>
      rule.owned_by === undefined
        ? t('sharing.byCriteria')
        : `${t('sharing.owner')} ${nameOf(rule.owned_by)}`,
  };
}
