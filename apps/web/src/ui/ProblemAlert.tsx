import { Button } from '@mantine/core';
import { IconAlertCircle, IconAlertTriangle } from '@tabler/icons-react';
import { ApiError, type ProblemEntry } from '@trellis/api';
import { useTranslation } from 'react-i18next';
import { paths } from '../paths.ts';
import { isOffline } from './offline.ts';
import classes from './ProblemAlert.module.css';

interface ProblemAlertProps {
  /** What was thrown: an `ApiError` shows its problem document, anything else its message. */
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** Turns an entry's pointer into words or a link: `/amount` → "Amount". */
  readonly renderPointer?: (pointer: string) => React.ReactNode;
  /** Entries shown elsewhere (at their fields) are left out. */
  readonly hideEntries?: boolean;
}

/** A problem that the server described: what is wrong, where, what helps, and the id to quote when asking for help. */
export function ProblemAlert({ error, onRetry, renderPointer, hideEntries }: ProblemAlertProps) {
  const { t } = useTranslation();
  const problem = error instanceof ApiError ? error.problem : undefined;
  const hasNoAnswer = isOffline(error);
  const isSignedOut = problem?.code === 'unauthenticated';
  const title = isSignedOut
    ? t('problem.signedOut')
    : (problem?.title ?? (hasNoAnswer ? t('problem.offline') : t('problem.unexpected')));
  const detail = isSignedOut
    ? t('problem.signedOutDetail')
    : (problem?.detail ??
      (hasNoAnswer ? t('problem.offlineDetail') : error instanceof Error ? error.message : String(error)));
  const entries = (hideEntries ? [] : (problem?.errors ?? [])).filter(
    // One problem that is not at a place is the detail already.
    (entry) => entry.message !== detail || entry.hint !== undefined || isPlace(entry.pointer),
  );
  return (
    <div className={classes.root} role="alert">
      <IconAlertCircle size={18} stroke={1.75} aria-hidden className={classes.icon} />
      <div className={classes.body}>
        <p className={classes.title}>{title}</p>
        {detail !== '' && detail !== title && <p className={classes.detail}>{detail}</p>}
        {entries.length > 0 && <ProblemList entries={entries} renderPointer={renderPointer} />}
        {problem?.request_id ? (
          <p className={classes.request}>{t('problem.request', { id: problem.request_id })}</p>
        ) : null}
        {isSignedOut && (
          <a href={paths.login()} target="_blank" rel="noreferrer">
            {t('login.submit')}
          </a>
        )}
        {onRetry !== undefined && (
          <Button variant="default" size="compact-xs" onClick={onRetry} mt={8}>
            {t('action.retry')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Whether a pointer leads further than to the whole of what was sent. */
function isPlace(pointer: string): boolean {
  return pointer !== '' && pointer !== '/';
}

interface ProblemListProps {
  readonly entries: readonly ProblemEntry[];
  readonly renderPointer?: ((pointer: string) => React.ReactNode) | undefined;
}

/** Several problems, warnings apart from errors by their icon and word. */
export function ProblemList({ entries, renderPointer }: ProblemListProps) {
  const { t } = useTranslation();
  return (
    <ul className={classes.list}>
      {entries.map((entry) => (
        <li key={`${entry.pointer} ${entry.code} ${entry.message}`} className={classes.entry}>
          {entry.severity === 'warning' && (
            <IconAlertTriangle size={14} aria-label={t('problem.warning')} className={classes.warning} />
          )}
          <span>
            {isPlace(entry.pointer) && (
              <span className={classes.pointer}>
                {renderPointer ? renderPointer(entry.pointer) : entry.pointer}
              </span>
            )}
            {entry.message}
            {entry.hint !== undefined && <span className={classes.hint}> {entry.hint}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
