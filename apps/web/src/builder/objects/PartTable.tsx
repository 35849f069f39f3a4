/** The layouts, views or record types of an object as a table with its actions. */
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { notifyDone } from '../../ui/notify.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import type { Entry, Kind } from '../metadata/catalogue.ts';
import { BuilderLink, useGo } from '../navigation.tsx';
import { CardTable } from '../parts/CardTable.tsx';
import classes from '../parts/parts.module.css';
import { Code, OriginBadge, StateBadge } from '../parts/small.tsx';
import { pageOfComponent } from '../paths.ts';

interface PartTableProps<K extends Kind> {
  readonly entries: readonly Entry<K>[];
  readonly labelOf: (entry: Entry<K>) => string;
  readonly about: string;
  readonly newText: string;
  readonly onNew: () => void;
  readonly empty: { readonly icon: string; readonly title: string; readonly text: string };
  readonly columns: readonly { readonly title: string; readonly cell: (entry: Entry<K>) => ReactNode }[];
}

export function PartTable<K extends Kind>(props: PartTableProps<K>) {
  const t = useMessages();
  const { entries, labelOf, columns, empty } = props;
  const button = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={props.onNew}>
      {props.newText}
    </Button>
  );
  return (
    <>
      <div className={classes.toolbar}>
        <span className={classes.dim}>{props.about}</span>
        {entries.length > 0 && button}
      </div>
      {entries.length === 0 ? (
        <EmptyState icon={empty.icon} title={empty.title} actions={button}>
          {empty.text}
        </EmptyState>
      ) : (
        <CardTable>
          <thead>
            <tr>
              <th scope="col">{t('column.label')}</th>
              <th scope="col">{t('column.name')}</th>
              {columns.map((column) => (
                <th key={column.title} scope="col">
                  {column.title}
                </th>
              ))}
              <th scope="col">{t('column.origin')}</th>
              <th scope="col">
                <span className="tr-visually-hidden">{t('column.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <PartRow key={entry.name} entry={entry} label={labelOf(entry)}>
                {columns.map((column) => (
                  <td key={column.title}>{column.cell(entry)}</td>
                ))}
              </PartRow>
            ))}
          </tbody>
        </CardTable>
      )}
    </>
  );
}

function PartRow<K extends Kind>({
  entry,
  label,
  children,
}: {
  entry: Entry<K>;
  label: string;
  children: ReactNode;
}) {
  const t = useMessages();
  const go = useGo();
  const { remove, draft, replace } = useBuilder();
  const page = pageOfComponent(entry);
  const onDelete = () => {
    const before = draft;
    remove(entry);
    notifyDone({ message: t('part.deleted', { label }), undo: () => replace(before) });
  };
  return (
    <tr>
      <td>
        <span className={classes.withIcon}>
          {page !== undefined && (
            <BuilderLink page={page} className={classes.link}>
              {label}
            </BuilderLink>
          )}
          <StateBadge state={entry.state} />
        </span>
      </td>
      <td>
        <Code>{entry.short}</Code>
      </td>
      {children}
      <td>
        <OriginBadge from={entry.package} />
      </td>
      <td className={classes.rowActions}>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon aria-label={t('action.more', { label })}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {page !== undefined && <Menu.Item onClick={() => go(page)}>{t('action.edit')}</Menu.Item>}
            <Menu.Item color="var(--mantine-color-error)" onClick={onDelete}>
              {t('action.delete')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </td>
    </tr>
  );
}
