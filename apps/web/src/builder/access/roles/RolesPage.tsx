/** The role tree, and the role that is chosen in it. Roles are metadata: they are drafted and published. */
import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { notifyDone } from '../../../ui/notify.tsx';
import { useBuilder } from '../../BuilderProvider.tsx';
import { useMessages } from '../../messages.ts';
import { useGo } from '../../navigation.tsx';
import { NewPartModal } from '../../objects/NewPartModal.tsx';
import { DescriptionInput, LabelInput } from '../../parts/EditorPage.tsx';
import { Pointed, useJumpToPointer } from '../../parts/Fault.tsx';
import { PageHeader } from '../../parts/PageHeader.tsx';
import { Card, Code, StateBadge } from '../../parts/small.tsx';
import { usersQuery } from '../../teams/team-queries.ts';
import { useComponent, withProperty } from '../../useComponent.ts';
import { Holders } from '../Holders.tsx';
import { useAccessMessages } from '../messages.ts';
import classes from './Roles.module.css';
import { RoleTreeView } from './RoleTreeView.tsx';
import { type RoleTree, roleTree } from './role-tree.ts';

export function RolesPage({ selected }: { selected: string | undefined }) {
  const t = useAccessMessages();
  const go = useGo();
  const { catalogue, put } = useBuilder();
  const users = useQuery(usersQuery).data?.users ?? [];
  const [isCreating, creating] = useDisclosure(false);
  const [parent, setParent] = useState<string | null>(null);
  const roles = catalogue.all('role');
  const tree = useMemo(
    () => roleTree(roles.map(({ name, body }) => ({ name, label: body.label || name, parent: body.parent }))),
    [roles],
  );
  const create = (under: string | null) => {
    setParent(under);
    creating.open();
  };
  const button = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => create(selected ?? null)}>
      {t('roles.new')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('roles.title')}
        description={t('roles.description')}
        actions={roles.length > 0 && button}
      />
      {roles.length === 0 ? (
        <EmptyState icon="sitemap" title={t('roles.none')} actions={button}>
          {t('roles.noneText')}
        </EmptyState>
      ) : (
        <div className={classes.panes}>
          <RoleTreeView
            rows={tree.rows}
            selected={selected}
            countOf={(name) => users.filter((user) => user.role === name).length}
            onSelect={(name) => go({ page: 'role', name })}
          />
          {selected === undefined ? (
            <Text size="sm" c="dimmed">
              {t('roles.choose')}
            </Text>
          ) : (
            <RoleEditor key={selected} name={selected} tree={tree} onNewBelow={() => create(selected)} />
          )}
        </div>
      )}
      {isCreating && (
        <NewPartModal
          title={t('roles.new')}
          placeholder={t('roles.placeholder')}
          isTaken={(name) => catalogue.find('role', name) !== undefined}
          onClose={creating.close}
          onCreate={(label, name) => {
            put([{ kind: 'role', name, body: { label, ...(parent === null ? {} : { parent }) } }]);
            setTimeout(() => go({ page: 'role', name }));
          }}
        >
          <ParentSelect roles={tree.rows} value={parent} onChange={setParent} />
        </NewPartModal>
      )}
    </>
  );
}

interface RoleEditorProps {
  readonly name: string;
  readonly tree: RoleTree;
  onNewBelow(): void;
}

function RoleEditor({ name, tree, onNewBelow }: RoleEditorProps) {
  const t = useAccessMessages();
  const go = useGo();
  const { published, draft, put, remove, replace, catalogue } = useBuilder();
  const users = useQuery(usersQuery).data?.users ?? [];
  const edited = useComponent('role', name);
  useJumpToPointer(true);
  if (edited === undefined) return null;
  const { body, set, entry } = edited;
  const below = tree.below(name);
  const onDelete = () => {
    const before = draft;
    const children = catalogue.all('role').filter((role) => role.body.parent === name);
    put(
      children.map((role) => ({
        kind: 'role',
        name: role.name,
        body: withProperty(role.body, 'parent', body.parent),
      })),
    );
    remove(entry);
    go(body.parent === undefined ? { page: 'roles' } : { page: 'role', name: body.parent });
    notifyDone({
      message:
        children.length === 0
          ? t('roles.deleted', { label: body.label })
          : t('roles.deletedMoved', { label: body.label, count: children.length }),
      undo: () => replace(before),
    });
  };
  return (
    <Stack gap="lg">
      <Card
        title={body.label || name}
        actions={
          <Group gap="xs">
            <StateBadge state={entry.state} />
            <Code>{name}</Code>
          </Group>
        }
      >
        <Stack gap="md">
          <LabelInput edited={edited} />
          <Pointed at="/parent">
            {(fault) => (
              <ParentSelect
                roles={tree.rows.filter((row) => row.name !== name && !below.has(row.name))}
                value={body.parent ?? null}
                error={fault}
                onChange={(parent) => set('parent', parent ?? undefined)}
              />
            )}
          </Pointed>
          <DescriptionInput edited={edited} />
          <Group gap="xs">
            <Button variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={onNewBelow}>
              {t('roles.newBelow')}
            </Button>
            <Button
              variant="default"
              c="var(--mantine-color-error)"
              leftSection={<IconTrash size={14} aria-hidden />}
              onClick={onDelete}
            >
              {t('roles.delete')}
            </Button>
          </Group>
        </Stack>
      </Card>
      <Card title={t('roles.holders')}>
        <Holders
          people={users.filter((user) => user.role === name)}
          none={published.has(`role:${name}`) ? t('roles.nobody') : t('roles.notPublished')}
        />
      </Card>
    </Stack>
  );
}

interface ParentSelectProps {
  /** Those that may be chosen: neither the role itself nor any below it, so that no circle can be made. */
  readonly roles: RoleTree['rows'];
  readonly value: string | null;
  readonly error?: string | undefined;
  onChange(parent: string | null): void;
}

function ParentSelect({ roles, value, error, onChange }: ParentSelectProps) {
  const t = useAccessMessages();
  const b = useMessages();
  return (
    <Select
      label={t('roles.parent')}
      description={t('roles.parentHelp')}
      placeholder={t('roles.top')}
      searchable
      clearable
      nothingFoundMessage={b('action.nothingFound')}
      data={roles.map((row) => ({ value: row.name, label: row.label }))}
      value={value}
      error={error}
      onChange={onChange}
    />
  );
}
