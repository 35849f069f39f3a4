import { ActionIcon, PasswordInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { isSecretKept } from '@trellis/model';
import { useTranslation } from 'react-i18next';
import { type InputProps, inputAttributes } from './input-props.ts';

/** A secret: what is there can be replaced or removed, and is never shown. */
export function SecretInput(props: InputProps) {
  const { t } = useTranslation();
  const isKept = isSecretKept(props.value);
  const { placeholder, ...attributes } = { placeholder: undefined, ...inputAttributes(props) };
  return (
    <div style={{ display: 'flex', gap: 8 }}>
      <PasswordInput
        {...attributes}
        style={{ flex: 1 }}
        autoComplete="new-password"
        spellCheck={false}
        placeholder={isKept ? t('input.secretKept') : (placeholder ?? '')}
        value={typeof props.value === 'string' ? props.value : ''}
        onChange={(event) =>
          props.onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)
        }
      />
      {isKept && (
        <ActionIcon
          variant="default"
          size={36}
          aria-label={t('input.secretRemove', { label: props.field.label })}
          disabled={props.isDisabled === true}
          onClick={() => props.onChange(null)}
        >
          <IconX size={15} />
        </ActionIcon>
      )}
    </div>
  );
}
