import { ActionIcon } from '@mantine/core';
import { IconCheck, IconPencil, IconX } from '@tabler/icons-react';
import {
  type FieldDescription,
  findRecordType,
  isBlank,
  type ObjectDescription,
  wireValue,
  withOffered,
  withOptionsOf,
  withStepsFrom,
} from '@trellis/forms';
import { type KeyboardEvent, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isFocusLost } from '../../ui/focus.ts';
import { lazy } from '../../ui/lazy.tsx';
import { isOffline } from '../../ui/offline.ts';
import { FieldValue } from '../cells/FieldValue.tsx';
import { FieldFrame } from '../form/FieldFrame.tsx';
import { serverErrors } from '../form/server-errors.ts';
import { MULTILINE_WIDGETS } from '../widget-names.ts';
import classes from './InlineField.module.css';
import { StaleMark } from './StaleMark.tsx';
import type { ShownRecord, useRecordActions } from './use-record.ts';

const loadInput = () => import('../inputs/FieldInput.tsx');
const FieldInput = lazy(async () => ({ default: (await loadInput()).FieldInput }));
/** Whoever is about to edit types at once: the input must be there by then. One that does not come says so when shown. */
const prepare = () => void loadInput().catch(() => undefined);

interface InlineFieldProps {
  readonly description: ObjectDescription;
  readonly field: FieldDescription;
  readonly record: ShownRecord;
  readonly canEdit: boolean;
  /** Of a dependent select: the options that are offered. */
  readonly offered: ReadonlySet<string> | undefined;
  readonly idPrefix: string;
  /** Of a formula: its value beside what is being typed elsewhere on the record. */
  readonly live?: unknown;
  /** Told what is being typed, in the form in which it would be sent; undefined when no more. */
  onTyped?(field: string, value: unknown): void;
  readonly save: ReturnType<typeof useRecordActions>['save'];
  /** What this screen has made of a version itself is nobody else's change. */
  reached?(version: number): number;
}

