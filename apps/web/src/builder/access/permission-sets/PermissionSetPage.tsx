/** One permission set: what it grants on every object and beside them, and who holds it. */
import { Button, Checkbox, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { SYSTEM_RIGHTS } from '@trellis/metadata';
import { useState } from 'react';
import { useBuilder } from '../../BuilderProvider.tsx';
import { useGo } from '../../navigation.tsx';
import { NewPartModal } from '../../objects/NewPartModal.tsx';
import { EditorPage, LabelAndDescription } from '../../parts/EditorPage.tsx';
import { Pointed } from '../../parts/Fault.tsx';
import { Card } from '../../parts/small.tsx';
import { usersQuery } from '../../teams/team-queries.ts';
import { useComponent } from '../../useComponent.ts';
import { Holders } from '../Holders.tsx';
import { useAccessMessages } from '../messages.ts';
import { ADMINISTRATOR } from '../people/use-choices.ts';
import { GrantDrawer } from './GrantDrawer.tsx';
import { GrantGrid } from './GrantGrid.tsx';
import { withGrant } from './grants.ts';

export function PermissionSetPage({ name }: { name: string }) {
  const t = useAccessMessages();
  const go = useGo();
  const { catalogue, published, put } = useBuilder();
  const users = useQuery(usersQuery).data?.users ?? [];
  const [isCopying, copying] = useDisclosure(false);
  const [opened, setOpened] = useState<string>();
  const edited = useComponent('permission_set', name);
  if (edited === undefined) return null;
  const { entry, body, set, change } = edited;
  return (
    <EditorPage
      entry={entry}
      actions={
        <Button variant="default" leftSection={<IconCopy size={14} aria-hidden />} onClick={copying.open}>
          {t('sets.duplicate')}
        </Button>
      }
    >
      <Stack gap="lg">
        <Card title={t('sets.objectRights')}>
          <Text size="sm" c="dimmed" mb="md">
            {t('sets.objectRightsHelp')}
          </Text>
          <Pointed at="/objects" deep>
            {(fault) => (
              <GrantGrid
                grants={body.objects ?? {}}
                fault={fault}
                onChange={(object, grant) => change((current) => withGrant(current, object, grant))}
                onOpen={setOpened}
              />
            )}
          </Pointed>
        </Card>
        <Card title={t('sets.system')}>
          <Text size="sm" c="dimmed" mb="md">
            {t('sets.systemHelp')}
          </Text>
          <Pointed at="/system" deep>
            {(fault) => (
              <Checkbox.Group
                aria-label={t('sets.system')}
                value={body.system ?? []}
                error={fault}
                onChange={(chosen) =>
                  set('system', chosen.length === 0 ? undefined : (chosen as typeof body.system))
                }
              >
                <SimpleGrid cols={{ base: 1, sm: 2 }}>
                  {SYSTEM_RIGHTS.map((right) => (
                    <Checkbox
                      key={right}
                      value={right}
                      label={t(`sets.systemRight.${right}`)}
                      description={t(`sets.systemRightHelp.${right}`)}
                    />
                  ))}
                </SimpleGrid>
              </Checkbox.Group>
            )}
          </Pointed>
        </Card>
        <Card title={t('security.title')}>
          <Checkbox
            label={t('sets.secondFactor')}
            description={t('sets.secondFactorHelp')}
            checked={body.requires_second_factor === true}
            onChange={(event) => set('requires_second_factor', event.currentTarget.checked || undefined)}
          />
        </Card>
        <Card title={t('sets.who')}>
          <Holders
            people={users.filter((user) => user.permission_sets.includes(name))}
            none={published.has(`permission_set:${name}`) ? t('sets.nobody') : t('sets.notPublished')}
          />
        </Card>
        <Card title={t('sets.basics')}>
          <LabelAndDescription edited={edited} />
        </Card>
      </Stack>
      {opened !== undefined && (
        <GrantDrawer
          object={opened}
          grant={body.objects?.[opened]}
          onChange={(grant) => change((current) => withGrant(current, opened, grant))}
          onClose={() => setOpened(undefined)}
        />
      )}
      {isCopying && (
        <NewPartModal
          title={t('sets.duplicate')}
          placeholder={t('sets.copyLabel', { label: body.label })}
          isTaken={(each) => each === ADMINISTRATOR || catalogue.find('permission_set', each) !== undefined}
          onClose={copying.close}
          onCreate={(label, copy) => {
            put([{ kind: 'permission_set', name: copy, body: { ...body, label } }]);
            setTimeout(() => go({ page: 'permission_set', name: copy }));
          }}
        />
      )}
    </EditorPage>
  );
}
