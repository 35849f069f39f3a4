/** The fields of a mass edit: which, what to do with each, and the value, by the inputs that forms have. */
import { ActionIcon, Button, Select } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ProblemEntry } from '@trellis/api';
import type { FieldDescription, ObjectDescription } from '@trellis/forms';
import { useId } from 'react';
import { FieldInput } from '../runtime/inputs/FieldInput.tsx';
import classes from './bulk.module.css';
import { useMessages } from './messages.ts';
import { type FieldDraft, isEditable, type Mode, modesOf } from './order.ts';

interface FieldRowsProps {
  readonly description: ObjectDescription;
  readonly drafts: readonly FieldDraft[];
  readonly problems: readonly ProblemEntry[];
  onChange(drafts: readonly FieldDraft[]): void;
}

export function FieldRows({ description, drafts, problems, onChange }: FieldRowsProps) {
  const t = useMessages();
  const taken = new Set(drafts.map(({ field }) => field?.name));
  const fields = description.fields.filter(isEditable);
  const change = (key: number, part: Partial<FieldDraft>) =>
    onChange(drafts.map((draft) => (draft.key === key ? { ...draft, ...part } : draft)));
  return (
    <div className={classes.rows}>
      {drafts.map((draft, index) => (
        <FieldRow
          key={draft.key}
          draft={draft}
          isFirst={index === 0}
          fields={fields.filter(({ name }) => name === draft.field?.name || !taken.has(name))}
          errors={problems
            .filter(({ pointer }) => pointer.split('/')[2] === draft.field?.name)
            .map(({ message }) => message)}
          onChange={(part) => change(draft.key, part)}
          onRemove={
            drafts.length > 1 ? () => onChange(drafts.filter(({ key }) => key !== draft.key)) : undefined
          }
        />
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        className={classes.add}
        leftSection={<IconPlus size={14} />}
        disabled={drafts.some(({ field }) => field === undefined) || taken.size >= fields.length}
        onClick={() => onChange([...drafts, emptyDraft(Math.max(0, ...drafts.map(({ key }) => key)) + 1)])}
      >
        {t('addField')}
      </Button>
    </div>
  );
}

export function emptyDraft(key: number): FieldDraft {
  return { key, field: undefined, mode: 'set', value: null };
}

interface FieldRowProps {
  readonly draft: FieldDraft;
  readonly isFirst: boolean;
  readonly fields: readonly FieldDescription[];
  readonly errors: readonly string[];
  onChange(part: Partial<FieldDraft>): void;
  readonly onRemove: (() => void) | undefined;
}

function FieldRow({ draft, isFirst, fields, errors, onChange, onRemove }: FieldRowProps) {
  const t = useMessages();
  const id = useId();
  const { field, mode } = draft;
  return (
    <div className={classes.row}>
      <div className={classes.what}>
        <Select
          aria-label={t('field')}
          placeholder={t('pickField')}
          searchable
          data-autofocus={isFirst || undefined}
          data={fields.map(({ name, label }) => ({ value: name, label }))}
          value={field?.name ?? null}
          allowDeselect={false}
          onChange={(name) => {
            const chosen = fields.find((each) => each.name === name);
            if (chosen) onChange({ field: chosen, mode: modesOf(chosen)[0]!, value: null });
          }}
        />
        {field && (
          <Select
            aria-label={t('mode', { field: field.label })}
            data={modesOf(field).map((value) => ({ value, label: t(`modes.${value}`) }))}
            value={mode}
            allowDeselect={false}
            onChange={(next) => next && onChange({ mode: next as Mode })}
          />
        )}
        {onRemove && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('removeField', { field: field?.label ?? t('field') })}
            onClick={onRemove}
          >
            <IconX size={15} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {field && mode !== 'clear' && (
        <FieldInput
          key={field.name}
          id={id}
          field={field}
          value={draft.value}
          label={t('valueOf', { field: field.label })}
          hasError={errors.length > 0}
          describedBy={errors.length > 0 ? `${id}-errors` : undefined}
          onChange={(value) => onChange({ value })}
        />
      )}
      {errors.length > 0 && (
        <p id={`${id}-errors`} className={classes.error} role="alert">
          {errors.join(' ')}
        </p>
      )}
    </div>
  );
}
