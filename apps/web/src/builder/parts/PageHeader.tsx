/** Title of a page, the way back to it, and what can be done there. */
import { Group, Text, Title } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { Fragment, type ReactNode } from 'react';
import { useDocumentTitle } from '../../ui/Page.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import type { BuilderPage } from '../paths.ts';
import classes from './parts.module.css';

interface PageHeaderProps {
  readonly title: string;
  /** Beside the title: badges. */
  readonly beside?: ReactNode;
  readonly description?: ReactNode;
  readonly trail?: readonly { readonly label: string; readonly page: BuilderPage }[];
  readonly icon?: ReactNode;
  readonly actions?: ReactNode;
}

export function PageHeader({ title, beside, description, trail = [], icon, actions }: PageHeaderProps) {
  const t = useMessages();
  useDocumentTitle(title);
  return (
    <header className={classes.header}>
      {trail.length > 0 && (
        <nav aria-label={t('shell.trail')} className={classes.trail}>
          {trail.map((step, index) => (
            <Fragment key={step.label}>
              {index > 0 && <IconChevronRight size={12} aria-hidden />}
              <BuilderLink page={step.page}>{step.label}</BuilderLink>
            </Fragment>
          ))}
        </nav>
      )}
      <Group justify="space-between" align="flex-start" wrap="wrap" gap="sm">
        <Group gap="sm" wrap="nowrap" className={classes.headline}>
          {icon}
          <div className={classes.headline}>
            <Group gap="xs">
              <Title order={1} className={classes.title}>
                {title}
              </Title>
              {beside}
            </Group>
            {description !== undefined && (
              <Text c="dimmed" size="sm">
                {description}
              </Text>
            )}
          </div>
        </Group>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
    </header>
  );
}
