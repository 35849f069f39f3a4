/** Which kind of field: all live types by category, each with what it is for. */
import { TextInput, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { FieldTypeName } from '@trellis/metadata';
import { FIELD_TYPES, type FieldType } from '@trellis/model';
import { useState } from 'react';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import { useMessages } from '../messages.ts';
import classes from './TypeGallery.module.css';

const CATEGORIES: readonly FieldType['category'][] = [
  'text',
  'number',
  'choice',
  'date',
  'relation',
  'computed',
];

export function TypeGallery({ onChoose }: { onChoose: (type: FieldTypeName) => void }) {
  const t = useMessages();
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLowerCase();
  const types = [...FIELD_TYPES.values()].filter((type) =>
    [type.label, type.description, type.name].some((text) => text.toLowerCase().includes(wanted)),
  );
  const groups = CATEGORIES.map((category) => ({
    category,
    types: types.filter((type) => type.category === category),
  })).filter((group) => group.types.length > 0);
  return (
    <div>
      <TextInput
        aria-label={t('gallery.search')}
        placeholder={t('gallery.search')}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={query}
        data-autofocus
        mb="md"
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          const only = types[0];
          if (event.key !== 'Enter') return;
          event.preventDefault();
          if (wanted !== '' && only !== undefined) onChoose(only.name);
        }}
      />
      {groups.length === 0 && <EmptyState icon="search" title={t('gallery.none', { query })} />}
      {groups.map((group) => (
        <section key={group.category} className={classes.group}>
          <h3 className={classes.title}>{t(`gallery.${group.category}`)}</h3>
          <div className={classes.grid}>
            {group.types.map((type) => (
              <UnstyledButton key={type.name} className={classes.type} onClick={() => onChoose(type.name)}>
                <span className={classes.icon}>
                  <NamedIcon name={type.icon} size={18} />
                </span>
                <span>
                  <span className={classes.label}>{type.label}</span>
                  <span className={classes.text}>{type.description}</span>
                </span>
              </UnstyledButton>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
