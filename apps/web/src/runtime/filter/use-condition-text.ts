import type { FilterGroup, FilterItem } from '@trellis/forms';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDisplay } from '../use-display.ts';
import { useTitles } from '../use-titles.ts';
import type { ConditionScope } from './condition-fields.ts';
import { comparedRecords, conditionText } from './condition-text.ts';

/** Says conditions in a few words, with the titles of the records that they name. */
export function useConditionText(scope: ConditionScope, filter: FilterGroup): (item: FilterItem) => string {
  const { t } = useTranslation();
  const display = useDisplay();
  const compared = comparedRecords(scope, filter);
  // One object is the usual case; ids of a second one are shown without their titles.
  const object = compared[0]?.object;
  const wanted = JSON.stringify(compared.filter((each) => each.object === object).map((each) => each.id));
  const ids = useMemo(() => JSON.parse(wanted) as string[], [wanted]);
  const titles = useTitles(object, ids);
  return (item) => conditionText({ t, display, scope, titleOf: (id) => titles.get(id) }, item);
}
