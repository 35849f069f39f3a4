/** The fields of an object as a table: what they are called, what they hold, and what is promised of them. */
import { ActionIcon, Button, Menu, TextInput, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconPlus, IconSearch } from '@tabler/icons-react';
import { typeOfBody } from '@trellis/model';
import { useState } from 'react';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import type { Entry } from '../metadata/catalogue.ts';
import { targetsOf } from '../metadata/catalogue.ts';
import { BuilderLink, useGo } from '../navigation.tsx';
import { CardTable } from '../parts/CardTable.tsx';
import classes from '../parts/parts.module.css';
import { Code, OriginBadge, StateBadge } from '../parts/small.tsx';
import { AddFieldModal } from './AddFieldModal.tsx';
import { DeleteFieldModal } from './DeleteFieldModal.tsx';

export function FieldsTab({ object }: { object: string }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const [query, setQuery] = useState('');
  const [isAdding, adding] = useDisclosure(false);
  const [deleting, setDeleting] = useState<Entry<'field'> | undefined>();
  const nameField = catalogue.find('object', object)?.body.name_field;
  const wanted = query.trim().toLowerCase();
  const all = catalogue.of('field', object);
  const fields = all
    .filter(({ short, body }) => short.includes(wanted) || body.label.toLowerCase().includes(wanted))
    .toSorted(
      (a, b) =>
        Number(b.short === nameField) - Number(a.short === nameField) ||
        a.body.label.localeCompare(b.body.label),
    );

  return (
    <>
      <div className={classes.toolbar}>
        <TextInput
          aria-label={t('fields.search')}
          placeholder={t('fields.search')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={adding.open}>
          {t('fields.add')}
        </Button>
      </div>
      {fields.length === 0 ? (
        <EmptyState
          icon="forms"
          title={all.length === 0 ? t('fields.none') : t('fields.noMatch', { query })}
        />
      ) : (
        <CardTable>
          <thead>
            <tr>
              <th scope="col">{t('column.label')}</th>
              <th scope="col">{t('column.name')}</th>
              <th scope="col">{t('column.type')}</th>
              <th scope="col">{t('column.rules')}</th>
              <th scope="col">{t('column.origin')}</th>
              <th scope="col" aria-label={t('column.actions')} />
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <FieldRow
                key={field.name}
                field={field}
                object={object}
                isName={field.short === nameField}
                onDelete={() => setDeleting(field)}
              />
            ))}
          </tbody>
        </CardTable>
      )}
      {isAdding && <AddFieldModal object={object} onClose={adding.close} />}
      {deleting !== undefined && (
        <DeleteFieldModal field={deleting} object={object} onClose={() => setDeleting(undefined)} />
      )}
    </>
  );
}

function FieldRow(props: { field: Entry<'field'>; object: string; isName: boolean; onDelete: () => void }) {
  const t = useMessages();
  const go = useGo();
  const { field, object, isName } = props;
  const { body } = field;
  const page = { page: 'field', object, name: field.short } as const;
  return (
    <tr>
      <td>
        <span className={classes.withIcon}>
          <BuilderLink page={page} className={classes.link}>
            {body.label === '' ? field.short : body.label}
          </BuilderLink>
          {isName && <ColorBadge color="indigo">{t('fields.title')}</ColorBadge>}
          <StateBadge state={field.state} />
        </span>
      </td>
      <td>
        <Code>{field.short}</Code>
      </td>
      <td>
        <FieldTypeText body={body} />
      </td>
      <td>
        <span className={classes.badges}>
          {body.required && <ColorBadge color="red">{t('fields.required')}</ColorBadge>}
          {body.unique && <ColorBadge color="violet">{t('fields.unique')}</ColorBadge>}
          {body.indexed && <ColorBadge color="cyan">{t('fields.indexed')}</ColorBadge>}
          {body.searchable && <ColorBadge color="teal">{t('fields.searchable')}</ColorBadge>}
          {body.set_once && <ColorBadge>{t('fields.setOnce')}</ColorBadge>}
        </span>
      </td>
      <td>
        <OriginBadge from={field.package} />
      </td>
      <td className={classes.rowActions}>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={t('action.more', { label: body.label })}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => go(page)}>{t('action.edit')}</Menu.Item>
            <Tooltip label={t('fields.titleStays')} disabled={!isName}>
              <Menu.Item color="var(--mantine-color-error)" disabled={isName} onClick={props.onDelete}>
                {t('action.delete')}
              </Menu.Item>
            </Tooltip>
          </Menu.Dropdown>
        </Menu>
      </td>
    </tr>
  );
}

/** Icon and name of a field's type, with the target of a lookup. */
export function FieldTypeText({ body }: { body: Entry<'field'>['body'] }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const type = typeOfBody(body);
  const targets = body.type === 'user' ? [] : targetsOf(body);
  const labels = targets.map((name) =>
    name === '*' ? t('property.to.any') : (catalogue.find('object', name)?.body.label ?? name),
  );
  return (
    <span className={classes.withIcon}>
      <NamedIcon name={type?.icon ?? 'cube'} size={15} />
      <span>
        {type?.label ?? body.type}
        {labels.length > 0 && <span className={classes.dim}> → {labels.join(', ')}</span>}
      </span>
    </span>
  );
}
