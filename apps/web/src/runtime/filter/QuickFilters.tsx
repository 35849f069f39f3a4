import { Checkbox, Popover, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type {
  FieldDescription,
  FilterCondition,
  FilterGroup,
  ListColumn,
  ObjectDescription,
} from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import classes from './QuickFilters.module.css';

interface QuickFiltersProps {
  readonly description: ObjectDescription;
  readonly columns: readonly ListColumn[];
  readonly filter: FilterGroup;
  onChange(filter: FilterGroup): void;
}

/** The likeliest questions as one click each: mine, and the options of the columns in sight. */
export function QuickFilters({ description, columns, filter, onChange }: QuickFiltersProps) {
  const { t } = useTranslation();
  const owner = description.fields.find((field) => field.name === 'owner_id');
  const options = columns
    .map((column) => column.field)
    .filter(
      (field, index, all) =>
        field.value_type === 'option' && all.indexOf(field) === index && description.fields.includes(field),
    )
    .slice(0, 3);
  const isAnd = filter.isNegated !== true && (filter.join === 'and' || filter.items.length <= 1);
  const find = (path: string, verb: FilterCondition['verb']) =>
    filter.items.find(
      (item): item is FilterCondition =>
        item.kind === 'condition' && item.path === path && item.verb === verb,
    );
  const put = (condition: FilterCondition | undefined, previous: FilterCondition | undefined) =>
    onChange({
      kind: 'group',
      join: 'and',
      items: [
        ...filter.items.filter((item) => item !== previous),
        ...(condition === undefined ? [] : [condition]),
      ],
    });
  if (!isAnd) return null;
  const mine = find('owner_id', 'is_me');
  return (
    <>
      {owner !== undefined && (
        <UnstyledButton
          className={classes.quick}
          aria-pressed={mine !== undefined}
          onClick={() =>
            put(
              mine === undefined
                ? { kind: 'condition', path: 'owner_id', verb: 'is_me', value: null }
                : undefined,
              mine,
            )
          }
        >
          {t('filter.mine')}
        </UnstyledButton>
      )}
      {options.map((field) => {
        const current = find(field.name, 'in');
        const values = Array.isArray(current?.value) ? current.value.map(String) : [];
        return (
          <OptionFilter
            key={field.name}
            field={field}
            values={values}
            onChange={(next) =>
              put(
                next.length === 0
                  ? undefined
                  : { kind: 'condition', path: field.name, verb: 'in', value: next },
                current,
              )
            }
          />
        );
      })}
    </>
  );
}

interface OptionFilterProps {
  readonly field: FieldDescription;
  readonly values: readonly string[];
  onChange(values: readonly string[]): void;
}

function OptionFilter({ field, values, onChange }: OptionFilterProps) {
  return (
    <Popover position="bottom-start" trapFocus>
      <Popover.Target>
        <UnstyledButton className={classes.quick} data-active={values.length > 0 || undefined}>
          {field.label}
          {values.length > 0 && <span className={classes.count}>{values.length}</span>}
          <IconChevronDown size={12} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={6} className={classes.dropdown}>
        {field.options.map((option) => (
          <Checkbox
            key={option.value}
            className={classes.option}
            checked={values.includes(option.value)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked
                  ? [...values, option.value]
                  : values.filter((each) => each !== option.value),
              )
            }
            label={
              <ColorBadge color={option.color} isRetired={!option.is_active}>
                {option.label}
              </ColorBadge>
            }
          />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
