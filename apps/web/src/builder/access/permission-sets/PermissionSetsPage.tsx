/** The permission sets of the workspace. They are metadata: drafted and published. */
import { Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useBuilder } from '../../BuilderProvider.tsx';
import { useGo } from '../../navigation.tsx';
import { NewPartModal } from '../../objects/NewPartModal.tsx';
import { PartTable } from '../../objects/PartTable.tsx';
import { PageHeader } from '../../parts/PageHeader.tsx';
import { Card } from '../../parts/small.tsx';
import { usersQuery } from '../../teams/team-queries.ts';
import { Holders } from '../Holders.tsx';
import { useAccessMessages } from '../messages.ts';
import { ADMINISTRATOR } from '../people/use-choices.ts';

export function PermissionSetsPage() {
  const t = useAccessMessages();
  const go = useGo();
  const { catalogue, put } = useBuilder();
  const users = useQuery(usersQuery).data?.users ?? [];
  const [isCreating, creating] = useDisclosure(false);
  const sets = catalogue.all('permission_set').toSorted((a, b) => a.body.label.localeCompare(b.body.label));
  const holdersOf = (name: string) => users.filter((user) => user.permission_sets.includes(name));
  return (
    <>
      <PageHeader title={t('sets.title')} description={t('sets.description')} />
      <PartTable
        entries={sets}
        labelOf={(entry) => entry.body.label}
        about={t('sets.about')}
        newText={t('sets.new')}
        onNew={creating.open}
        empty={{ icon: 'shield-lock', title: t('sets.none'), text: t('sets.noneText') }}
        columns={[
          {
            title: t('sets.objects'),
            cell: (entry) => Object.keys(entry.body.objects ?? {}).length,
          },
          { title: t('sets.holders'), cell: (entry) => holdersOf(entry.name).length },
        ]}
      />
      <div style={{ marginTop: 'var(--mantine-spacing-xl)' }}>
        <Card title={t('sets.administrator')}>
          <Text size="sm" c="dimmed" mb="sm">
            {t('sets.administratorText')}
          </Text>
          <Holders people={holdersOf(ADMINISTRATOR)} none={t('sets.nobody')} />
        </Card>
      </div>
      {isCreating && (
        <NewPartModal
          title={t('sets.new')}
          placeholder={t('sets.placeholder')}
          isTaken={(name) => name === ADMINISTRATOR || sets.some((each) => each.name === name)}
          copies={sets.map((each) => ({ value: each.name, label: each.body.label }))}
          onClose={creating.close}
          onCreate={(label, name, copyOf) => {
            const source = sets.find((each) => each.name === copyOf)?.body;
            put([{ kind: 'permission_set', name, body: { ...source, label } }]);
            setTimeout(() => go({ page: 'permission_set', name }));
          }}
        />
      )}
    </>
  );
}
