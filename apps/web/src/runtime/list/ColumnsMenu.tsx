import { ActionIcon, Button, Checkbox, ScrollArea, SegmentedControl, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { availableColumns, type ListColumn, type ObjectDescription } from '@trellis/forms';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ColumnsMenu.module.css';
import type { Density, useListPreferences } from './use-list-preferences.ts';

interface ColumnsMenuProps {
  readonly description: ObjectDescription;
  readonly columns: readonly ListColumn[];
  readonly preferences: ReturnType<typeof useListPreferences>;
}

/** Which columns this browser shows, in which order, and how dense. */
export function ColumnsMenu({ description, columns, preferences }: ColumnsMenuProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const { paths } = preferences;
  const shownFields = new Set(columns.map((column) => column.path.split('.')[0] ?? ''));
  const hidden = availableColumns(description).filter(
    (field) =>
      !shownFields.has(field.name) &&
      !shownFields.has(field.name.replace(/_id$/, '')) &&
      field.label.toLowerCase().includes(query.trim().toLowerCase()),
  );
  const move = (index: number, by: number) => {
    const next = [...paths];
    const [taken] = next.splice(index, 1);
    if (taken === undefined) return;
    next.splice(index + by, 0, taken);
    preferences.setPaths(next);
  };
  return (
    <div className={classes.root}>
      <ScrollArea.Autosize mah={380} type="auto">
        <ul className={classes.list} aria-label={t('list.shownColumns')}>
          {columns.map((column) => {
            const index = paths.indexOf(column.path);
            return (
              <li key={column.path} className={classes.item}>
                <Checkbox
                  checked
                  disabled={columns.length === 1}
                  label={column.label}
                  onChange={() => preferences.setPaths(paths.filter((path) => path !== column.path))}
                />
                <span className={classes.moves}>
                  <ActionIcon
                    size="sm"
                    aria-label={t('list.moveLeft', { column: column.label })}
                    disabled={index === 0}
                    onClick={() => move(index, -1)}
                  >
                    <IconChevronUp size={14} />
                  </ActionIcon>
                  <ActionIcon
                    size="sm"
                    aria-label={t('list.moveRight', { column: column.label })}
                    disabled={index === paths.length - 1}
                    onClick={() => move(index, 1)}
                  >
                    <IconChevronDown size={14} />
                  </ActionIcon>
                </span>
              </li>
            );
          })}
        </ul>
        <div className={classes.search}>
          <TextInput
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
            placeholder={t('list.addColumn')}
            aria-label={t('list.addColumn')}
          />
        </div>
        <ul className={classes.list} aria-label={t('list.hiddenColumns')}>
          {hidden.map((field) => (
            <li key={field.name} className={classes.item}>
              <Checkbox
                checked={false}
                label={field.label}
                onChange={() => preferences.setPaths([...paths, field.name])}
              />
            </li>
          ))}
        </ul>
      </ScrollArea.Autosize>
      <div className={classes.foot}>
        <SegmentedControl
          fullWidth
          aria-label={t('list.density')}
          value={preferences.density}
          onChange={(value) => preferences.setDensity(value as Density)}
          data={[
            { value: 'compact', label: t('list.compact') },
            { value: 'normal', label: t('list.normal') },
            { value: 'relaxed', label: t('list.relaxed') },
          ]}
        />
        <Button
          variant="subtle"
          color="gray"
          fullWidth
          disabled={!preferences.isChanged}
          onClick={preferences.reset}
          mt={6}
        >
          {t('list.resetColumns')}
        </Button>
      </div>
    </div>
  );
}
