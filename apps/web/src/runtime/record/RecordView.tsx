import { Button } from '@mantine/core';
import { ApiError, type RecordRight } from '@trellis/api';
import { layoutFor, type ObjectDescription } from '@trellis/forms';
import { Suspense, useCallback, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf, useMe } from '../../api.ts';
import { lazy } from '../../ui/lazy.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useIsShown } from '../../ui/use-is-shown.ts';
import { rememberRecord } from '../recent-records.ts';
import { ConflictModal } from './ConflictModal.tsx';
import { RecordGone } from './RecordGone.tsx';
import { RecordHeader } from './RecordHeader.tsx';
import classes from './RecordView.module.css';
import { recordTitle } from './record-title.ts';
import { UnsavedGuard } from './UnsavedGuard.tsx';
import { type ShownRecord, useRecord, useRecordActions, useSaveKey } from './use-record.ts';

// What stands in the tabs, and the rules that decide over it, come while the record is fetched.
const LayoutTabs = lazy(async () => ({ default: (await import('./LayoutTabs.tsx')).LayoutTabs }));
const RecordForm = lazy(async () => ({ default: (await import('../record-form.tsx')).RecordForm }));

interface RecordViewProps {
  readonly description: ObjectDescription;
  readonly id: string;
  readonly variant: 'page' | 'peek';
  readonly tab: string | undefined;
  readonly isEditing: boolean;
  onTab(tab: string | undefined): void;
  onEditing(isEditing: boolean): void;
  /** After the record was deleted. */
  onGone(): void;
  onClose?(): void;
  /** Shows the record as it was; where that can be shown. */
  onAsOf?(): void;
}

/** A record: header, tabs and sections of its layout, to read, to edit value by value, or to edit as a form. */
export function RecordView(props: RecordViewProps) {
  const { description, id } = props;
  const record = useRecord(description, id);
  const failure = failureOf(record);
  if (failure) {
    if (failure instanceof ApiError && failure.status === 404) {
      return <RecordGone description={description} id={id} onRestored={() => void record.refetch()} />;
    }
    return (
      <div className={classes.problem}>
        <ProblemAlert error={failure} onRetry={() => void record.refetch()} />
      </div>
    );
  }
  if (!record.data) return <PageSkeleton />;
  return <LoadedRecord key={id} {...props} {...record.data} />;
}

function LoadedRecord(
  props: RecordViewProps & { readonly record: ShownRecord; readonly rights: readonly RecordRight[] },
) {
  const { description, id, record, rights, variant, onEditing } = props;
  const { t } = useTranslation();
  const me = useMe();
  const formId = useId();
  const mayEditAny = description.rights.update && !description.is_system;
  const canEdit = mayEditAny && rights.includes('update');
  // An address may ask for the form; who may not edit gets the record to read.
  const isEditing = props.isEditing && canEdit;
  const actions = useRecordActions(description, id);
  const [problem, setProblem] = useState<Error | null>(null);
  const [isDirty, setDirty] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const isOnItsWay = useRef(false);
  const isShown = useIsShown();
  // What the form began with: a change by somebody else meanwhile must not pass for one that was made here.
  const begun = useRef(record);
  if (!isEditing) begun.current = record;
  const basis = isEditing ? begun.current : record;
  const isBehind = Number(record.version) > Number(basis.version);
  const recordType = typeof record.record_type === 'string' ? record.record_type : null;
  const layout = layoutFor(description, recordType);
  const title = recordTitle(description, record);
  useEffect(() => rememberRecord(description.name, id, title), [description.name, id, title]);

  const submitForm = useCallback(
    () => (document.getElementById(formId) as HTMLFormElement | null)?.requestSubmit(),
    [formId],
  );
  useSaveKey(submitForm, isEditing);
  const leaveForm = () => {
    setProblem(null);
    setDirty(false);
    onEditing(false);
  };
  const submit = async (changes: Record<string, unknown>) => {
    // Enter is easily pressed twice, before anything on the screen says that the first was heard.
    if (isOnItsWay.current) return;
    isOnItsWay.current = true;
    setSaving(true);
    setProblem(null);
    try {
      if ((await actions.save(basis, changes)) && isShown()) leaveForm();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      setProblem(error);
    } finally {
      isOnItsWay.current = false;
      setSaving(false);
    }
  };

  return (
    <div className={classes.root} data-variant={variant}>
      <RecordHeader
        description={description}
        record={record}
        rights={rights}
        layout={layout}
        variant={variant}
        isEditing={isEditing}
        isSaving={isSaving}
        canEdit={canEdit}
        isEditRefused={mayEditAny && !canEdit}
        onEdit={() => onEditing(true)}
        onCancel={leaveForm}
        onSave={submitForm}
        onTake={() => actions.save(record, { owner_id: me.user.id })}
        onGone={props.onGone}
        onClose={props.onClose}
        onAsOf={props.onAsOf}
      />
      {isEditing ? (
        <div className={classes.form}>
          {isBehind && (
            <p role="status" className={classes.behind}>
              {t('record.changedMeanwhile')}
            </p>
          )}
          <Suspense fallback={<PageSkeleton />}>
            <RecordForm
              id={formId}
              idPrefix={variant}
              description={description}
              layout={layout}
              mode="edit"
              record={basis}
              recordType={recordType}
              problem={problem}
              onSubmit={(changes) => void submit(changes)}
              onDirty={setDirty}
            />
          </Suspense>
          <div className={classes.formActions}>
            <Button variant="default" onClick={leaveForm}>
              {t('action.cancel')}
            </Button>
            <Button onClick={submitForm} loading={isSaving}>
              {t('action.save')}
            </Button>
          </div>
          <UnsavedGuard isDirty={isDirty} />
        </div>
      ) : (
        <Suspense fallback={<PageSkeleton />}>
          <LayoutTabs
            description={description}
            record={record}
            layoutTabs={layout.tabs}
            tab={props.tab}
            onTab={props.onTab}
            canEdit={canEdit}
            variant={variant}
            save={actions.save}
            reached={actions.reached}
          />
        </Suspense>
      )}
      {actions.conflict !== undefined && (
        <ConflictModal
          description={description}
          conflict={actions.conflict}
          onClose={() => actions.setConflict(undefined)}
          onDecide={async (changes) => {
            const conflict = actions.conflict;
            actions.setConflict(undefined);
            if (conflict === undefined) return;
            if (Object.keys(changes).length === 0) {
              await actions.refresh();
              if (isShown()) leaveForm();
            } else if ((await actions.save(conflict.theirs, changes)) && isShown()) leaveForm();
          }}
        />
      )}
    </div>
  );
}
