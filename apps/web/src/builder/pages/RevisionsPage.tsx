/** Every publish: who, when, what, why; and the way back to any of them. */
import { Button, Collapse, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { RevisionsResponse } from '@trellis/api';
import { formatInstant } from '@trellis/forms';
import { useState } from 'react';
import { client } from '../../api.ts';
import { useDisplay } from '../../runtime/use-display.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import { PageHeader } from '../parts/PageHeader.tsx';
import classes from '../parts/parts.module.css';
import { Code, TableSkeleton } from '../parts/small.tsx';
import { pageOfComponent } from '../paths.ts';
import { RollbackModal } from '../publish/RollbackModal.tsx';
import { useContextOf } from '../publish/use-context-of.ts';

export type Revision = RevisionsResponse['revisions'][number];
const SHOWN = 8;

export function useRevisions() {
  return useQuery({ queryKey: ['metadata', 'revisions'], queryFn: () => client.revisions() });
}

export function RevisionsPage() {
  const t = useMessages();
  const revisions = useRevisions();
  const [target, setTarget] = useState<Revision | undefined>();
  if (revisions.isPending) return <TableSkeleton />;
  const list = revisions.data?.revisions ?? [];
  const newest = Math.max(0, ...list.map((revision) => revision.number));
  return (
    <>
      <PageHeader title={t('revisions.title')} description={t('revisions.description')} />
      {revisions.error !== null && (
        <ProblemAlert error={revisions.error} onRetry={() => void revisions.refetch()} />
      )}
      {revisions.data !== undefined && list.length === 0 && (
        <EmptyState icon="history" title={t('revisions.none')} />
      )}
      {list.length > 0 && (
        <ol className={classes.timeline}>
          {list.map((revision) => (
            <RevisionItem
              key={revision.number}
              revision={revision}
              isNewest={revision.number === newest}
              onRollback={() => setTarget(revision)}
            />
          ))}
        </ol>
      )}
      {target !== undefined && (
        <RollbackModal
          revision={target}
          undone={list.filter((each) => each.number > target.number)}
          onClose={() => setTarget(undefined)}
        />
      )}
    </>
  );
}

const COLORS = { write: 'blue', remove: 'red', rename: 'violet' } as const;

function RevisionItem({
  revision,
  isNewest,
  onRollback,
}: {
  revision: Revision;
  isNewest: boolean;
  onRollback: () => void;
}) {
  const t = useMessages();
  const display = useDisplay();
  const contextOf = useContextOf();
  const [isOpen, open] = useDisclosure(false);
  const { components } = revision;
  const rows = (part: Revision['components']) =>
    part.map((component) => {
      const page = component.change === 'remove' ? undefined : pageOfComponent(component);
      return (
        <li key={`${component.kind}:${component.name}`}>
          <ColorBadge color={COLORS[component.change]}>{t(`revisions.${component.change}`)}</ColorBadge>{' '}
          {page === undefined ? (
            <Code>{component.name}</Code>
          ) : (
            <BuilderLink page={page} className={classes.link}>
              {component.name}
            </BuilderLink>
          )}{' '}
          <span className={classes.dim}>{contextOf(component)}</span>
        </li>
      );
    });
  return (
    <li className={classes.revision}>
      <div className={classes.revisionHead}>
        <strong>{t('revisions.number', { number: revision.number })}</strong>
        {isNewest && <ColorBadge color="green">{t('revisions.current')}</ColorBadge>}
        <span className={classes.dim}>
          {t('revisions.by', {
            name: revision.author.name ?? t('revisions.someone'),
            at: formatInstant(revision.at, display),
          })}
        </span>
        {!isNewest && (
          <Button variant="default" size="compact-xs" ml="auto" onClick={onRollback}>
            {t('revisions.rollBack')}
          </Button>
        )}
      </div>
      {revision.message !== null && <Text size="sm">{revision.message}</Text>}
      <ul className={classes.usages}>{rows(components.slice(0, SHOWN))}</ul>
      {components.length > SHOWN && (
        <>
          <Collapse expanded={isOpen}>
            <ul className={classes.usages}>{isOpen && rows(components.slice(SHOWN))}</ul>
          </Collapse>
          <Button variant="subtle" size="compact-xs" onClick={open.toggle} aria-expanded={isOpen}>
            {isOpen ? t('revisions.less') : t('revisions.more', { count: components.length - SHOWN })}
          </Button>
        </>
      )}
    </li>
  );
}
