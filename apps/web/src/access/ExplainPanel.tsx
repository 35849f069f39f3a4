/** Asks why somebody may or may not do something with an object, a record or a field, and says it in words. */
import { Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ExplainQuery } from '@trellis/api';
import { useState } from 'react';
import { client, useDescribe, useOptionalObject } from '../api.ts';
import { useRecordSearch } from '../runtime/inputs/use-record-search.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { Answer } from './Answer.tsx';
import { useExplainMessages } from './messages.ts';

const ACTIONS = ['read', 'create', 'update', 'delete', 'export', 'import'] as const;
/** What is asked about a record that is there. */
const ON_RECORD = ['read', 'update', 'delete', 'export'] as const;

interface ExplainPanelProps {
  /** Of whom it is asked; undefined: to be chosen. */
  readonly user?: string;
  /** Of what; undefined: to be chosen. */
  readonly subject?: { readonly object: string; readonly id: string };
}

export function ExplainPanel({ user: givenUser, subject }: ExplainPanelProps) {
  const t = useExplainMessages();
  const { objects } = useDescribe();
  const users = useQuery({ queryKey: ['users'], queryFn: () => client.users() });
  const [user, setUser] = useState<string | null>(givenUser ?? null);
  const [object, setObject] = useState<string | null>(subject?.object ?? null);
  const [record, setRecord] = useState<string | null>(subject?.id ?? null);
  const [field, setField] = useState<string | null>(null);
  const [action, setAction] = useState<(typeof ACTIONS)[number]>('read');
  const description = useOptionalObject(object ?? undefined);
  const people = users.data?.users ?? [];
  const person = people.find((each) => each.id === user);
  const question: ExplainQuery | undefined =
    user === null || object === null
      ? undefined
      : {
          user,
          object,
          action,
          ...(record === null ? {} : { record }),
          ...(field === null ? {} : { field }),
        };
  const answer = useQuery({
    queryKey: ['explain', question],
    queryFn: () => client.explain(question!),
    enabled: question !== undefined,
    placeholderData: keepPreviousData,
    // Rights change elsewhere, and an old answer would mislead.
    staleTime: 0,
  });
  const actions = record === null ? ACTIONS : ON_RECORD;
  const chooseRecord = (id: string | null) => {
    setRecord(id);
    if (id !== null && !ON_RECORD.some((each) => each === action)) setAction('read');
  };
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('about')}
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {givenUser === undefined && (
          <Select
            label={t('user')}
            searchable
            nothingFoundMessage={t('nothingFound')}
            limit={100}
            data={people.map((each) => ({ value: each.id, label: `${each.name} (${each.email})` }))}
            value={user}
            onChange={setUser}
          />
        )}
        <Select
          label={t('action')}
          allowDeselect={false}
          data={actions.map((value) => ({ value, label: t(`actions.${value}`) }))}
          value={action}
          onChange={(value) => setAction(ACTIONS.find((each) => each === value) ?? 'read')}
        />
        {subject === undefined && (
          <Select
            label={t('object')}
            searchable
            nothingFoundMessage={t('nothingFound')}
            limit={200}
            data={objects.map((each) => ({ value: each.name, label: each.plural_label }))}
            value={object}
            onChange={(next) => {
              setObject(next);
              setRecord(null);
              setField(null);
            }}
          />
        )}
        {subject === undefined && object !== null && (
          <RecordSelect key={object} object={object} value={record} onChange={chooseRecord} />
        )}
        {object !== null && (
          <Select
            label={t('field')}
            description={t('fieldHelp')}
            searchable
            clearable
            nothingFoundMessage={t('nothingFound')}
            data={(description?.fields ?? []).map((each) => ({ value: each.name, label: each.label }))}
            value={field}
            onChange={setField}
          />
        )}
      </SimpleGrid>
      {users.error !== null && <ProblemAlert error={users.error} />}
      {answer.error !== null && <ProblemAlert error={answer.error} />}
      <div aria-live="polite">
        {question === undefined ? (
          <Text size="sm" c="dimmed">
            {t(object === null ? 'choose' : 'choosePerson')}
          </Text>
        ) : answer.data === undefined ? (
          answer.error === null && <Text size="sm">{t('asking')}</Text>
        ) : (
          answer.error === null && (
            <Answer
              answer={answer.data}
              name={person?.name ?? ''}
              note={person?.is_active === false ? t('inactive') : undefined}
            />
          )
        )}
      </div>
    </Stack>
  );
}

interface RecordSelectProps {
  readonly object: string;
  readonly value: string | null;
  onChange(id: string | null): void;
}

/** A record by its name, searched for on the server. */
function RecordSelect({ object, value, onChange }: RecordSelectProps) {
  const t = useExplainMessages();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<{ readonly value: string; readonly label: string }>();
  // The text of what is chosen is no search of its own.
  const { choices } = useRecordSearch(object, text === chosen?.label ? '' : text, true);
  const found = choices.map((choice) => ({ value: choice.id, label: choice.title }));
  const data =
    chosen === undefined || found.some((each) => each.value === chosen.value) ? found : [chosen, ...found];
  return (
    <Select
      label={t('record')}
      description={t('recordHelp')}
      searchable
      clearable
      // The server has searched already, also in what the title does not show.
      filter={({ options }) => options}
      nothingFoundMessage={t('nothingFound')}
      data={data}
      value={value}
      searchValue={text}
      onSearchChange={setText}
      onChange={(id) => {
        setChosen(data.find((each) => each.value === id));
        onChange(id);
      }}
    />
  );
}
