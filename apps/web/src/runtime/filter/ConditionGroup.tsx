/** Conditions that must all, of which any, not all or none must be met; groups may stand in groups. */
import { ActionIcon, Button, Group, Select } from '@mantine/core';
import { IconMathFunction, IconPlus, IconSitemap, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { RuleGroupProps } from 'react-querybuilder';
import { ConditionRow } from './ConditionRow.tsx';
import { useConditionScope } from './condition-fields.ts';
import {
  type ConditionQuery,
  type ConditionRule,
  expressionRule,
  relatedRule,
  toRule,
} from './condition-query.ts';
import classes from './Filter.module.css';
import { focusAfterRemoval } from './focus-after-removal.ts';
import { newCondition, newRelated } from './new-condition.ts';
import { useRelations } from './use-relations.ts';

/** Groups within groups beyond this are no help to anyone: what is deeper already is still shown. */
const DEEPEST = 3;

export function ConditionGroup(props: RuleGroupProps) {
  const { path, schema, actions } = props;
  const { t } = useTranslation();
  const scope = useConditionScope();
  const description = scope.find(scope.object);
  // Both are of the kind that `toQuery` makes: without combinators between the rules.
  const group = props.ruleGroup as ConditionQuery;
  const depth = path.length;
  const count = group.rules.length;
  const isNegated = group.not === true;
  const first = () => (description === undefined ? undefined : toRule(newCondition(description)));
  const add = (rule: ConditionRule | undefined) => rule !== undefined && actions.onRuleAdd(rule, path);
  const { formula } = scope;
  const relations = useRelations();
  return (
    <fieldset className={classes.group} data-nested={depth > 0 || undefined} aria-label={t('filter.group')}>
      {(count > 1 || isNegated || depth > 0) && (
        <Group justify="space-between" mb="xs" wrap="nowrap">
          <JoinSelect
            group={group}
            onChange={(property, value) => actions.onPropChange(property, value, path)}
          />
          {depth > 0 && (
            <ActionIcon
              aria-label={t('filter.removeGroup')}
              onClick={(event) => {
                const own = event.currentTarget.closest('fieldset');
                focusAfterRemoval(own?.parentElement?.closest('fieldset'));
                actions.onGroupRemove(path);
              }}
            >
              <IconTrash size={15} stroke={1.75} />
            </ActionIcon>
          )}
        </Group>
      )}
      <ul className={classes.items}>
        {group.rules.map((rule, index) => {
          const common = {
            path: [...path, index],
            schema,
            actions,
            translations: props.translations,
            shiftUpDisabled: index === 0 && depth === 0,
            shiftDownDisabled: index === count - 1 && depth === 0,
          };
          return (
            <li key={rule.id}>
              {'rules' in rule ? (
                <ConditionGroup {...common} ruleGroup={rule} />
              ) : (
                <ConditionRow {...common} rule={rule} />
              )}
            </li>
          );
        })}
      </ul>
      <Group gap="xs" mt="xs">
        <Button
          data-add-condition
          variant="subtle"
          size="compact-xs"
          leftSection={<IconPlus size={13} aria-hidden />}
          onClick={() => add(first())}
        >
          {t('filter.addCondition')}
        </Button>
        {depth < DEEPEST && (
          <Button
            variant="subtle"
            size="compact-xs"
            color="gray"
            leftSection={<IconPlus size={13} aria-hidden />}
            onClick={() => {
              const rule = first();
              const combinator = group.combinator === 'and' ? 'or' : 'and';
              actions.onGroupAdd({ combinator, not: false, rules: rule === undefined ? [] : [rule] }, path);
            }}
          >
            {t('filter.addGroup')}
          </Button>
        )}
        {scope.questionsLeft > 0 && relations.length > 0 && (
          <Button
            variant="subtle"
            size="compact-xs"
            color="gray"
            leftSection={<IconSitemap size={13} aria-hidden />}
            onClick={() => add(relatedRule(newRelated(relations.length === 1 ? relations[0] : undefined)))}
          >
            {t('filter.addRelated')}
          </Button>
        )}
        {formula !== undefined && (
          <Button
            variant="subtle"
            size="compact-xs"
            color="gray"
            leftSection={<IconMathFunction size={13} aria-hidden />}
            onClick={() => formula.edit(scope, undefined, (logic) => add(expressionRule(logic)))}
          >
            {t('filter.addFormula')}
          </Button>
        )}
      </Group>
    </fieldset>
  );
}

interface JoinSelectProps {
  readonly group: ConditionQuery;
  onChange(property: 'combinator' | 'not', value: string | boolean): void;
}

/** Joining and negation as one choice in words. */
function JoinSelect({ group, onChange }: JoinSelectProps) {
  const { t } = useTranslation();
  const isNegated = group.not === true;
  const choices = [
    { value: 'and', label: t('filter.all') },
    { value: 'or', label: t('filter.any') },
    { value: 'not or', label: t('filter.none') },
    { value: 'not and', label: t('filter.notAll') },
  ];
  return (
    <Select
      size="xs"
      w={170}
      aria-label={t('filter.join')}
      allowDeselect={false}
      data={choices}
      value={`${isNegated ? 'not ' : ''}${group.combinator}`}
      onChange={(choice) => {
        const negated = choice?.startsWith('not ') === true;
        const combinator = choice?.endsWith('or') === true ? 'or' : 'and';
        if (combinator !== group.combinator) onChange('combinator', combinator);
        if (negated !== isNegated) onChange('not', negated);
      }}
    />
  );
}
