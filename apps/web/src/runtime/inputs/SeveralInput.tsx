import { ActionIcon, Autocomplete, Button, TextInput, VisuallyHidden } from '@mantine/core';
import { IconArrowUp, IconPlus, IconStar, IconStarFilled, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type InputProps, inputAttributes } from './input-props.ts';
import classes from './SeveralInput.module.css';

interface Row {
  /** For React: rows keep their inputs while they move. */
  readonly key: number;
  readonly value: string;
  readonly label: string;
}

const KEYBOARDS = { emails: 'email', phones: 'tel' } as const;
let lastKey = 0;

/**
 * Several addresses or numbers, each with a label if wanted; the first is the primary one. A row that is still empty is
 * the input's own affair: what is reported has rows with content only.
 */
export function SeveralInput(props: InputProps) {
  const { t } = useTranslation();
  const kind = props.field.widget === 'phones' ? 'phones' : 'emails';
  const {
    id,
    autoFocus,
    placeholder,
    'aria-label': __,
    ...attributes
  } = {
    placeholder: undefined,
    'aria-label': undefined,
    ...inputAttributes(props),
  };
  const [rows, setRows] = useState<readonly Row[]>(() => rowsOf(props.value));
  const reported = useRef(JSON.stringify(entriesOf(rows)));
  const [said, setSaid] = useState('');
  const box = useRef<HTMLFieldSetElement>(null);
  // The value was put back, or came from elsewhere.
  const given = JSON.stringify(entriesOf(rowsOf(props.value)));
  if (given !== reported.current) {
    reported.current = given;
    setRows(rowsOf(props.value));
  }
  const put = (next: readonly Row[]) => {
    setRows(next);
    const value = entriesOf(next);
    reported.current = JSON.stringify(value);
    props.onChange(value);
  };
  const change = (key: number, part: Partial<Row>) =>
    put(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const focus = (index: number) =>
    requestAnimationFrame(() =>
      box.current?.querySelectorAll<HTMLInputElement>('input[data-entry]')[index]?.focus(),
    );
  const nameOf = (row: Row, index: number) =>
    row.value.trim() || t(`several.entry.${kind}`, { number: index + 1 });
  const move = (from: number, to: number) => {
    const row = rows[from];
    if (row === undefined || to < 0 || to >= rows.length || from === to) return;
    put(rows.toSpliced(from, 1).toSpliced(to, 0, row));
    setSaid(t('several.moved', { entry: nameOf(row, from), place: to + 1 }));
    focus(to);
  };
  const remove = (index: number) => {
    put(rows.length === 1 ? [newRow()] : rows.toSpliced(index, 1));
    focus(Math.max(0, index - 1));
  };
  const add = () => {
    setRows([...rows, newRow()]);
    focus(rows.length);
  };
  const steer = (event: KeyboardEvent, index: number) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (!event.altKey || step === 0) return;
    event.preventDefault();
    move(index, index + step);
  };
  return (
    <fieldset
      ref={box}
      className={classes.list}
      aria-label={props.label ?? props.field.label}
      aria-describedby={`${id}__keys`}
    >
      {rows.map((row, index) => {
        const entry = nameOf(row, index);
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: Alt and arrows of the inputs inside.
          <div key={row.key} className={classes.row} onKeyDown={(event) => steer(event, index)}>
            <TextInput
              {...attributes}
              data-entry
              id={index === 0 ? id : `${id}_${row.key}`}
              autoFocus={autoFocus && index === 0}
              aria-label={t(`several.entry.${kind}`, { number: index + 1 })}
              placeholder={index === 0 ? placeholder : undefined}
              type={KEYBOARDS[kind]}
              autoComplete="off"
              maxLength={254}
              value={row.value}
              onChange={(event) => change(row.key, { value: event.currentTarget.value })}
            />
            <Autocomplete
              aria-label={t('several.label', { entry })}
              placeholder={t('several.labelPlaceholder')}
              data={t(`several.labels.${kind}`, { returnObjects: true })}
              filter={({ options }) => options}
              maxLength={40}
              disabled={attributes.disabled}
              value={row.label}
              onChange={(label) => change(row.key, { label })}
              comboboxProps={{ withinPortal: true, shadow: 'md' }}
            />
            <div className={classes.actions}>
              {rows.length > 1 && index === 0 ? (
                <span
                  className={classes.primary}
                  role="img"
                  aria-label={t('several.primary')}
                  title={t('several.primary')}
                >
                  <IconStarFilled size={14} aria-hidden />
                </span>
              ) : rows.length > 1 ? (
                <>
                  <Action name={t('several.makePrimary', { entry })} onClick={() => move(index, 0)}>
                    <IconStar size={14} />
                  </Action>
                  {index > 1 && (
                    <Action name={t('several.up', { entry })} onClick={() => move(index, index - 1)}>
                      <IconArrowUp size={14} />
                    </Action>
                  )}
                </>
              ) : null}
              {(rows.length > 1 || row.value !== '') && (
                <Action name={t('several.remove', { entry })} onClick={() => remove(index)}>
                  <IconX size={14} />
                </Action>
              )}
            </div>
          </div>
        );
      })}
      {rows.every((row) => row.value.trim() !== '') && (
        <Button
          className={classes.add}
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          disabled={attributes.disabled}
          onClick={add}
        >
          {t(`several.add.${kind}`)}
        </Button>
      )}
      <VisuallyHidden id={`${id}__keys`}>{t('several.keys')}</VisuallyHidden>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </fieldset>
  );
}

function Action(props: { name: string; onClick(): void; children: React.ReactNode }) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={26}
      aria-label={props.name}
      title={props.name}
      onClick={props.onClick}
    >
      {props.children}
    </ActionIcon>
  );
}

function newRow(value = '', label = ''): Row {
  lastKey += 1;
  return { key: lastKey, value, label };
}

/** The rows of a value; one that is empty where there is none. */
function rowsOf(value: unknown): readonly Row[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  const rows = entries.map((entry) => {
    const { value: content, label } = (typeof entry === 'string' ? { value: entry } : (entry ?? {})) as {
      readonly value?: unknown;
      readonly label?: unknown;
    };
    return newRow(typeof content === 'string' ? content : '', typeof label === 'string' ? label : '');
  });
  return rows.length === 0 ? [newRow()] : rows;
}

function entriesOf(
  rows: readonly Row[],
): readonly { readonly value: string; readonly label?: string }[] | null {
  const entries = rows
    .filter((row) => row.value.trim() !== '')
    .map(({ value, label }) => (label.trim() === '' ? { value } : { value, label }));
  return entries.length === 0 ? null : entries;
}
