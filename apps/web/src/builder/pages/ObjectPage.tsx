/** One object: its head, and the tab of fields, layouts, views, record types or settings. */
import { Button } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { paths } from '../../paths.ts';
import { ObjectIcon } from '../../ui/ObjectIcon.tsx';
import { SharingTab } from '../access/sharing/SharingTab.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { FieldsTab } from '../fields/FieldsTab.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink, hrefInApp, useLink } from '../navigation.tsx';
import { LayoutsTab } from '../objects/LayoutsTab.tsx';
import { RecordTypesTab } from '../objects/RecordTypesTab.tsx';
import { SettingsTab } from '../objects/SettingsTab.tsx';
import { ViewsTab } from '../objects/ViewsTab.tsx';
import { PageHeader } from '../parts/PageHeader.tsx';
import classes from '../parts/parts.module.css';
import { Code, StateBadge } from '../parts/small.tsx';
import { KIND_OF_TAB, OBJECT_TABS, type ObjectTab } from '../paths.ts';
import { RulesTab } from '../rules/RulesTab.tsx';

export function ObjectPage({ object, tab }: { object: string; tab: ObjectTab }) {
  const t = useMessages();
  const link = useLink();
  const { catalogue, published } = useBuilder();
  const entry = catalogue.find('object', object);
  if (entry === undefined) return null;
  return (
    <>
      <PageHeader
        title={entry.body.label}
        beside={<StateBadge state={entry.state} />}
        description={<Code>{object}</Code>}
        icon={<ObjectIcon icon={entry.body.icon ?? 'cube'} color={entry.body.color ?? 'gray'} size={34} />}
        trail={[{ label: t('section.objects'), page: { page: 'objects' } }]}
        actions={
          published.has(`object:${object}`) && (
            <Button
              component="a"
              variant="default"
              leftSection={<IconExternalLink size={14} aria-hidden />}
              {...link(hrefInApp(paths.list(object)))}
            >
              {t('object.openList')}
            </Button>
          )
        }
      />
      <nav className={classes.tabs} aria-label={t('object.tabs', { label: entry.body.label })}>
        {OBJECT_TABS.map((each) => (
          <BuilderLink
            key={each}
            page={{ page: 'object', object, tab: each }}
            className={classes.tab}
            aria-current={each === tab ? 'page' : undefined}
          >
            {t(`object.tab.${each}`)}
            {each !== 'settings' && (
              <span className={classes.count}>{catalogue.of(KIND_OF_TAB[each], object).length}</span>
            )}
          </BuilderLink>
        ))}
      </nav>
      {tab === 'fields' && <FieldsTab object={object} />}
      {tab === 'layouts' && <LayoutsTab object={object} />}
      {tab === 'views' && <ViewsTab object={object} />}
      {tab === 'rules' && <RulesTab object={object} />}
      {tab === 'record-types' && <RecordTypesTab object={object} />}
      {tab === 'sharing' && <SharingTab object={object} />}
      {tab === 'settings' && <SettingsTab object={object} />}
    </>
  );
}
