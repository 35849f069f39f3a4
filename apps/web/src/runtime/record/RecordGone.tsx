import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ObjectDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { client, invalidateRecords, keys } from '../../api.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { recordTitle } from './record-title.ts';

interface RecordGoneProps {
  readonly description: ObjectDescription;
  readonly id: string;
  onRestored(): void;
}

/** A record that isn't there: deleted, and then it can be restored, or not there for this person. */
export function RecordGone({ description, id, onRestored }: RecordGoneProps) {
  const { t } = useTranslation();
  const query = {
    filter: { '==': [{ var: 'id' }, id] },
    fields: [description.name_field],
    deleted: true,
    limit: 1,
  };
  const bin = useQuery({
    queryKey: keys.list(description.name, query),
    queryFn: () => client.list(description.name, query),
    retry: false,
  });
  const restoring = useMutation({
    mutationFn: () => client.restore(description.name, id),
    onSuccess: async () => {
      await invalidateRecords();
      onRestored();
    },
  });
  if (bin.isPending) return <PageSkeleton />;
  const deleted = bin.data?.records[0];
  const toList = (
    <Button component={Link} to={`/o/${description.name}`} variant="default">
      {t('record.toList', { objects: description.plural_label })}
    </Button>
  );
  if (deleted === undefined) {
    return (
      <EmptyState
        icon="help-circle"
        title={t('record.notFound', { object: description.label })}
        actions={toList}
      >
        {t('notFound.text')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="archive"
      title={t('record.isDeleted', { title: recordTitle(description, deleted) })}
      actions={
        <>
          {toList}
          {description.rights.delete && (
            <Button loading={restoring.isPending} onClick={() => restoring.mutate()}>
              {t('action.restore')}
            </Button>
          )}
        </>
      }
    >
      {restoring.isError ? <ProblemAlert error={restoring.error} /> : t('record.isDeletedText')}
    </EmptyState>
  );
}
