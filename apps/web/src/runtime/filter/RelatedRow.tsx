/** A question to related records: "has any Contacts where …", "the sum of Amount of Deals is at least …". */
import { NumberInput, Select } from '@mantine/core';
import {
  addsUp,
  comparesNumber,
  EMPTY_FILTER,
  type FilterGroup,
  type FilterRelated,
  RELATED_COMPARISONS,
  RELATED_FUNCTIONS,
  type RelatedFunction,
} from '@trellis/forms';
import { type ComponentType, createContext, useContext, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { numberSeparators } from '../inputs/separators.ts';
import { useDisplay } from '../use-display.ts';
import {
  type ConditionScope,
  ConditionScopeContext,
  innerScope,
  useConditionScope,
} from './condition-fields.ts';
import { comparisonLabel } from './condition-text.ts';
import { FieldPicker } from './FieldPicker.tsx';
import classes from './Filter.module.css';
import { type RelationChoice, useRelations } from './use-relations.ts';

export interface ConditionTreeProps {
  readonly scope: ConditionScope;
  readonly filter: FilterGroup;
  /** Also told of conditions that are not finished, which `toJsonLogic` leaves out. */
  onChange(filter: FilterGroup): void;
}

/** A tree draws rows, and this row a tree: the tree hands itself down, so that no file imports in a ring. */
export const NestedTree = createContext<ComponentType<ConditionTreeProps> | undefined>(undefined);

interface RelatedRowProps {
  readonly question: FilterRelated;
  onChange(question: FilterRelated): void;
}

export function RelatedRow({ question, onChange }: RelatedRowProps) {
  const { t } = useTranslation();
  const outer = useConditionScope();
  const relations = useRelations();
  const Tree = useContext(NestedTree);
  const relation = relations.find((each) => each.path === question.path);
  const object = relation?.object;
  const scope = useMemo(
    () => (object === undefined ? undefined : innerScope(outer, object)),
    [outer, object],
  );
  useEffect(() => {
    if (object !== undefined && outer.find(object) === undefined) outer.want(object);
  }, [object, outer]);
  const records = relation?.label ?? question.path;
  return (
    <fieldset className={classes.related} aria-label={t('filter.relatedOf', { records })}>
      <div className={classes.condition}>
        <Select
          aria-label={t('filter.relatedFunction')}
          allowDeselect={false}
          data={RELATED_FUNCTIONS.map((name) => ({ value: name, label: t(`related.${name}`) }))}
          value={question.function}
          onChange={(next) => {
            const name = RELATED_FUNCTIONS.find((each) => each === next);
            if (name !== undefined) onChange(withFunction(question, name));
          }}
        />
        <Select
          aria-label={t('filter.relatedRecords')}
          placeholder={t('filter.choose')}
          searchable
          allowDeselect={false}
          data={grouped(relations, t('filter.relatedOwn'))}
          value={question.path === '' ? null : question.path}
          error={question.path !== '' && relation === undefined}
          nothingFoundMessage={t('filter.noField')}
          onChange={(path) => {
            const next = relations.find((each) => each.path === path);
            if (next === undefined) return;
            // What was asked of other records means nothing of these.
            const isSame = next.object === object;
            const { field, ...rest } = question;
            onChange({
              ...(isSame ? question : { ...rest, where: EMPTY_FILTER }),
              path: next.path,
            });
          }}
        />
        {comparesNumber(question.function) && <Comparison question={question} onChange={onChange} />}
      </div>
      {scope !== undefined && addsUp(question.function) && (
        <div className={classes.relatedField}>
          <span>{t('filter.relatedField')}</span>
          <ConditionScopeContext value={scope}>
            <FieldPicker
              path={question.field ?? ''}
              label={t('filter.relatedField')}
              accepts={(field) => field.value_type === 'number'}
              onChoose={(field) => onChange({ ...question, field })}
            />
          </ConditionScopeContext>
        </div>
      )}
      {scope !== undefined && Tree !== undefined && (
        <div className={classes.relatedWhere}>
          <span className={classes.relatedWord}>{t(wordBefore(question))}</span>
          <Tree
            scope={scope}
            filter={question.where}
            onChange={(where) => onChange({ ...question, where })}
          />
        </div>
      )}
    </fieldset>
  );
}

/** What a number of related records is compared with. */
function Comparison({ question, onChange }: RelatedRowProps) {
  const { t } = useTranslation();
  const { decimal, group } = numberSeparators(useDisplay().locale);
  return (
    <div className={classes.pair}>
      <Select
        aria-label={t('filter.verb')}
        allowDeselect={false}
        data={RELATED_COMPARISONS.map((each) => ({ value: each, label: t(`verb.${comparisonLabel(each)}`) }))}
        value={question.comparison ?? null}
        onChange={(next) => {
          const comparison = RELATED_COMPARISONS.find((each) => each === next);
          if (comparison !== undefined) onChange({ ...question, comparison });
        }}
      />
      <NumberInput
        aria-label={t('filter.value')}
        hideControls
        decimalSeparator={decimal}
        thousandSeparator={group}
        value={question.value ?? ''}
        onChange={(value) => onChange({ ...question, value: typeof value === 'number' ? value : null })}
      />
    </div>
  );
}

function wordBefore({ function: name, where }: FilterRelated) {
  if (name === 'all') return where.items.length === 0 ? 'filter.relatedNeeds' : 'filter.relatedHolds';
  return where.items.length === 0 ? 'filter.relatedAll' : 'filter.relatedWhere';
}

function withFunction(question: FilterRelated, name: RelatedFunction): FilterRelated {
  const { field, comparison, value, ...rest } = question;
  return {
    ...rest,
    function: name,
    ...(addsUp(name) && field !== undefined ? { field } : {}),
    ...(comparesNumber(name) ? { comparison: comparison ?? '>=', value: value ?? null } : {}),
  };
}

/** Own relations first, then those behind each lookup under its label. */
function grouped(relations: readonly RelationChoice[], own: string) {
  const groups = Map.groupBy(relations, (each) => each.through ?? own);
  return [...groups].map(([group, choices]) => ({
    group,
    items: choices.map(({ path, label }) => ({ value: path, label })),
  }));
}
