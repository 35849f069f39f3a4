import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { Ref } from 'react';
import { useTyped } from './use-typed.ts';

interface SearchBoxProps {
  readonly label: string;
  readonly text: string;
  readonly className?: string | undefined;
  readonly isFocused?: boolean;
  readonly inputRef?: Ref<HTMLInputElement>;
  /** Told a moment after the last letter, without blanks around. */
  onText(text: string): void;
}

/** What is looked for, as it stands in the address. */
export function SearchBox({ label, text, className, isFocused = true, inputRef, onText }: SearchBoxProps) {
  const [typed, type] = useTyped(text, 200, onText);
  return (
    <TextInput
      ref={inputRef}
      type="search"
      className={className ?? ''}
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={typed}
      autoFocus={isFocused}
      maxLength={500}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
