/** Rolls back to a revision: says first what that takes back, and afterwards what it did. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { client } from '../../api.ts';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { countChanges, idOf } from '../draft/draft.ts';
import { useMessages } from '../messages.ts';
import type { Revision } from '../pages/RevisionsPage.tsx';
import { PlanView } from './PlanView.tsx';
import classes from './publish.module.css';
import { useContextOf } from './use-context-of.ts';

interface RollbackModalProps {
  readonly revision: Revision;
  /** The revisions that are taken back, newest first. */
  readonly undone: readonly Revision[];
  readonly onClose: () => void;
}

export function RollbackModal({ revision, undone, onClose }: RollbackModalProps) {
  const t = useMessages();
  const contextOf = useContextOf();
  const { draft, settle } = useBuilder();
  const hasDraft = countChanges(draft) > 0;
  const rollback = useMutation({
    mutationFn: () => client.rollback(revision.number),
    onSuccess: () => settle(),
  });
  const components = new Map(undone.flatMap((each) => each.components).map((each) => [idOf(each), each]));

  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('rollback.title', { number: revision.number })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      {rollback.data === undefined ? (
        <Stack gap="md">
          <Text size="sm">{t('rollback.text', { count: undone.length })}</Text>
          {rollback.error !== null && <ProblemAlert error={rollback.error} />}
          <section>
            <h3 className={classes.title}>{t('rollback.components', { count: components.size })}</h3>
            <ul className={classes.list} style={{ maxHeight: 260, overflowY: 'auto' }}>
              {[...components.values()].map((component) => (
                <li key={idOf(component)} className={classes.component}>
                  <span>{component.name}</span>
                  <span className={classes.where}>
                    {contextOf(component)} · {t(`rollback.${component.change}`)}
                  </span>
                </li>
              ))}
            </ul>
          </section>
          {hasDraft && <Text size="sm">{t('rollback.draft')}</Text>}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button
              color="red.9"
              loading={rollback.isPending}
              disabled={hasDraft}
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
    </Modal>
  );
}
