/** Small things that several pages show: badges, a card, skeletons. */
import { Skeleton, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useMessages } from '../messages.ts';
import type { EntryState } from '../metadata/catalogue.ts';
import classes from './parts.module.css';

/** New or changed in the draft; nothing for what is published as it is. */
export function StateBadge({ state }: { state: EntryState }) {
  const t = useMessages();
  if (state === 'published') return null;
  return <ColorBadge color={state === 'added' ? 'green' : 'blue'}>{t(`state.${state}`)}</ColorBadge>;
}

/** The package that brought a component, or "Own". */
export function OriginBadge({ from }: { from: string | null }) {
  const t = useMessages();
  return from === null ? (
    <ColorBadge color="violet">{t('origin.own')}</ColorBadge>
  ) : (
    <ColorBadge>{from}</ColorBadge>
  );
}

export function Code({ children }: { children: ReactNode }) {
  return <span className={classes.code}>{children}</span>;
}

interface CardProps {
  readonly title?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Without padding: for tables and lists. */
  readonly isFlush?: boolean;
}

export function Card({ title, actions, children, isFlush }: CardProps) {
  return (
    <section className={classes.card}>
      {(title !== undefined || actions !== undefined) && (
        <div className={classes.cardHead}>
          {title === undefined ? <span /> : <h2 className={classes.cardTitle}>{title}</h2>}
          {actions}
        </div>
      )}
      {isFlush ? children : <div className={classes.cardBody}>{children}</div>}
    </section>
  );
}

export function TableSkeleton({ rows = 8 }: { rows?: number }) {
  const t = useMessages();
  const keys = Array.from({ length: rows }, (_, index) => `row-${index}`);
  return (
    <Stack gap="sm" role="status" aria-label={t('shell.loading')} p="lg">
      <Skeleton height={26} width={220} mb="sm" />
      {keys.map((key) => (
        <Skeleton key={key} height={28} />
      ))}
    </Stack>
  );
}
