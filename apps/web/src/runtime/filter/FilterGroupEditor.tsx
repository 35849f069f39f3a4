import { ActionIcon, Button, Group, SegmentedControl } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { FilterCondition, FilterGroup, ObjectDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import classes from './Filter.module.css';
import { FilterConditionRow } from './FilterConditionRow.tsx';
import { newCondition } from './new-condition.ts';

interface FilterGroupEditorProps {
  readonly description: ObjectDescription;
  readonly group: FilterGroup;
  readonly depth: number;
  onChange(group: FilterGroup): void;
}

const DEEPEST = 2;

/** Conditions that must all, or of which any must, be met; groups may stand in groups. */
export function FilterGroupEditor({ description, group, depth, onChange }: FilterGroupEditorProps) {
  const { t } = useTranslation();
  const put = (items: FilterGroup['items']) => onChange({ ...group, items });
  const replace = (index: number, item: FilterCondition | FilterGroup) =>
    put(group.items.map((each, at) => (at === index ? item : each)));
  const remove = (index: number) => put(group.items.filter((_, at) => at !== index));
  return (
    <div className={depth > 0 ? classes.nested : undefined}>
      {group.items.length > 1 && (
        <SegmentedControl
          size="xs"
          mb="xs"
          aria-label={t('filter.join')}
          value={group.join}
          onChange={(join) => onChange({ ...group, join: join === 'or' ? 'or' : 'and' })}
          data={[
            { value: 'and', label: t('filter.all') },
            { value: 'or', label: t('filter.any') },
          ]}
        />
      )}
      <ul className={classes.items}>
        {group.items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity but their place.
          <li key={index} className={classes.item}>
            {item.kind === 'condition' ? (
              <FilterConditionRow
                description={description}
                condition={item}
                onChange={(next) => replace(index, next)}
              />
            ) : (
              <FilterGroupEditor
                description={description}
                group={item}
                depth={depth + 1}
                onChange={(next) => replace(index, next)}
              />
            )}
            <ActionIcon aria-label={t('filter.remove')} onClick={() => remove(index)} mt={2}>
              <IconTrash size={15} stroke={1.75} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <Group gap="xs" mt="xs">
        <Button
          variant="subtle"
          size="compact-xs"
          leftSection={<IconPlus size={13} />}
          onClick={() => put([...group.items, newCondition(description)])}
        >
          {t('filter.addCondition')}
        </Button>
        {depth < DEEPEST && (
          <Button
            variant="subtle"
            size="compact-xs"
            color="gray"
            leftSection={<IconPlus size={13} />}
            onClick={() =>
              put([
                ...group.items,
                {
                  kind: 'group',
                  join: group.join === 'and' ? 'or' : 'and',
                  items: [newCondition(description)],
                },
              ])
            }
          >
            {t('filter.addGroup')}
          </Button>
        )}
      </Group>
    </div>
  );
}
