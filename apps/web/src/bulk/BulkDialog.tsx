/**
 * One order for many records, as a person gives it: say what, see exactly what would happen, have it done, and take it
 * back from the notice that says so. The work is a job: whoever leaves finds it under Activity.
 */
import { Button, Group, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ApiError, type BulkResult, type JobResponse, type ProblemEntry } from '@trellis/api';
import type { ObjectDescription } from '@trellis/forms';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Reasons } from '../activity/BulkBody.tsx';
import { followJob } from '../activity/follow-job.ts';
import { useUndo } from '../activity/use-undo.ts';
import { client } from '../api.ts';
import { FieldValue } from '../runtime/cells/FieldValue.tsx';
import { useDisplay } from '../runtime/use-display.ts';
import { jobQuery } from '../transfer/JobView.tsx';
import { isOver } from '../transfer/job-state.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { notifyDone, notifyProblem } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import classes from './bulk.module.css';
import { emptyDraft, FieldRows } from './FieldRows.tsx';
import { useMessages } from './messages.ts';
import { changesOf, type FieldDraft, type Operation, selectionOf, type Target } from './order.ts';

interface BulkDialogProps {
  readonly description: ObjectDescription;
  readonly operation: Operation;
  readonly target: Target;
  onClose(): void;
  /** The order was given: nothing is selected any more. */
  onBegun(): void;
}

const DONE = { update: 'updated', delete: 'deleted', restore: 'restored' } as const;

export function BulkDialog({ description, operation, target, onClose, onBegun }: BulkDialogProps) {
  const t = useMessages();
  const { t: common } = useTranslation();
  const { locale } = useDisplay();
  const [drafts, setDrafts] = useState<readonly FieldDraft[]>([emptyDraft(1)]);
  const [error, setError] = useState<unknown>();
  const [trialId, setTrialId] = useState<string>();
  const [isTrying, setTrying] = useState(false);
  const [runId, setRunId] = useState<string>();
  const undo = useUndo();
  const isEdit = operation === 'update';
  const number = (count: number) => count.toLocaleString(locale);
  const order = {
    operation,
    ...selectionOf(target),
    ...(isEdit ? changesOf(drafts) : {}),
  };

  const tryIt = async () => {
    setError(undefined);
    setTrying(true);
    try {
      setTrialId((await client.bulk(description.name, { ...order, dry_run: true })).id);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setTrying(false);
    }
  };
  // What needs no fields is looked at right away.
  const isAsked = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the dialog opens.
  useEffect(() => {
    if (isEdit || isAsked.current) return;
    isAsked.current = true;
    void tryIt();
  }, []);

  const run = async () => {
    setError(undefined);
    try {
      const job = await client.bulk(description.name, order);
      setRunId(job.id);
      onBegun();
      void tellOfEnd(job);
    } catch (thrown) {
      setError(thrown);
    }
  };
  const tellOfEnd = async (job: JobResponse) => {
    try {
      const ended = await followJob(job);
      onClose();
      const { failed = 0, [DONE[operation]]: count = 0 } = ended.counts;
      const said = t(`done.${operation}`, { count, number: number(count) });
      if (ended.state === 'failed') notifyProblem(new Error(ended.message ?? ended.state));
      notifyDone({
        message: failed === 0 ? said : `${said} ${t('left', { number: number(failed) })}`,
        ...(ended.can_undo && { undo: () => undo(ended.id) }),
      });
    } catch (thrown) {
      notifyProblem(thrown);
    }
  };

  const isAll = !('ids' in target);
  const count = isAll ? target.count : target.ids.length;
  const title =
    count === undefined
      ? t(`title.${operation}All`, { objects: description.plural_label })
      : t(`title.${operation}`, { count, number: number(count) });
  const problems: readonly ProblemEntry[] = error instanceof ApiError ? error.problem.errors : [];
  const isOfField =
    problems.length > 0 && problems.every(({ pointer }) => /^\/(set|add|remove)\/./.test(pointer));
  const step = runId !== undefined ? 'running' : trialId !== undefined || !isEdit ? 'preview' : 'edit';
  return (
    <Dialog
      opened
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ 'aria-label': common('action.close') }}
    >
      {error !== undefined && !isOfField && <ProblemAlert error={error} />}
      {step === 'edit' && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void tryIt();
          }}
        >
          <FieldRows
            description={description}
            drafts={drafts}
            problems={problems}
            onChange={(next) => {
              setDrafts(next);
              setError(undefined);
            }}
          />
          <Group justify="flex-end" gap="sm" className={classes.buttons}>
            <Button variant="default" onClick={onClose}>
              {common('action.cancel')}
            </Button>
            <Button type="submit" loading={isTrying} disabled={drafts.every(({ field }) => !field)}>
              {t('preview')}
            </Button>
          </Group>
        </form>
      )}
      {step === 'preview' && (
        <Preview
          trialId={trialId}
          operation={operation}
          drafts={isEdit ? drafts : []}
          onBack={isEdit ? () => setTrialId(undefined) : onClose}
          onRun={run}
        />
      )}
      {step === 'running' && <Running id={runId!} onClose={onClose} />}
    </Dialog>
  );
}

