import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/EmptyState.tsx';
import { useDocumentTitle } from '../ui/Page.tsx';

/** An address that leads nowhere. */
export function NotFoundPage() {
  const { t } = useTranslation();
  useDocumentTitle(t('notFound.title'));
  return (
    <EmptyState
      icon="help-circle"
      title={t('notFound.title')}
      actions={
        <Button component={Link} to="/" variant="default">
          {t('action.home')}
        </Button>
      }
    >
      {t('notFound.text')}
    </EmptyState>
  );
}
