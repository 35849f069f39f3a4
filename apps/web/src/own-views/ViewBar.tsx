import { Button } from '@mantine/core';
import type { ObjectDescription, ViewDescription } from '@trellis/forms';
import { useState } from 'react';
import { keepWidths } from '../runtime/list/use-list-preferences.ts';
import { useMessages } from './messages.ts';
import { NameDialog } from './NameDialog.tsx';
import classes from './own-views.module.css';
import { useOwnViews } from './use-own-views.ts';
import type { ViewDraft } from './view-draft.ts';

/** What is asked for by name: `copy` keeps the list as it stands under another one. */
export type ViewQuestion = 'save' | 'copy' | 'rename';

export interface ViewBarProps {
  readonly description: ObjectDescription;
  readonly view: ViewDescription;
  readonly draft: ViewDraft;
  readonly widths: Readonly<Record<string, number>>;
  readonly isChanged: boolean;
  /** Asked by the menu of views. */
  readonly question: ViewQuestion | undefined;
  onQuestion(question: ViewQuestion | undefined): void;
  onPick(view: string): void;
  /** What was changed is a view of its own now, of this id. */
  onSavedAs(id: string): void;
  /** The list is as its view is saved. */
  onDiscard(): void;
}

/** Beside the view, once the list differs from it: keeps the difference, or lets it go. */
export function ViewBar(props: ViewBarProps) {
  const { description, view, draft, question, onQuestion, onPick, onSavedAs, onDiscard } = props;
  const t = useMessages();
  const own = useOwnViews(description, onPick);
  const [isSaving, setSaving] = useState(false);
  const isOwn = view.is_own === true;
  const save = async () => {
    setSaving(true);
    const isSaved = await own.save(view, draft);
    setSaving(false);
    if (isSaved) onDiscard();
  };
  const close = () => onQuestion(undefined);
  return (
    <>
      {props.isChanged && (
        <span className={classes.bar}>
          <Button
            size="compact-sm"
            variant="light"
            loading={isSaving}
            onClick={() => (isOwn ? void save() : onQuestion('save'))}
          >
            {t(isOwn ? 'saveChanges' : 'save')}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            title={t('discardHint', { view: view.label })}
            onClick={onDiscard}
          >
            {t('discard')}
          </Button>
        </span>
      )}
      {question === 'rename' && (
        <NameDialog
          title={t('renameTitle')}
          name={view.label}
          onName={(name) => own.rename(view, name)}
          onClose={close}
        />
      )}
      {(question === 'save' || question === 'copy') && (
        <NameDialog
          title={t('saveTitle')}
          text={t('saveText')}
          name={question === 'copy' ? t('copyOf', { view: view.label }) : ''}
          firstLabel={t('opensFirst', { objects: description.plural_label })}
          onName={async (name, isFirst) => {
            const id = await own.add(name, draft, isFirst);
            keepWidths(description.name, id, props.widths);
            onSavedAs(id);
          }}
          onClose={close}
        />
      )}
    </>
  );
}
