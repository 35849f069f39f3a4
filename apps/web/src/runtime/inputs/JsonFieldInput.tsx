import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type InputProps, inputAttributes } from './input-props.ts';
import classes from './PartsInput.module.css';

/** Under this key stands text that is no JSON: no value may hold it, so that form and server both refuse it. */
const UNREAD = '\u0000unread';

/** JSON as text. What can't be read stays as it was typed, and is refused on saving rather than lost. */
export function JsonFieldInput(props: InputProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const text = typed ?? textOf(props.value);
  const isUnread = typeof props.value === 'object' && props.value !== null && UNREAD in props.value;
  return (
    <Textarea
      {...inputAttributes(props)}
      {...(isUnread && props.hasError !== true ? { error: t('input.jsonHelp') } : {})}
      autosize
      minRows={4}
      maxRows={20}
      spellCheck={false}
      autoCapitalize="off"
      autoCorrect="off"
      classNames={{ input: classes.code ?? '' }}
      value={text}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        props.onChange(read(next));
      }}
    />
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object' && UNREAD in value) return String(value[UNREAD]);
  return JSON.stringify(value, undefined, 2);
}

function read(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return { [UNREAD]: text };
  }
}
