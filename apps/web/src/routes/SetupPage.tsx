import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useHasRight } from '../api.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';

const AuditPage = lazy(async () => ({ default: (await import('../builder/audit/AuditPage.tsx')).AuditPage }));
const BuilderRoutes = lazy(async () => ({ default: (await import('../builder/index.tsx')).BuilderRoutes }));

/** The door of the builder, for those who may customise. */
export function SetupPage() {
  const { t } = useTranslation();
  const readsAudit = useHasRight('view_audit');
  if (!useHasRight('customise')) {
    // Whoever looks after the audit log need not be able to change anything.
    if (readsAudit)
      return (
        <Suspense fallback={<PageSkeleton />}>
          <div className="tr-lone-page">
            <AuditPage />
          </div>
        </Suspense>
      );
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
