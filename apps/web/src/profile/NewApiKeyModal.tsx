/** Makes an API key, and shows it: the one time that it can be seen. */
import {
  Button,
  Checkbox,
  CopyButton,
  Group,
  MultiSelect,
  Radio,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { NewApiKeyResponse } from '@trellis/api';
import { useState } from 'react';
import { client, useDescribe } from '../api.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';

const DAYS = ['7', '30', '90', '365'];

interface NewApiKeyModalProps {
  readonly rights: readonly string[];
  readonly onCreated: () => void;
  readonly onClose: () => void;
}

export function NewApiKeyModal({ rights, onCreated, onClose }: NewApiKeyModalProps) {
  const t = useMessages();
  const { objects } = useDescribe();
  const [name, setName] = useState('');
  const [access, setAccess] = useState<'read' | 'write'>('read');
  const [only, setOnly] = useState<string[]>([]);
  const [metadata, setMetadata] = useState(false);
  const [users, setUsers] = useState(false);
  const [days, setDays] = useState('90');
  const create = useMutation({
    mutationFn: () =>
      client.createApiKey({
        name,
        access,
        ...(only.length === 0 ? {} : { objects: only }),
        metadata,
        users,
        expires_in_days: Number(days),
      }),
    onSuccess: onCreated,
  });
  const closeProps = { 'aria-label': t('keys.close') };
  if (create.data !== undefined) {
    return (
      <Dialog opened onClose={onClose} title={t('keys.secretTitle')} closeButtonProps={closeProps} size="lg">
        <Secret created={create.data} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog opened onClose={onClose} title={t('keys.new')} closeButtonProps={closeProps}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack gap="md">
          {create.error !== null && <ProblemAlert error={create.error} />}
          <TextInput
            label={t('keys.name')}
            placeholder={t('keys.namePlaceholder')}
            required
            data-autofocus
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Radio.Group
            label={t('keys.access')}
            value={access}
            onChange={(value) => setAccess(value === 'write' ? 'write' : 'read')}
          >
            <Group mt={6}>
              <Radio value="read" label={t('keys.read')} />
              <Radio value="write" label={t('keys.write')} />
            </Group>
          </Radio.Group>
          <MultiSelect
            label={t('keys.objects')}
            description={t('keys.someObjects')}
            placeholder={only.length === 0 ? t('keys.allObjects') : undefined}
            searchable
            clearable
            limit={100}
            data={objects.map((object) => ({ value: object.name, label: object.plural_label }))}
            value={only}
            onChange={setOnly}
          />
          {rights.includes('customise') && (
            <Checkbox
              label={t('keys.metadata')}
              checked={metadata}
              onChange={(event) => setMetadata(event.currentTarget.checked)}
            />
          )}
          {rights.includes('manage_users') && (
            <Checkbox
              label={t('keys.users')}
              checked={users}
              onChange={(event) => setUsers(event.currentTarget.checked)}
            />
          )}
          <Select
            label={t('keys.days')}
            allowDeselect={false}
            data={DAYS.map((each) => ({ value: each, label: t('keys.daysOption', { count: Number(each) }) }))}
            value={days}
            onChange={(value) => setDays(value ?? '90')}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('keys.cancel')}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t('keys.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Secret({ created, onClose }: { created: NewApiKeyResponse; onClose: () => void }) {
  const t = useMessages();
  return (
    <Stack gap="md">
      <Text size="sm">{t('keys.secretText')}</Text>
      <Group gap="xs" wrap="nowrap" align="flex-end">
        <TextInput
          style={{ flex: 1 }}
          label={created.name}
          readOnly
          value={created.key}
          onFocus={(event) => event.currentTarget.select()}
          styles={{ input: { fontFamily: 'monospace' } }}
        />
        <CopyButton value={created.key}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t('keys.copied') : t('keys.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('keys.done')}</Button>
      </Group>
    </Stack>
  );
}
