/** What is not published yet: how many changes, which, and the way to publish or to take them back. */
import { ActionIcon, Button, Group, Popover, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconChevronUp,
  IconCircleCheck,
  IconX,
} from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { paths } from '../../paths.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { lazy } from '../../ui/lazy.tsx';
import { notifyDone } from '../../ui/notify.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { countChanges, idOf, type Reference } from '../draft/draft.ts';
import { useMessages } from '../messages.ts';
import { BuilderLink, hrefInApp, useLink } from '../navigation.tsx';
import { pageOfComponent } from '../paths.ts';
import type { PublishedNotice } from '../publish/ReviewModal.tsx';
import { useChangeList } from '../publish/use-change-list.ts';
import classes from './DraftBar.module.css';

const ReviewModal = lazy(async () => ({ default: (await import('../publish/ReviewModal.tsx')).ReviewModal }));

export function DraftBar() {
  const t = useMessages();
  const { draft, problems, isPlanning, isStale, discardAll, replace } = useBuilder();
  const [isReviewing, review] = useDisclosure(false);
  const [notice, setNotice] = useState<PublishedNotice | undefined>();
  const [isListOpen, list] = useDisclosure(false);
  const count = countChanges(draft);
  const faults = problems.filter((problem) => problem.severity === 'error').length;

  const onDiscardAll = () => {
    const before = draft;
    list.close();
    discardAll();
    notifyDone({ message: t('draft.discarded', { count }), undo: () => replace(before) });
  };

  return (
    <>
      {/* Always there, so that a screen reader hears what appears in it. */}
      <div role="status">
        {count === 0 && notice !== undefined && (
          <PublishedBar notice={notice} onClose={() => setNotice(undefined)} />
        )}
      </div>
      {count > 0 && (
        <section className={classes.bar} aria-label={t('draft.region')}>
          <Popover
            opened={isListOpen}
            onChange={(open) => !open && list.close()}
            position="top-start"
            width={420}
            trapFocus
          >
            <Popover.Target>
              <Button
                variant="subtle"
                color="gray"
                onClick={list.toggle}
                aria-expanded={isListOpen}
                leftSection={<span className={classes.dot} aria-hidden />}
                rightSection={<IconChevronUp size={14} aria-hidden />}
              >
                {t('draft.count', { count })}
              </Button>
            </Popover.Target>
            <Popover.Dropdown p={0}>
              <ChangeList onNavigate={list.close} />
            </Popover.Dropdown>
          </Popover>
          <span role="status" className={classes.status}>
            {isStale ? (
              <ColorBadge color="orange">{t('draft.stale')}</ColorBadge>
            ) : faults > 0 ? (
              <span className={classes.faults}>
                <IconAlertTriangle size={14} aria-hidden />
                {t('draft.problems', { count: faults })}
              </span>
            ) : isPlanning ? (
              <Text size="sm" c="dimmed" component="span">
                {t('draft.checking')}
              </Text>
            ) : null}
          </span>
          <Group gap="xs" ml="auto" wrap="nowrap">
            <Button variant="default" onClick={onDiscardAll}>
              {t('draft.discardAll')}
            </Button>
            <Button onClick={review.open}>{t('draft.review')}</Button>
          </Group>
        </section>
      )}
      {isReviewing && (
        <Suspense>
          <ReviewModal
            onClose={review.close}
            onPublished={(published) => {
              setNotice(published);
              review.close();
            }}
          />
        </Suspense>
      )}
    </>
  );
}

function PublishedBar({ notice, onClose }: { notice: PublishedNotice; onClose: () => void }) {
  const t = useMessages();
  const link = useLink();
  return (
    <div className={classes.bar}>
      <IconCircleCheck size={17} aria-hidden className={classes.done} />
      <span className={classes.status}>
        <strong>{t('publish.done', { revision: notice.revision })}</strong> {t('publish.doneText')}
      </span>
      <Group gap="xs" ml="auto" wrap="nowrap">
        {notice.target !== undefined && (
          <Button component="a" variant="default" {...link(hrefInApp(paths.list(notice.target)))}>
            {t('publish.view')}
          </Button>
        )}
        <ActionIcon aria-label={t('action.close')} onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </Group>
    </div>
  );
}

function ChangeList({ onNavigate }: { onNavigate: () => void }) {
  const t = useMessages();
  const { discard, draft, replace } = useBuilder();
  const changes = useChangeList();
  const onDiscard = (reference: Reference, label: string) => {
    const before = draft;
    discard(reference);
    notifyDone({ message: t('draft.discardedOne', { label }), undo: () => replace(before) });
  };
  return (
    <ul className={classes.list}>
      {changes.map((change) => {
        const page = change.change === 'remove' ? undefined : pageOfComponent(change);
        return (
          <li key={idOf(change)} className={classes.item}>
            <ColorBadge color={COLORS[change.change]}>{t(`change.${change.change}`)}</ColorBadge>
            <span className={classes.what}>
              {page === undefined ? (
                change.label
              ) : (
                <BuilderLink page={page} onClick={onNavigate}>
                  {change.label}
                </BuilderLink>
              )}
              <span className={classes.kind}>{change.context}</span>
            </span>
            <ActionIcon
              aria-label={t('draft.discardOne', { label: change.label })}
              onClick={() => onDiscard(change, change.label)}
            >
              <IconArrowBackUp size={15} />
            </ActionIcon>
          </li>
        );
      })}
    </ul>
  );
}

const COLORS = { add: 'green', change: 'blue', remove: 'red' } as const;
