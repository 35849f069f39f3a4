import { Button } from '@mantine/core';
import { Link, Navigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useDescribe, useHasRight } from '../api.ts';
import { itemTarget } from '../shell/app-items.ts';
import { useCurrentApp } from '../shell/use-current-app.ts';
import { EmptyState } from '../ui/EmptyState.tsx';

/** Home is the first place of the app in hand. */
export function HomePage() {
  const { t } = useTranslation();
  const { objects } = useDescribe();
  const { app } = useCurrentApp();
  const canCustomise = useHasRight('customise');
  const target = app?.items.map(itemTarget).find((each) => each?.kind === 'list');
  if (target?.kind === 'list') {
    return <Navigate to="/o/$object" params={{ object: target.object }} search={target.search} replace />;
  }
  const first = objects.find((object) => !object.is_system);
  if (first !== undefined) return <Navigate to="/o/$object" params={{ object: first.name }} replace />;
  return (
    <EmptyState
      icon={canCustomise ? 'rocket' : 'lock'}
      title={t(canCustomise ? 'home.emptyTitle' : 'home.noAccessTitle')}
      actions={
        canCustomise && (
          <Button component={Link} to="/setup">
            {t('shell.setUp')}
          </Button>
        )
      }
    >
      {t(canCustomise ? 'home.emptyText' : 'home.noAccessText')}
    </EmptyState>
  );
}