/** A value on the record screen. Clicking it (or Enter) edits it in place; Enter saves, Escape leaves it as it was. */
export function InlineField({
  description,
  field,
  record,
  canEdit,
  offered,
  idPrefix,
  live,
  onTyped,
  save,
  reached = (version) => version,
}: InlineFieldProps) {
  const { t } = useTranslation();
  const value = record[field.name];
  // With the record as it was then: a change by somebody else meanwhile is a conflict, not overwritten.
  const [draft, setDraft] = useState<{ readonly value: unknown; readonly begun: ShownRecord }>();
  const [pending, setPending] = useState<{ readonly value: unknown }>();
  const [errors, setErrors] = useState<readonly string[]>([]);
  const trigger = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const id = `${idPrefix}-inline-${field.name}`;
  const mayEdit = canEdit && field.access === 'update' && !(field.set_once && !isBlank(value));

  const close = () => {
    setDraft(undefined);
    setErrors([]);
    onTyped?.(field.name, undefined);
    // A save may end when another field is being edited already.
    requestAnimationFrame(() => isFocusLost() && trigger.current?.focus());
  };
  const begin = () => {
    // What is on its way is waited for: it may come back refused.
    if (pending === undefined) setDraft({ value, begun: record });
  };
  const change = (next: unknown) => {
    setDraft((now) => ({ value: next, begun: now?.begun ?? record }));
    onTyped?.(field.name, wireValue(field, next) ?? null);
  };
  const isBehind = draft !== undefined && Number(record.version) > reached(Number(draft.begun.version));
  const commit = async (next: unknown) => {
    const begun = draft?.begun ?? record;
    const wire = wireValue(field, next);
    const sent = isBlank(wire) && field.value_type !== 'boolean' ? null : wire;
    const before = begun[field.name];
    if (JSON.stringify(sent) === JSON.stringify(isBlank(before) ? null : wireValue(field, before))) {
      close();
      return;
    }
    // Shown at once; put back if the server refuses.
    setPending({ value: next });
    setErrors([]);
    try {
      await save(begun, { [field.name]: sent });
      close();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const { byField, others } = serverErrors(error, [field.name]);
      const messages = [...(byField.get(field.name) ?? []), ...others.map((entry) => entry.message)];
      // No answer at all: what was typed stays, to be sent again.
      const message = isOffline(error) ? t('problem.offline') : error.message;
      setErrors(messages.length > 0 ? messages : [message]);
      setDraft({ value: next, begun });
    } finally {
      setPending(undefined);
    }
  };
  const steer = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const isOpenList = box.current?.querySelector('[aria-expanded="true"]') !== null;
    if (event.key === 'Escape' && !isOpenList) {
      event.stopPropagation();
      close();
    }
    const isMultiline = MULTILINE_WIDGETS.has(field.widget) && !(event.ctrlKey || event.metaKey);
    if (event.key === 'Enter' && draft !== undefined && !isOpenList && !isMultiline && !event.shiftKey) {
      event.preventDefault();
      void commit(draft.value);
    }
  };

  const shown = pending === undefined ? (live === undefined ? value : live) : pending.value;
  const recordType = findRecordType(
    description,
    typeof record.record_type === 'string' ? record.record_type : null,
  );
  return (
    <FieldFrame
      id={id}
      label={field.label}
      help={field.help ?? undefined}
      errors={errors}
      isRequired={false}
      isReadOnly={draft === undefined || pending !== undefined}
      shape="beside"
    >
      {draft === undefined || pending !== undefined ? (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the pencil does the same by keyboard.
        // biome-ignore lint/a11y/noStaticElementInteractions: see above.
        <div
          className={classes.value}
          data-editable={mayEdit || undefined}
          data-pending={pending !== undefined || undefined}
          onPointerEnter={mayEdit ? prepare : undefined}
          onFocus={mayEdit ? prepare : undefined}
          onClick={(event) => {
            const isChoosingText = window.getSelection()?.isCollapsed === false;
            if (mayEdit && !isChoosingText && (event.target as HTMLElement).closest('a') === null) begin();
          }}
        >
          <div className={classes.content}>
            {isBlank(shown) ? (
              <span className={classes.blank}>–</span>
            ) : (
              <FieldValue field={field} value={shown} shape="block" />
            )}
            {record.$stale?.includes(field.name) && <StaleMark />}
          </div>
          {mayEdit && (
            <button
              ref={trigger}
              type="button"
              className={classes.pencil}
              aria-label={t('record.editField', { field: field.label })}
              aria-disabled={pending !== undefined || undefined}
              onClick={(event) => {
                event.stopPropagation();
                begin();
              }}
            >
              <IconPencil size={13} stroke={1.75} aria-hidden />
            </button>
          )}
        </div>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: Enter and Escape of whatever input stands inside.
        <div ref={box} className={classes.editor} onKeyDown={steer}>
          <div className={classes.input}>
            <Suspense fallback={<span className="tr-skeleton" style={{ height: 30 }} />}>
              <FieldInput
                id={id}
                field={withOffered(withStepsFrom(withOptionsOf(field, recordType), value), offered)}
                value={draft.value ?? null}
                onChange={change}
                onCommit={(next) => void commit(next)}
                hasError={errors.length > 0}
                describedBy={errors.length > 0 ? `${id}__error` : undefined}
                isRequired={field.is_required}
                isAutoFocused
              />
            </Suspense>
          </div>
          <ActionIcon
            variant="filled"
            color="trellis"
            size={30}
            aria-label={t('action.save')}
            onClick={() => void commit(draft.value)}
          >
            <IconCheck size={15} />
          </ActionIcon>
          <ActionIcon variant="default" size={30} aria-label={t('action.cancel')} onClick={close}>
            <IconX size={15} />
          </ActionIcon>
          {isBehind && (
            <span role="status" className={classes.behind}>
              {t('record.changedMeanwhile')}
            </span>
          )}
        </div>
      )}
    </FieldFrame>
  );
}
