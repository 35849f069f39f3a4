import { IconAlertCircle } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Form.module.css';

interface FormErrorSummaryProps {
  readonly errors: readonly { readonly name: string; readonly message: string }[];
  labelOf(name: string): string;
  idOf(name: string): string;
}

/** What has to be put right before the record can be saved; each line leads to its field. Takes the focus when it appears. */
export function FormErrorSummary({ errors, labelOf, idOf }: FormErrorSummaryProps) {
  const { t } = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.focus(), []);
  if (errors.length === 0) return null;
  return (
    <div ref={root} className={classes.summary} role="alert" tabIndex={-1}>
      <IconAlertCircle size={18} stroke={1.75} aria-hidden />
      <div>
        <strong>{t('form.problems', { count: errors.length })}</strong>
        <ul className={classes.summaryList}>
          {errors.map((error) => (
            <li key={error.name}>
              <button
                type="button"
                className={classes.summaryLink}
                onClick={() => {
                  const input = document.getElementById(idOf(error.name));
                  input?.scrollIntoView({ block: 'center' });
                  input?.focus();
                }}
              >
                {labelOf(error.name)}
              </button>{' '}
              {withoutLabel(error.message, labelOf(error.name))}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** The server names the field in its sentence; here its name stands before it already. */
export function withoutLabel(message: string, label: string): string {
  return message.startsWith(`${label}: `) ? message.slice(label.length + 2) : message;
}
