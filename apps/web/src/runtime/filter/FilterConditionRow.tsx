import { Select } from '@mantine/core';
import { type FilterCondition, filterFields, type ObjectDescription } from '@trellis/forms';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Filter.module.css';
import { FilterValueInput } from './FilterValueInput.tsx';
import { conditionOn } from './new-condition.ts';

interface FilterConditionRowProps {
  readonly description: ObjectDescription;
  readonly condition: FilterCondition;
  onChange(condition: FilterCondition): void;
}

/** Field, verb, value. */
export function FilterConditionRow({ description, condition, onChange }: FilterConditionRowProps) {
  const { t } = useTranslation();
  const fields = useMemo(() => filterFields(description), [description]);
  const field = fields.find((each) => each.path === condition.path);
  const verb = field?.verbs.find((each) => each.verb === condition.verb);
  return (
    <div className={classes.condition}>
      <Select
        aria-label={t('filter.field')}
        searchable
        allowDeselect={false}
        data={fields.map((each) => ({ value: each.path, label: each.field.label }))}
        value={condition.path}
        onChange={(path) => {
          const chosen = fields.find((each) => each.path === path);
          if (chosen !== undefined) onChange(conditionOn(chosen));
        }}
        limit={200}
        nothingFoundMessage={t('filter.noField')}
      />
      <Select
        aria-label={t('filter.verb')}
        allowDeselect={false}
        data={(field?.verbs ?? []).map((each) => ({ value: each.verb, label: t(`verb.${each.label}`) }))}
        value={condition.verb}
        onChange={(name) => {
          const chosen = field?.verbs.find((each) => each.verb === name);
          if (chosen === undefined) return;
          // A value stays when the next verb takes the same kind.
          onChange({
            ...condition,
            verb: chosen.verb,
            value: chosen.editor === verb?.editor ? condition.value : null,
          });
        }}
      />
      {field !== undefined && verb !== undefined && (
        <FilterValueInput
          field={field.field}
          editor={verb.editor}
          value={condition.value}
          onChange={(value) => onChange({ ...condition, value })}
        />
      )}
    </div>
  );
}
