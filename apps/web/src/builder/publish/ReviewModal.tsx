/** Shows what a publish would do, and publishes. */
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ApiError } from '@trellis/api';
import { useState } from 'react';
import { client, queryClient } from '../../api.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { metadataQuery, PUBLISHING, useBuilder } from '../BuilderProvider.tsx';
import { type Draft, toChangeSet } from '../draft/draft.ts';
import { useMessages } from '../messages.ts';
import { PlanSkeleton, PlanView } from './PlanView.tsx';
import { ProblemPlaces } from './ProblemPlaces.tsx';
import { placeProblems } from './problem-places.ts';
import { StalePanel } from './StalePanel.tsx';

export interface PublishedNotice {
  readonly revision: number;
  /** The object whose list is worth a look. */
  readonly target: string | undefined;
}

interface ReviewModalProps {
  readonly onClose: () => void;
  readonly onPublished: (notice: PublishedNotice) => void;
}

export function ReviewModal({ onClose, onPublished }: ReviewModalProps) {
  const t = useMessages();
  const { draft, planned, isPlanning, planError, problems, isStale, settle } = useBuilder();
  const [message, setMessage] = useState('');
  const [isOnTop, setOnTop] = useState(false);

  const publish = useMutation({
    mutationKey: PUBLISHING,
    mutationFn: async () => {
      const response = await client.publish(toChangeSet(draft, message));
      return { response, sent: draft };
    },
    onSuccess: async ({ response, sent }) => {
      await settle(sent);
      onPublished({ revision: response.revision, target: viewTarget(sent) });
    },
    onError: async (error) => {
      if (isStaleError(error))
        await queryClient.refetchQueries({ queryKey: metadataQuery.queryKey, exact: true });
    },
  });

  const refused =
    publish.error instanceof ApiError && publish.error.status === 422
      ? placeProblems(publish.error.problem.errors, toChangeSet(draft))
      : [];
  const shown = refused.length > 0 ? refused : problems;
  const hasErrors = shown.some((problem) => problem.severity === 'error');
  const otherError =
    publish.error !== null && refused.length === 0 && !isStaleError(publish.error)
      ? publish.error
      : undefined;

  return (
    <Dialog
      opened
      onClose={onClose}
      size="xl"
      title={t('publish.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
      styles={{ title: { fontWeight: 600 } }}
    >
      {isStale ? (
        <StalePanel
          onDone={() => {
            publish.reset();
            setOnTop(true);
          }}
        />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!hasErrors && !isPlanning) publish.mutate();
          }}
        >
          <Stack gap="lg">
            {isOnTop && <p role="status">{t('stale.onTop')}</p>}
            {otherError !== undefined && <ProblemAlert error={otherError} />}
            {planError !== null && <ProblemAlert error={planError} />}
            <ProblemPlaces problems={shown} onNavigate={onClose} />
            {planned === undefined ? (
              planError === null && <PlanSkeleton />
            ) : (
              <PlanView plan={planned.plan} hasErrors={hasErrors} onNavigate={onClose} />
            )}
            <TextInput
              label={t('publish.message')}
              placeholder={t('publish.messagePlaceholder')}
              maxLength={500}
              value={message}
              onChange={(event) => setMessage(event.currentTarget.value)}
            />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                {t('action.cancel')}
              </Button>
              <Button
                type="submit"
                data-autofocus
                loading={publish.isPending}
                disabled={hasErrors || planned === undefined || isPlanning}
              >
                {t('publish.publish')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

function isStaleError(error: Error | null): boolean {
  return error instanceof ApiError && error.problem.code === 'stale_revision';
}

/** The object whose list is worth a look: the first new one, else the only one that was touched. */
function viewTarget(draft: Draft): string | undefined {
  const created = draft.writes.find((write) => write.kind === 'object' && write.base === null);
  if (created !== undefined) return created.name;
  const touched = new Set(
    draft.writes
      .map((write) => (write.kind === 'object' ? write.name : write.name.split('.', 1)[0]))
      .filter((_, index) => {
        const kind = draft.writes[index]?.kind;
        return kind !== 'app' && kind !== 'option_set' && kind !== 'role' && kind !== 'permission_set';
      }),
  );
  return touched.size === 1 ? [...touched][0] : undefined;
}
