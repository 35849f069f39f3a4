/** One item of an app's navigation: an object, a list view, a heading or a link. */
import { ActionIcon, Select, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { AppItem } from '@trellis/metadata';
import type { ReactNode } from 'react';
import { IconPicker } from '../../ui/IconPicker.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import type { Catalogue } from '../metadata/catalogue.ts';
import { Pointed } from '../parts/Fault.tsx';
import classes from './AppItemRow.module.css';

interface AppItemRowProps {
  readonly item: AppItem;
  readonly index: number;
  readonly handle: ReactNode;
  readonly label: string;
  readonly onChange: (item: AppItem) => void;
  readonly onRemove: () => void;
}

export function AppItemRow({ item, index, handle, label, onChange, onRemove }: AppItemRowProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const ownIcon = iconOf(item, catalogue);
  return (
    <Pointed at={`/items/${index}`} deep className={classes.row}>
      {(fault) => (
        <>
          {handle}
          {item.type === 'heading' ? (
            <span className={classes.kind}>{t('app.heading')}</span>
          ) : (
            <IconPicker
              value={item.icon ?? ownIcon}
              onChange={(icon) => onChange({ ...item, icon })}
              label={t('app.icon', { label })}
            />
          )}
          <ItemTarget item={item} onChange={onChange} />
          <TextInput
            className={classes.label}
            aria-label={t('app.itemLabel')}
            placeholder={item.type === 'object' || item.type === 'view' ? label : undefined}
            value={item.label ?? ''}
            error={fault}
            maxLength={200}
            onChange={(event) => onChange(withLabel(item, event.currentTarget.value))}
          />
          <ActionIcon aria-label={t('app.remove', { label })} onClick={onRemove}>
            <IconTrash size={15} />
          </ActionIcon>
        </>
      )}
    </Pointed>
  );
}

function ItemTarget({ item, onChange }: { item: AppItem; onChange: (item: AppItem) => void }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  if (item.type === 'object') {
    return (
      <Select
        className={classes.target}
        aria-label={t('app.object')}
        searchable
        allowDeselect={false}
        data={catalogue
          .all('object')
          .map((object) => ({ value: object.name, label: object.body.plural_label }))}
        value={item.object}
        nothingFoundMessage={t('action.nothingFound')}
        onChange={(object) => object !== null && onChange({ ...item, object })}
      />
    );
  }
  if (item.type === 'view') {
    const groups = catalogue.all('object').flatMap((object) => {
      const views = catalogue.of('view', object.name);
      if (views.length === 0) return [];
      return [
        {
          group: object.body.plural_label,
          items: views.map((view) => ({ value: view.name, label: view.body.label })),
        },
      ];
    });
    return (
      <Select
        className={classes.target}
        aria-label={t('app.view')}
        searchable
        allowDeselect={false}
        data={groups}
        value={item.view}
        nothingFoundMessage={t('action.nothingFound')}
        onChange={(view) => view !== null && onChange({ ...item, view })}
      />
    );
  }
  if (item.type === 'link') {
    return (
      <TextInput
        className={classes.target}
        aria-label={t('app.url')}
        type="url"
        value={item.url}
        error={/^(https?:\/\/.|\/)/.test(item.url) ? undefined : t('app.urlFault')}
        onChange={(event) => onChange({ ...item, url: event.currentTarget.value })}
      />
    );
  }
  return null;
}

/** The icon that the navigation shows where the item names none. */
function iconOf(item: AppItem, catalogue: Catalogue): string {
  if (item.type === 'object') return catalogue.find('object', item.object)?.body.icon ?? 'cube';
  if (item.type === 'view') return catalogue.find('view', item.view)?.body.icon ?? 'list';
  return 'link';
}

/** A heading and a link need their label; an object and a view go by their own when it is left blank. */
function withLabel(item: AppItem, label: string): AppItem {
  if (item.type === 'heading' || item.type === 'link') return { ...item, label };
  if (label !== '') return { ...item, label };
  const { label: _, ...rest } = item;
  return rest;
}
