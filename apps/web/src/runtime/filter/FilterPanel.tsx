import { Button, Group } from '@mantine/core';
import type { FilterGroup, ObjectDescription } from '@trellis/forms';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Filter.module.css';
import { FilterGroupEditor } from './FilterGroupEditor.tsx';
import { newCondition } from './new-condition.ts';

interface FilterPanelProps {
  readonly description: ObjectDescription;
  readonly filter: FilterGroup;
  onApply(filter: FilterGroup): void;
  onClose(): void;
}

/** Builds a filter; nothing is asked of the server before it is applied. */
export function FilterPanel({ description, filter, onApply, onClose }: FilterPanelProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<FilterGroup>(
    filter.items.length > 0 ? filter : { ...filter, items: [newCondition(description)] },
  );
  return (
    <form
      className={classes.panel}
      onKeyDown={(event) => {
        // Escape closes an open list of options first.
        const isListOpen = event.currentTarget.querySelector('[aria-expanded="true"]') !== null;
        if (event.key === 'Escape' && !isListOpen) onClose();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        onApply(draft);
        onClose();
      }}
    >
      <FilterGroupEditor description={description} group={draft} onChange={setDraft} depth={0} />
      <Group justify="space-between" mt="md">
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            onApply({ ...draft, items: [] });
            onClose();
          }}
        >
          {t('filter.clear')}
        </Button>
        <Group gap="sm">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit">{t('filter.apply')}</Button>
        </Group>
      </Group>
    </form>
  );
}
