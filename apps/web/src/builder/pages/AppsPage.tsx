/** The apps that people choose between, in their order. */
import { ActionIcon, Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { notifyDone } from '../../ui/notify.tsx';
import { ObjectIcon } from '../../ui/ObjectIcon.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink, useGo } from '../navigation.tsx';
import { NewPartModal } from '../objects/NewPartModal.tsx';
import { PageHeader } from '../parts/PageHeader.tsx';
import classes from '../parts/parts.module.css';
import { SortableList } from '../parts/SortableList.tsx';
import { Code, OriginBadge, StateBadge } from '../parts/small.tsx';

export function AppsPage() {
  const t = useMessages();
  const go = useGo();
  const { catalogue, put, remove, draft, replace } = useBuilder();
  const [isCreating, creating] = useDisclosure(false);
  const apps = catalogue
    .all('app')
    .toSorted(
      (a, b) =>
        (a.body.position ?? 1000) - (b.body.position ?? 1000) || a.body.label.localeCompare(b.body.label),
    );
  const byName = new Map(apps.map((app) => [app.name, app]));

  const onMove = (from: number, to: number) => {
    const moved = apps[from];
    if (moved === undefined) return;
    const order = apps.toSpliced(from, 1).toSpliced(to, 0, moved);
    put(
      order.map((app, index) => ({
        kind: 'app',
        name: app.name,
        body: { ...app.body, position: index + 1 },
      })),
    );
  };
  const button = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={creating.open}>
      {t('apps.new')}
    </Button>
  );

  return (
    <>
      <PageHeader
        title={t('apps.title')}
        description={t('apps.description')}
        actions={apps.length > 0 && button}
      />
      {apps.length === 0 ? (
        <EmptyState icon="apps" title={t('apps.none')} actions={button}>
          {t('apps.noneText')}
        </EmptyState>
      ) : (
        <div className={classes.tableWrap}>
          <SortableList
            ids={apps.map((app) => app.name)}
            labelOf={(id) => byName.get(id)?.body.label ?? id}
            onMove={onMove}
          >
            {(id, _, handle) => {
              const app = byName.get(id);
              if (app === undefined) return null;
              const { label } = app.body;
              return (
                <div className={classes.listRow}>
                  {handle}
                  <BuilderLink page={{ page: 'app', name: id }} className={classes.withIcon}>
                    <ObjectIcon icon={app.body.icon ?? 'apps'} color={app.body.color ?? 'blue'} size={28} />
                    <span>
                      <span className={classes.link}>{label}</span>
                      {app.body.description !== undefined && (
                        <span className={classes.secondLine}>{app.body.description}</span>
                      )}
                    </span>
                  </BuilderLink>
                  <span className={classes.rowEnd}>
                    <StateBadge state={app.state} />
                    <span className={classes.dim}>{t('apps.items', { count: app.body.items.length })}</span>
                    <Code>{app.name}</Code>
                    <OriginBadge from={app.package} />
                    <Menu position="bottom-end">
                      <Menu.Target>
                        <ActionIcon aria-label={t('action.more', { label })}>
                          <IconDots size={16} />
                        </ActionIcon>
                      </Menu.Target>
                      <Menu.Dropdown>
                        <Menu.Item onClick={() => go({ page: 'app', name: id })}>
                          {t('action.edit')}
                        </Menu.Item>
                        <Menu.Item
                          color="var(--mantine-color-error)"
                          onClick={() => {
                            const before = draft;
                            remove(app);
                            notifyDone({
                              message: t('part.deleted', { label }),
                              undo: () => replace(before),
                            });
                          }}
                        >
                          {t('action.delete')}
                        </Menu.Item>
                      </Menu.Dropdown>
                    </Menu>
                  </span>
                </div>
              );
            }}
          </SortableList>
        </div>
      )}
      {isCreating && (
        <NewPartModal
          title={t('apps.new')}
          placeholder={t('apps.placeholder')}
          isTaken={(name) => byName.has(name)}
          onClose={creating.close}
          onCreate={(label, name) => {
            put([
              {
                kind: 'app',
                name,
                body: { label, icon: 'apps', color: 'blue', position: apps.length + 1, items: [] },
              },
            ]);
            setTimeout(() => go({ page: 'app', name }));
          }}
        />
      )}
    </>
  );
}
