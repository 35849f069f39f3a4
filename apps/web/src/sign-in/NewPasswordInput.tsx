import { PasswordInput } from '@mantine/core';
import { useSignInMessages } from './messages.ts';

export const MINIMUM = 12;

interface NewPasswordInputProps {
  readonly value: string;
  readonly error?: string | undefined;
  readonly isFirst?: boolean;
  readonly onChange: (password: string) => void;
}

/** A new password, with what it must be. */
export function NewPasswordInput({ value, error, isFirst, onChange }: NewPasswordInputProps) {
  const t = useSignInMessages();
  return (
    <PasswordInput
      size="sm"
      label={t('newPassword')}
      description={t('passwordRule', { minimum: MINIMUM })}
      name="new-password"
      autoComplete="new-password"
      required
      minLength={MINIMUM}
      autoFocus={isFirst === true}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': t('show') }}
    />
  );
}
