import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueries } from '@tanstack/react-query';
import type { ObjectDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { client, invalidateRecords, keys } from '../../api.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { notifyDone } from '../../ui/notify.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { forgetRecord } from '../recent-records.ts';
import { recordTitle } from './record-title.ts';
import type { ShownRecord } from './use-record.ts';

interface DeleteModalProps {
  readonly description: ObjectDescription;
  readonly record: ShownRecord;
  onClose(): void;
  onDeleted(): void;
}

/** Says what a deletion takes along before it is done; afterwards it can be undone. */
export function DeleteModal({ description, record, onClose, onDeleted }: DeleteModalProps) {
  const { t } = useTranslation();
  const title = recordTitle(description, record);
  const related = useQueries({
    queries: description.related_lists.map((list) => {
      const query = {
        filter: { '==': [{ var: list.field }, record.id] },
        fields: ['id'],
        limit: 1,
        count: 'capped' as const,
      };
      return {
        queryKey: keys.list(list.object, query),
        queryFn: () => client.list(list.object, query),
        staleTime: 0,
      };
    }),
    combine: (results) =>
      results.flatMap((result, index) => {
        const count = result.data?.count;
        const list = description.related_lists[index];
        return list === undefined || count === undefined || count.value === 0
          ? []
          : [{ list, text: `${count.value}${count.kind === 'at_least' ? '+' : ''}` }];
      }),
  });
  const deletion = useMutation({
    mutationFn: () => client.remove(description.name, record.id),
    onSuccess: async () => {
      forgetRecord(description.name, record.id);
      onDeleted();
      await invalidateRecords();
      notifyDone({
        message: t('record.deleted', { title }),
        undo: async () => {
          await client.restore(description.name, record.id);
          await invalidateRecords();
        },
      });
    },
  });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('record.deleteTitle', { title })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {deletion.isError && <ProblemAlert error={deletion.error} />}
      <p style={{ marginTop: deletion.isError ? 12 : 0 }}>{t('record.deleteText')}</p>
      {related.length > 0 && (
        <>
          <p style={{ marginBottom: 4 }}>{t('record.deleteRelated')}</p>
          <ul style={{ margin: '0 0 12px', paddingLeft: 20 }}>
            {related.map(({ list, text }) => (
              <li key={list.lookup}>
                {list.label}: {text} ·{' '}
                <Text span size="sm" c={list.on_delete === 'clear' ? 'dimmed' : 'red'}>
                  {t(`record.onDelete.${list.on_delete}`)}
                </Text>
              </li>
            ))}
          </ul>
        </>
      )}
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button color="red" loading={deletion.isPending} onClick={() => deletion.mutate()} data-autofocus>
          {t('action.delete')}
        </Button>
      </Group>
    </Dialog>
  );
}
