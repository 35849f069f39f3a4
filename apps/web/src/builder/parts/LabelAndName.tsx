/** A label and the API name that is suggested from it until someone types another. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Translate, useMessages } from '../messages.ts';
import { findNameFault, type NameRules, suggestFreeName } from '../metadata/naming.ts';

export interface NameState {
  readonly label: string;
  readonly name: string;
  /** Someone has typed the name: it follows the label no more. */
  readonly isOwn: boolean;
}

export const EMPTY_NAME: NameState = { label: '', name: '', isOwn: false };

export function nameFaultText(t: Translate, name: string, rules: NameRules): string | undefined {
  const fault = findNameFault(name, rules);
  return fault === undefined ? undefined : t(`name.${fault}`, { limit: rules.limit ?? 100 });
}

export function withLabel(state: NameState, label: string, rules: NameRules): NameState {
  if (state.isOwn) return { ...state, label };
  const isTaken = (name: string) => rules.isTaken?.(name) === true || rules.isReserved?.(name) === true;
  return { ...state, label, name: suggestFreeName(label, isTaken, rules.limit) };
}

interface LabelAndNameProps {
  readonly value: NameState;
  readonly rules: NameRules;
  readonly onChange: (value: NameState) => void;
  readonly labelText: string;
  readonly placeholder?: string;
  /** Show what is missing even where nothing was typed yet. */
  readonly isChecked: boolean;
  readonly nameDescription?: string;
}

export function LabelAndName(props: LabelAndNameProps) {
  const t = useMessages();
  const { value, rules, onChange, isChecked } = props;
  const [isTouched, setTouched] = useState(false);
  const nameFault = nameFaultText(t, value.name, rules);
  const showsNameFault =
    isChecked || (value.name !== '' ? nameFault !== undefined : isTouched && value.label !== '');
  return (
    <>
      <TextInput
        label={props.labelText}
        placeholder={props.placeholder}
        required
        data-autofocus
        value={value.label}
        maxLength={200}
        error={isChecked && value.label.trim() === '' ? t('name.labelEmpty') : undefined}
        onChange={(event) => onChange(withLabel(value, event.currentTarget.value, rules))}
        onBlur={() => setTouched(true)}
      />
      <TextInput
        label={t('name.label')}
        description={props.nameDescription ?? t('name.help')}
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        required
        spellCheck={false}
        autoComplete="off"
        value={value.name}
        error={showsNameFault ? nameFault : undefined}
        onChange={(event) =>
          onChange({ ...value, name: event.currentTarget.value, isOwn: event.currentTarget.value !== '' })
        }
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
    </>
  );
}
