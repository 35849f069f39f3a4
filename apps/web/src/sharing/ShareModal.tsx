/** With whom a record is shared by hand, who sees it anyway, and sharing it with more. */
import { Divider, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ObjectDescription } from '@trellis/forms';
import { client, failureOf, keys } from '../api.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { Audience } from './Audience.tsx';
import { useSharingMessages } from './messages.ts';
import { ShareForm } from './ShareForm.tsx';
import { ShareRow } from './ShareRow.tsx';
import classes from './Sharing.module.css';

interface ShareModalProps {
  readonly description: ObjectDescription;
  readonly id: string;
  readonly title: string;
  onClose(): void;
}

export function ShareModal({ description, id, title, onClose }: ShareModalProps) {
  const t = useSharingMessages();
  const cache = useQueryClient();
  const { name: object } = description;
  const key = [...keys.records(object), 'shares', id];
  const sharing = useQuery({ queryKey: key, queryFn: () => client.sharing(object, id), staleTime: 0 });
  const failure = failureOf(sharing);
  const refresh = () => void cache.invalidateQueries({ queryKey: key });
  return (
    <Dialog
      opened
      onClose={onClose}
      size="lg"
      title={t('title', { title })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {failure ? (
        <ProblemAlert error={failure} onRetry={() => void sharing.refetch()} />
      ) : !sharing.data ? (
        <PageSkeleton />
      ) : (
        <Stack gap="md">
          <ShareForm object={object} id={id} sharing={sharing.data} onShared={refresh} />
          <Divider />
          <section aria-labelledby="shared-with" aria-live="polite">
            <h3 id="shared-with" className={classes.heading}>
              {t('sharedWith')}
            </h3>
            {sharing.data.shares.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('none')}
              </Text>
            ) : (
              <ul className={classes.list}>
                {sharing.data.shares.map((share) => (
                  <ShareRow
                    key={share.id}
                    object={object}
                    id={id}
                    share={share}
                    most={sharing.data.most}
                    onChanged={refresh}
                  />
                ))}
              </ul>
            )}
          </section>
          <Audience audience={sharing.data.audience} objects={description.plural_label} />
        </Stack>
      )}
    </Dialog>
  );
}
