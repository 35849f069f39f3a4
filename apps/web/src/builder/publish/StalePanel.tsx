/** Someone else has published meanwhile: who, what, and what both changed; then on top of it. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { formatInstant } from '@trellis/forms';
import { useDisplay } from '../../runtime/use-display.ts';
import { useBuilder } from '../BuilderProvider.tsx';
import { rebase } from '../draft/draft.ts';
import { useMessages } from '../messages.ts';
import { useRevisions } from '../pages/RevisionsPage.tsx';
import { humanise, readValue } from './differences.ts';
import { PlanSkeleton } from './PlanView.tsx';
import classes from './publish.module.css';
import { useContextOf } from './use-context-of.ts';

export function StalePanel({ onDone }: { onDone: () => void }) {
  const t = useMessages();
  const display = useDisplay();
  const contextOf = useContextOf();
  const { draft, published, revision, replace, discard } = useBuilder();
  const revisions = useRevisions();
  const rebased = rebase(draft, published, revision);
  const since = (revisions.data?.revisions ?? []).filter((each) => each.number > (draft.revision ?? 0));

  return (
    <Stack gap="lg">
      <Text size="sm">{t('stale.text')}</Text>
      {revisions.isPending ? (
        <PlanSkeleton />
      ) : (
        <ul className={classes.list}>
          {since.map((each) => (
            <li key={each.number} className={classes.step}>
              <span>
                <strong>{t('revisions.number', { number: each.number })}</strong>{' '}
                <span className={classes.where}>
                  {t('revisions.by', {
                    name: each.author.name ?? t('revisions.someone'),
                    at: formatInstant(each.at, display),
                  })}
                </span>
                {each.message !== null && <div>{each.message}</div>}
                <div className={classes.where}>
                  {each.components
                    .slice(0, 12)
                    .map((component) => `${component.name} (${contextOf(component)})`)
                    .join(', ')}
                </div>
              </span>
            </li>
          ))}
        </ul>
      )}
      {rebased.conflicts.length > 0 && (
        <section className={classes.warnings}>
          <h3 className={classes.title}>{t('stale.conflicts', { count: rebased.conflicts.length })}</h3>
          <ul className={classes.list}>
            {rebased.conflicts.map((conflict) => (
              <li
                key={`${conflict.kind}:${conflict.name}:${conflict.property}`}
                className={classes.component}
              >
                <span>
                  {conflict.name} › {humanise(conflict.property)}
                  <span className={classes.versions}>
                    {t('stale.versions', {
                      ours: readValue(conflict.ours),
                      theirs: readValue(conflict.theirs),
                    })}
                  </span>
                </span>
                <Button
                  variant="default"
                  size="compact-xs"
                  ml="auto"
                  onClick={() => discard({ kind: conflict.kind, name: conflict.name })}
                >
                  {t('stale.takeTheirs')}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Group justify="flex-end">
        <Button
          data-autofocus
          onClick={() => {
            replace(rebased.draft);
            onDone();
          }}
        >
          {t('stale.planAgain')}
        </Button>
      </Group>
    </Stack>
  );
}
