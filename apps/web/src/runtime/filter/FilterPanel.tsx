import { Button, Group } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { type FilterGroup, type ObjectDescription, toJsonLogic } from '@trellis/forms';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { objectQuery } from '../../api.ts';
import { useReturnFocus } from '../../ui/use-return-focus.ts';
import { ConditionTree } from './ConditionTree.tsx';
import { type ConditionScope, MOST_QUESTIONS } from './condition-fields.ts';
import classes from './Filter.module.css';
import { newCondition } from './new-condition.ts';
import { useClickBeside } from './use-click-beside.ts';

interface FilterPanelProps {
  readonly description: ObjectDescription;
  readonly filter: FilterGroup;
  onApply(filter: FilterGroup): void;
  onClose(): void;
}

/** Builds a filter; nothing is asked of the server before it is applied, by its button or by a click beside it. */
export function FilterPanel({ description, filter, onApply, onClose }: FilterPanelProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<FilterGroup>(
    filter.items.length > 0 ? filter : { ...filter, items: [newCondition(description)] },
  );
  const scope = useServerScope(description);
  const form = useRef<HTMLFormElement>(null);
  useReturnFocus();
  // What is complete is kept.
  const beside = useClickBeside(form, (isOpener) => {
    if (textOf(draft) !== textOf(filter)) onApply(draft);
    if (!isOpener) onClose();
  });
  // The panel comes after the popover that would have moved the focus into it.
  useEffect(() => form.current?.querySelector<HTMLElement>('button, input')?.focus(), []);
  return (
    <form
      ref={form}
      className={classes.panel}
      {...beside}
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
      <ConditionTree scope={scope} filter={draft} onChange={setDraft} />
      <Group justify="space-between" mt="md">
        <Button
          variant="subtle"
          color="gray"
          onClick={() => {
            onApply({ kind: 'group', join: draft.join, items: [] });
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

/** What is asked by it: conditions that lack something are left out. */
function textOf(filter: FilterGroup): string | undefined {
  return JSON.stringify(toJsonLogic(filter));
}

/** Objects behind lookups are described by the server when someone goes there. */
function useServerScope(description: ObjectDescription): ConditionScope {
  const [wanted, setWanted] = useState<readonly string[]>([]);
  const known = useQueries({
    queries: wanted.map((name) => objectQuery(name)),
    combine: (results) => results.flatMap((result) => result.data ?? []),
  });
  return useMemo(
    () => ({
      object: description.name,
      hasPrevious: false,
      questionsLeft: MOST_QUESTIONS,
      find: (name) => (name === description.name ? description : known.find((each) => each.name === name)),
      want: (name) => setWanted((current) => (current.includes(name) ? current : [...current, name])),
    }),
    [description, known],
  );
}
