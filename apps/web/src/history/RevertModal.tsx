import { Button, Checkbox, Group } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { FieldDescription, ObjectDescription } from '@trellis/forms';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, invalidateRecords, keys } from '../api.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { notifyDone } from '../ui/notify.tsx';
import { SkeletonBar } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { HistoryValue } from './HistoryValue.tsx';
import { useMessages } from './messages.ts';
import classes from './RevertModal.module.css';

interface RevertModalProps {
  readonly description: ObjectDescription;
  readonly id: string;
  readonly at: string;
  readonly title: string;
  readonly time: string;
  onClose(): void;
  onDone(): void;
}

/** What would change if the record were put back, field by field, and the choice of what shall. */
export function RevertModal({ description, id, at, title, time, onClose, onDone }: RevertModalProps) {
  const t = useMessages();
  const { t: main } = useTranslation();
  const { name } = description;
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const trial = useQuery({
    queryKey: [...keys.records(name), 'revert', id, at],
    queryFn: () => client.revert(name, id, { as_of: at }, { dryRun: true }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const changes = trial.data?.changes ?? [];
  const isRefused = (change: (typeof changes)[number]) => change.errors.length > 0;
  const chosen = changes.filter((change) => !left.has(change.field) && !isRefused(change));
  const run = useMutation({
    mutationFn: () => client.revert(name, id, { as_of: at, fields: chosen.map((change) => change.field) }),
    onSuccess: async ({ record }) => {
      await invalidateRecords();
      notifyDone({
        message: t('reverted', { time }),
        undo: async () => {
          const before = Object.fromEntries(chosen.map((change) => [change.field, change.before]));
          await client.update(name, id, before, record.version);
          await invalidateRecords();
        },
      });
      onDone();
    },
  });
  return (
    <Dialog
      opened
      onClose={onClose}
      size={640}
      title={t('revertTitle', { title, time })}
      closeButtonProps={{ 'aria-label': main('action.close') }}
    >
      {trial.isPending ? (
        <SkeletonBar width="70%" />
      ) : trial.isError ? (
        <ProblemAlert error={trial.error} onRetry={() => void trial.refetch()} />
      ) : changes.length === 0 ? (
        <p className={classes.text}>{t('revertNothing')}</p>
      ) : (
        <>
          <p className={classes.text}>{t('revertText')}</p>
          <ul className={classes.list}>
            {changes.map((change) => {
              const field = description.fields.find((each) => each.name === change.field);
              if (field === undefined) return null;
              return (
                <li key={change.field}>
                  <Checkbox
                    label={field.label}
                    checked={!left.has(change.field) && !isRefused(change)}
                    disabled={isRefused(change)}
                    error={change.errors.map((error) => error.message).join(' ') || undefined}
                    onChange={(event) => {
                      const next = new Set(left);
                      if (event.currentTarget.checked) next.delete(change.field);
                      else next.add(change.field);
                      setLeft(next);
                    }}
                  />
                  <Difference field={field} before={change.before} after={change.after} />
                </li>
              );
            })}
          </ul>
        </>
      )}
      {run.isError && <ProblemAlert error={run.error} />}
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button variant="default" onClick={onClose}>
          {main('action.cancel')}
        </Button>
        {changes.length > 0 && (
          <Button disabled={chosen.length === 0} loading={run.isPending} onClick={() => run.mutate()}>
            {t('revert')}
          </Button>
        )}
      </Group>
    </Dialog>
  );
}

function Difference({ field, before, after }: { field: FieldDescription; before: unknown; after: unknown }) {
  const t = useMessages();
  return (
    <div className={classes.values}>
      <HistoryValue field={field} value={before} />
      <IconArrowRight size={13} aria-label={t('became')} className={classes.arrow} />
      <HistoryValue field={field} value={after} />
    </div>
  );
}
