import { Tooltip } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Form.module.css';
import { withoutLabel } from './FormErrorSummary.tsx';

interface FieldFrameProps {
  /** Id of the input: label and messages refer to it. */
  readonly id: string;
  readonly label: string;
  readonly help?: string | undefined;
  readonly errors: readonly string[];
  /** What is worth knowing and stops nothing. */
  readonly notes?: readonly string[];
  readonly isRequired: boolean;
  readonly isReadOnly: boolean;
  /** `stacked`: the label above, as in forms. `beside`: to the left, as where records are read. */
  readonly shape?: 'stacked' | 'beside';
  readonly children: ReactNode;
}

/** Label, input, help and errors of one field of a form. */
export function FieldFrame({
  id,
  label,
  help,
  errors,
  notes = [],
  isRequired,
  isReadOnly,
  shape = 'stacked',
  children,
}: FieldFrameProps) {
  const { t } = useTranslation();
  const name = (
    <>
      {label}
      {isRequired && (
        <span className={classes.required} aria-hidden title={t('form.required')}>
          *
        </span>
      )}
    </>
  );
  return (
    <div className={classes.field} data-shape={shape} data-invalid={errors.length > 0 || undefined}>
      <div className={classes.labelRow}>
        {isReadOnly ? (
          <span className={classes.label}>{name}</span>
        ) : (
          <label className={classes.label} htmlFor={id}>
            {name}
          </label>
        )}
        {help !== undefined && (
          <Tooltip label={help} multiline maw={320}>
            <button type="button" className={classes.help} aria-label={t('form.help', { text: help })}>
              <IconHelpCircle size={13} stroke={1.75} aria-hidden />
            </button>
          </Tooltip>
        )}
      </div>
      {children}
      {notes.length > 0 && (
        <div className={classes.note} role="status">
          {notes.join(' ')}
        </div>
      )}
      {errors.length > 0 && (
        <div id={`${id}__error`} className={classes.error}>
          {[...new Set(errors)].map((error) => withoutLabel(error, label)).join(' ')}
        </div>
      )}
    </div>
  );
}
