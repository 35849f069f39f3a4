/** Rolls back to a revision: shows the plan first, as for any other publish. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { client } from '../../api.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { countChanges } from '../draft/draft.ts';
import { useMessages } from '../messages.ts';
import type { Revision } from '../pages/RevisionsPage.tsx';
import { PlanSkeleton, PlanView } from './PlanView.tsx';
import { ProblemPlaces } from './ProblemPlaces.tsx';
import { placeProblems } from './problem-places.ts';

interface RollbackModalProps {
  readonly revision: Revision;
  /** The revisions that are taken back, newest first. */
  readonly undone: readonly Revision[];
  readonly onClose: () => void;
}

export function RollbackModal({ revision, undone, onClose }: RollbackModalProps) {
  const t = useMessages();
  const { draft, settle } = useBuilder();
  const hasDraft = countChanges(draft) > 0;
  const planned = useQuery({
    queryKey: ['rollback plan', revision.number, undone[0]?.number],
    queryFn: () => client.planRollback(revision.number),
    gcTime: 0,
  });
  const problems = placeProblems(planned.data?.problems ?? [], {});
  const hasErrors = problems.some((problem) => problem.severity === 'error');
  const rollback = useMutation({
    mutationFn: () => client.rollback(revision.number),
    onSuccess: () => settle(),
  });

  return (
    <Dialog
      opened
      onClose={onClose}
      size="xl"
      title={t('rollback.title', { number: revision.number })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      {rollback.data === undefined ? (
        <Stack gap="md">
          <Text size="sm">{t('rollback.text', { count: undone.length })}</Text>
          {rollback.error !== null && <ProblemAlert error={rollback.error} />}
          {planned.error !== null && <ProblemAlert error={planned.error} />}
          <ProblemPlaces problems={problems} onNavigate={onClose} />
          {planned.data === undefined ? (
            planned.error === null && <PlanSkeleton />
          ) : (
            <PlanView plan={planned.data.plan} hasErrors={hasErrors} onNavigate={onClose} />
          )}
          {hasDraft && <Text size="sm">{t('rollback.draft')}</Text>}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button
              color="red.9"
              loading={rollback.isPending}
              disabled={hasDraft || hasErrors || planned.data === undefined}
              onClick={() => rollback.mutate()}
            >
              {t('rollback.confirm', { number: revision.number })}
            </Button>
          </Group>
        </Stack>
      ) : (
        <Stack gap="md">
          <Text size="sm" role="status">
            {t('rollback.done', { revision: rollback.data.revision })}
          </Text>
          <PlanView plan={rollback.data.plan} onNavigate={onClose} />
          <Group justify="flex-end">
            <Button onClick={onClose}>{t('action.close')}</Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  );
}
