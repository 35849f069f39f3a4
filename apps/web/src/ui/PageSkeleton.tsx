import { useTranslation } from 'react-i18next';

/** The outline of a page that is still loading. */
export function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('state.loading')} style={{ padding: '18px 20px' }}>
      <SkeletonBar width={180} height={18} />
      <div style={{ display: 'grid', gap: 14, marginTop: 28, maxWidth: 640 }}>
        {[92, 74, 86, 60, 80].map((width) => (
          <SkeletonBar key={width} width={`${width}%`} />
        ))}
      </div>
    </div>
  );
}

/** One grey bar, standing for text to come. */
export function SkeletonBar({ width, height = 10 }: { width: number | string; height?: number }) {
  return <span className="tr-skeleton" aria-hidden style={{ width, height }} />;
}
