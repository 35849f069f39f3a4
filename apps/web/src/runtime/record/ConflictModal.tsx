import { Button, Group, Radio } from '@mantine/core';
import { formatInstant, isBlank, type ObjectDescription, titleOf } from '@trellis/forms';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../ui/Dialog.tsx';
import { FieldValue } from '../cells/FieldValue.tsx';
import { useDisplay } from '../use-display.ts';
import classes from './ConflictModal.module.css';
import { type Conflict, disputedFields, isSameValue } from './use-record.ts';

interface ConflictModalProps {
  readonly description: ObjectDescription;
  readonly conflict: Conflict;
  onClose(): void;
  /** The changes to write over the newer version; none of them keeps theirs. */
  onDecide(changes: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Someone else saved first. Both versions of every field in question, and a choice for each. */
export function ConflictModal({ description, conflict, onClose, onDecide }: ConflictModalProps) {
  const { t } = useTranslation();
  const display = useDisplay();
  const { changes, before, theirs } = conflict;
  const names = Object.keys(changes);
  // Where they have not touched the field, ours stands without asking.
  const disputed = disputedFields(conflict);
  const alsoTheirs = description.fields.filter(
    (field) =>
      !field.is_system &&
      field.access === 'update' &&
      !disputed.includes(field.name) &&
      !isSameValue(before[field.name], theirs[field.name]),
  );
  const [chosen, setChosen] = useState<Readonly<Record<string, 'mine' | 'theirs'>>>({});
  const isDecided = disputed.every((name) => chosen[name] !== undefined);
  const decide = () =>
    onDecide(
      Object.fromEntries(
        names
          .filter((name) => !disputed.includes(name) || chosen[name] === 'mine')
          .map((name) => [name, changes[name]]),
      ),
    );
  const who = titleOf(theirs.updated_by) || t('conflict.someone');
  const when = typeof theirs.updated_at === 'string' ? formatInstant(theirs.updated_at, display) : '';
  return (
    <Dialog
      opened
      onClose={onClose}
      size={720}
      title={t('conflict.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <p className={classes.text}>
        {t('conflict.text', { who, when })}
        {alsoTheirs.length > 0 &&
          ` ${t('conflict.also', { fields: alsoTheirs.map((field) => field.label).join(', ') })}`}
      </p>
      {disputed.map((name) => {
        const field = description.fields.find((each) => each.name === name);
        if (field === undefined) return null;
        const choice = (side: 'mine' | 'theirs', value: unknown) => (
          <Radio.Card value={side} className={classes.choice}>
            <Group gap="sm" wrap="nowrap" align="flex-start">
              <Radio.Indicator size="xs" mt={2} />
              <div className={classes.side}>
                <div className={classes.whose}>{t(`conflict.${side}`)}</div>
                {isBlank(value) ? (
                  <i>{t('value.blank')}</i>
                ) : (
                  <FieldValue field={field} value={value} shape="block" />
                )}
              </div>
            </Group>
          </Radio.Card>
        );
        return (
          <Radio.Group
            key={name}
            label={field.label}
            description={
              <span className={classes.base}>
                {t('conflict.base')}{' '}
                {isBlank(before[name]) ? (
                  <i>{t('value.blank')}</i>
                ) : (
                  <FieldValue field={field} value={before[name]} shape="line" />
                )}
              </span>
            }
            className={classes.field}
            value={chosen[name] ?? ''}
            onChange={(side) => setChosen({ ...chosen, [name]: side === 'mine' ? 'mine' : 'theirs' })}
          >
            <div className={classes.choices}>
              {choice('mine', changes[name])}
              {choice('theirs', theirs[name])}
            </div>
          </Radio.Group>
        );
      })}
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t('conflict.keepEditing')}
        </Button>
        <Button disabled={!isDecided} onClick={() => void decide()}>
          {t('conflict.save')}
        </Button>
      </Group>
    </Dialog>
  );
}
