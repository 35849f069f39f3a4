/** Lets a person be linked to a provider of single sign-on by their verified address, when they next come. */
import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { UserResponse } from '@trellis/api';
import { client } from '../../../api.ts';
import { useMessages } from '../../../sign-on/messages.ts';
import { notifyDone, notifyProblem } from '../../../ui/notify.tsx';

/** A line of the list of facts; nothing where no provider is configured, or where only the person themselves may link. */
export function PersonSignOn({ person, isShared }: { person: UserResponse; isShared: boolean }) {
  const t = useMessages();
  const { data } = useQuery({ queryKey: ['sign-in-options'], queryFn: () => client.signInOptions() });
  const permit = useMutation({
    mutationFn: ({ name }: { readonly name: string; readonly label: string }) =>
      client.permitSso(person.id, name),
    onSuccess: (_done, { label }) => notifyDone({ message: t('permit.done', { provider: label }) }),
    onError: notifyProblem,
  });
  if (!data || data.providers.length === 0 || isShared || !person.is_active) return null;
  return (
    <>
      <dt>{t('links.title')}</dt>
      <dd>
        <Group gap="xs">
          {data.providers.map((provider) => (
            <Button
              key={provider.name}
              variant="default"
              size="compact-sm"
              loading={permit.isPending && permit.variables.name === provider.name}
              onClick={() => permit.mutate(provider)}
            >
              {t('permit.permit', { provider: provider.label })}
            </Button>
          ))}
        </Group>
        <Text size="xs" c="dimmed">
          {t('permit.about', { email: person.email })}
        </Text>
      </dd>
    </>
  );
}
