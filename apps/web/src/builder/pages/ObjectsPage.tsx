/** All objects: find one, make one. */
import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ObjectIcon } from '../../ui/ObjectIcon.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import { NewObjectModal } from '../objects/NewObjectModal.tsx';
import { CardTable } from '../parts/CardTable.tsx';
import { PageHeader } from '../parts/PageHeader.tsx';
import classes from '../parts/parts.module.css';
import { Code, OriginBadge, StateBadge } from '../parts/small.tsx';

export function ObjectsPage() {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const [query, setQuery] = useState('');
  const [isCreating, creating] = useDisclosure(false);

  const objects = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    return catalogue
      .all('object')
      .filter(({ name, body }) =>
        [name, body.label, body.plural_label].some((text) => text.toLowerCase().includes(wanted)),
      )
      .toSorted((a, b) => a.body.label.localeCompare(b.body.label));
  }, [catalogue, query]);

  return (
    <>
      <PageHeader
        title={t('objects.title')}
        description={t('objects.description')}
        actions={
          <>
            <TextInput
              aria-label={t('objects.search')}
              placeholder={t('objects.search')}
              leftSection={<IconSearch size={14} aria-hidden />}
              value={query}
              onChange={(event) => setQuery(event.currentTarget.value)}
            />
            <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={creating.open}>
              {t('objects.new')}
            </Button>
          </>
        }
      />
      {objects.length === 0 ? (
        <EmptyState icon="cube" title={query === '' ? t('objects.none') : t('objects.noMatch', { query })}>
          {query === '' ? t('objects.noneText') : undefined}
        </EmptyState>
      ) : (
        <CardTable>
          <thead>
            <tr>
              <th scope="col">{t('column.label')}</th>
              <th scope="col">{t('column.name')}</th>
              <th scope="col">{t('column.fields')}</th>
              <th scope="col">{t('column.origin')}</th>
              <th scope="col">{t('column.description')}</th>
            </tr>
          </thead>
          <tbody>
            {objects.map((object) => (
              <tr key={object.name}>
                <td>
                  <BuilderLink
                    page={{ page: 'object', object: object.name, tab: 'fields' }}
                    className={classes.withIcon}
                  >
                    <ObjectIcon icon={object.body.icon ?? 'cube'} color={object.body.color ?? 'gray'} />
                    <span className={classes.link}>{object.body.label}</span>
                    <StateBadge state={object.state} />
                  </BuilderLink>
                </td>
                <td>
                  <Code>{object.name}</Code>
                </td>
                <td>{catalogue.of('field', object.name).length}</td>
                <td>
                  <OriginBadge from={object.package} />
                </td>
                <td className={classes.clipped}>{object.body.description}</td>
              </tr>
            ))}
          </tbody>
        </CardTable>
      )}
      {isCreating && <NewObjectModal onClose={creating.close} />}
    </>
  );
}
