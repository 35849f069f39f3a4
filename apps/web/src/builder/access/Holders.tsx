/** The people who have something, each a link to their page. */
import { Text } from '@mantine/core';
import type { UserResponse } from '@trellis/api';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { BuilderLink } from '../navigation.tsx';
import classes from '../parts/parts.module.css';
import { useAccessMessages } from './messages.ts';

export function Holders({ people, none }: { people: readonly UserResponse[]; none: string }) {
  const t = useAccessMessages();
  if (people.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  }
  return (
    <ul className={classes.usages}>
      {people
        .toSorted((a, b) => a.name.localeCompare(b.name))
        .map((person) => (
          <li key={person.id}>
            <BuilderLink page={{ page: 'person', id: person.id }} className={classes.link}>
              {person.name}
            </BuilderLink>{' '}
            <span className={classes.dim}>{person.email}</span>{' '}
            {!person.is_active && <ColorBadge>{t('people.inactive')}</ColorBadge>}
          </li>
        ))}
    </ul>
  );
}
