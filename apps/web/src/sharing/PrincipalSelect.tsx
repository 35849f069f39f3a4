/** A person or a team by name, searched for on the server. */
import { Select } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../api.ts';
import { useRecordSearch } from '../runtime/inputs/use-record-search.ts';
import { useSharingMessages } from './messages.ts';

interface PrincipalSelectProps {
  readonly kind: 'user' | 'team';
  readonly label: string;
  readonly value: string | null;
  readonly error?: string | undefined;
  onChange(id: string | null): void;
}

export function PrincipalSelect({ kind, label, value, error, onChange }: PrincipalSelectProps) {
  const t = useSharingMessages();
  const { user } = useMe();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<{ readonly value: string; readonly label: string }>();
  // The text of what is chosen is no search of its own.
  const { choices } = useRecordSearch(kind, text === chosen?.label ? '' : text, true);
  const found = choices
    .filter((choice) => choice.id !== user.id)
    .map((choice) => ({ value: choice.id, label: choice.title }));
  const data =
    chosen === undefined || found.some((each) => each.value === chosen.value) ? found : [chosen, ...found];
  return (
    <Select
      label={label}
      placeholder={t('search')}
      searchable
      required
      withAsterisk={false}
      // The server has searched already.
      filter={({ options }) => options}
      nothingFoundMessage={t('nothingFound')}
      data={data}
      value={value}
      error={error}
      searchValue={text}
      onSearchChange={setText}
      onChange={(id) => {
        setChosen(data.find((each) => each.value === id));
        onChange(id);
      }}
    />
  );
}
