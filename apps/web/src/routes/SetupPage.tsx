import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useHasRight } from '../api.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { lazy } from '../ui/lazy.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';

const BuilderRoutes = lazy(async () => ({ default: (await import('../builder/index.tsx')).BuilderRoutes }));

/** The door of the builder, for those who may customise or manage people. */
export function SetupPage() {
  const { t } = useTranslation();
  const canCustomise = useHasRight('customise');
  const managesPeople = useHasRight('manage_users');
  const readsAudit = useHasRight('view_audit');
  if (!canCustomise && !managesPeople && !readsAudit) {
    return (
      <EmptyState icon="lock" title={t('setup.forbidden')}>
        {t('setup.forbiddenText')}
      </EmptyState>
    );
  }
  return (
    <Suspense fallback={<PageSkeleton />}>
      <BuilderRoutes />
    </Suspense>
  );
}