const WOULD = ['unchanged', 'warned', 'failed'] as const;

function Preview({
  trialId,
  operation,
  drafts,
  onBack,
  onRun,
}: {
  readonly trialId: string | undefined;
  readonly operation: Operation;
  readonly drafts: readonly FieldDraft[];
  readonly onBack: () => void;
  readonly onRun: () => Promise<void>;
}) {
  const t = useMessages();
  const { t: common } = useTranslation();
  const { locale } = useDisplay();
  const [isBusy, setBusy] = useState(false);
  const trial = useQuery({ ...jobQuery(trialId ?? ''), enabled: trialId !== undefined });
  const job = trial.data;
  const isKnown = job !== undefined && isOver(job);
  // Who leaves the preview has no use for the rest of it.
  const open = useRef<string>(undefined);
  open.current = isKnown ? undefined : trialId;
  useEffect(
    () => () => {
      if (open.current) void client.askJob(open.current, 'cancel').catch(() => undefined);
    },
    [],
  );
  const number = (count: number) => count.toLocaleString(locale);
  const main = job?.counts[DONE[operation]] ?? 0;
  const { done = 0, total = null } = job?.progress ?? {};
  return (
    <>
      <div role="status" aria-live="polite">
        {!isKnown && (
          <>
            <p className={classes.first}>
              {done > 0 && total !== null
                ? t('countingSome', { done: number(done), total: number(total) })
                : t('counting')}
            </p>
            <Progress value={total ? (done / total) * 100 : 5} animated aria-label={t('counting')} />
          </>
        )}
        {isKnown && job.state !== 'done' && <p className={classes.error}>{job.message ?? job.state}</p>}
        {isKnown && job.state === 'done' && (
          <>
            <p className={classes.main}>
              {main === 0
                ? t('nothing')
                : t(`would.${DONE[operation]}`, { count: main, number: number(main) })}
            </p>
            {WOULD.filter((each) => (job.counts[each] ?? 0) > 0).map((each) => (
              <p key={each} className={classes.also}>
                {t(`would.${each}`, { count: job.counts[each] ?? 0, number: number(job.counts[each] ?? 0) })}
              </p>
            ))}
          </>
        )}
      </div>
      {drafts.length > 0 && (
        <dl className={classes.changes}>
          {drafts.map(
            ({ key, field, mode, value }) =>
              field && (
                <div key={key}>
                  <dt>{field.label}</dt>
                  <dd>
                    <span className={classes.mode}>{t(`modes.${mode}`)}</span>
                    {mode !== 'clear' && <FieldValue field={field} value={value} shape="line" />}
                  </dd>
                </div>
              ),
          )}
        </dl>
      )}
      {isKnown && <Reasons reasons={(job.result as BulkResult | null)?.reasons ?? []} />}
      <Group justify="flex-end" gap="sm" className={classes.buttons}>
        <Button variant="default" onClick={onBack}>
          {operation === 'update' ? t('back') : common('action.cancel')}
        </Button>
        <Button
          {...(operation === 'delete' && { color: 'red' })}
          loading={isBusy}
          disabled={!isKnown || main === 0}
          onClick={() => {
            setBusy(true);
            void onRun().finally(() => setBusy(false));
          }}
        >
          {t(`run.${operation}`, { count: main, number: number(main) })}
        </Button>
      </Group>
    </>
  );
}

function Running({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = useMessages();
  const { locale } = useDisplay();
  const job = useQuery(jobQuery(id)).data;
  const { done = 0, total = null } = job?.progress ?? {};
  const number = (count: number) => count.toLocaleString(locale);
  return (
    <>
      <p className={classes.first} role="status" aria-live="polite">
        {total === null
          ? t('runningOpen', { done: number(done) })
          : t('running', { done: number(done), total: number(total) })}
      </p>
      <Progress value={total ? (done / total) * 100 : 0} animated size="lg" aria-label={t('leave')} />
      <Group justify="flex-end" gap="sm" className={classes.buttons}>
        <Button variant="default" onClick={() => void client.askJob(id, 'cancel').catch(notifyProblem)}>
          {t('stop')}
        </Button>
        <Button onClick={onClose} data-autofocus>
          {t('leave')}
        </Button>
      </Group>
    </>
  );
}
