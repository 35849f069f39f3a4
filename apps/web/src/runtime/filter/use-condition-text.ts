import {
  type FilterCondition,
  type FilterGroup,
  filterFields,
  formatValue,
  isPeriod,
  isRelative,
  type ObjectDescription,
} from '@trellis/forms';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDisplay } from '../use-display.ts';
import { useTitles } from '../use-titles.ts';

/** Says a condition in a few words: "Stage is any of Proposal, Negotiation". */
export function useConditionText(description: ObjectDescription, filter: FilterGroup) {
  const { t } = useTranslation();
  const display = useDisplay();
  const fields = useMemo(() => filterFields(description), [description]);
  const lookups = filter.items.flatMap((item) => {
    const field =
      item.kind === 'condition' ? fields.find((each) => each.path === item.path)?.field : undefined;
    const only = field?.is_polymorphic === true ? undefined : field?.targets[0];
    return item.kind === 'condition' && only !== undefined && typeof item.value === 'string'
      ? [{ object: only, id: item.value }]
      : [];
  });
  // One object is the usual case; ids of a second one are shown without their titles.
  const object = lookups[0]?.object;
  const ids = useMemo(
    () => lookups.filter((each) => each.object === object).map((each) => each.id),
    [lookups, object],
  );
  const titles = useTitles(object, ids);

  const textOf = (condition: FilterCondition): string => {
    const field = fields.find((each) => each.path === condition.path);
    const verb = field?.verbs.find((each) => each.verb === condition.verb);
    const label = field?.field.label ?? condition.path;
    const words = verb === undefined ? condition.verb : t(`verb.${verb.label}`);
    const { value } = condition;
    let text = '';
    if (verb?.editor === 'none') text = '';
    else if (isPeriod(value)) text = t(`period.${value.period}`).replace('N', String(value.n ?? ''));
    else if (isRelative(value)) text = t('filter.today');
    else if (value === true || value === false) text = value ? t('value.yes') : t('value.no');
    else if (field === undefined) text = String(value ?? '');
    else if (field.field.value_type === 'id') text = titles.get(String(value)) ?? '…';
    else if (Array.isArray(value)) {
      text = value
        .map((each) => formatValue({ ...field.field, value_type: 'option' }, each, display))
        .join(', ');
    } else
      text = formatValue(
        field.field.value_type === 'datetime' ? { ...field.field, value_type: 'date' } : field.field,
        value,
        display,
      );
    return [label, words, text].filter((part) => part !== '').join(' ');
  };

  return (item: FilterCondition | FilterGroup): string => {
    if (item.kind === 'condition') return textOf(item);
    const join = item.join === 'and' ? t('filter.and') : t('filter.or');
    return item.items.map((each) => (each.kind === 'condition' ? textOf(each) : '(…)')).join(` ${join} `);
  };
}
