import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ApiError } from '@trellis/api';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { NotFoundPage } from './NotFoundPage.tsx';

/** A screen that could not be loaded: what the server said, and another try. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />;
  const retry = () => {
    queries.reset();
    reset();
    void router.invalidate();
  };
  return (
    <div style={{ maxWidth: 640, margin: '48px auto', padding: '0 16px' }}>
      <ProblemAlert error={error} onRetry={retry} />
    </div>
  );
}
