import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './profile.module.css';

interface ProfileSectionProps {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** One part of the profile: what it is for, and what can be done. */
export function ProfileSection({ id, title, about, actions, children }: ProfileSectionProps) {
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.head}>
        <div>
          <h2 id={id} className={classes.title}>
            {title}
          </h2>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
