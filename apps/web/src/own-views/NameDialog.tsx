import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../ui/Dialog.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';

interface NameDialogProps {
  readonly title: string;
  readonly text?: ReactNode;
  readonly name: string;
  /** Offered where there is a text for it: whether the view is to open first. */
  readonly firstLabel?: string;
  onName(name: string, isFirst: boolean): Promise<void>;
  onClose(): void;
}

/** Asks for the name of a view. */
export function NameDialog({ title, text, name: given, firstLabel, onName, onClose }: NameDialogProps) {
  const t = useMessages();
  const { t: main } = useTranslation();
  const [name, setName] = useState(given);
  const [isFirst, setFirst] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const run = useMutation({ mutationFn: () => onName(name.trim(), isFirst), onSuccess: onClose });
  return (
    <Dialog opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': main('action.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setRefused(name.trim() === '');
          if (name.trim() !== '' && !run.isPending) run.mutate();
        }}
      >
        {text !== undefined && <p style={{ marginTop: 0 }}>{text}</p>}
        <TextInput
          data-autofocus
          label={t('name')}
          placeholder={t('namePlaceholder')}
          value={name}
          maxLength={200}
          error={isRefused && name.trim() === '' ? t('noName') : undefined}
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {firstLabel !== undefined && (
          <Checkbox
            mt="md"
            label={firstLabel}
            checked={isFirst}
            onChange={(event) => setFirst(event.currentTarget.checked)}
          />
        )}
        {run.isError && <ProblemAlert error={run.error} />}
        <Group justify="flex-end" gap="sm" mt="lg">
          <Button variant="default" onClick={onClose}>
            {main('action.cancel')}
          </Button>
          <Button type="submit" loading={run.isPending}>
            {main('action.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
