import { TextInput } from '@mantine/core';
import { PERSON_NAME_PARTS } from '@trellis/model';
import { useTranslation } from 'react-i18next';
import type { InputProps } from './input-props.ts';
import classes from './PartsInput.module.css';
import { partAttributes, partsOf, putPart } from './parts.ts';

const SPANS = { salutation: 2, first: 4, middle: 2, last: 4, suffix: 2 } as const;

/** A name in its parts, in the order in which they are spoken. */
export function PersonNameInput(props: InputProps) {
  const { t } = useTranslation();
  const parts = partsOf(props.value);
  return (
    <fieldset className={classes.parts} aria-label={props.label ?? props.field.label}>
      {PERSON_NAME_PARTS.map((name) => (
        <TextInput
          key={name}
          {...partAttributes(props, name, SPANS[name], name === 'first')}
          label={t(`input.name.${name}`)}
          autoComplete="off"
          maxLength={name === 'salutation' || name === 'suffix' ? 40 : 100}
          value={typeof parts[name] === 'string' ? parts[name] : ''}
          onChange={(event) => putPart(props, name, event.currentTarget.value)}
        />
      ))}
    </fieldset>
  );
}
