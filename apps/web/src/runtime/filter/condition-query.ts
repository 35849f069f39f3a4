/**
 * A condition as react-querybuilder keeps it while it is edited: the same tree as `FilterGroup`, with an id on every
 * part, so that what has the focus keeps it when something beside it moves or goes.
 */
import {
  type FilterCondition,
  type FilterGroup,
  type FilterItem,
  type FilterRelated,
  IS_NEW_PATH,
} from '@trellis/forms';
import { generateID, type RuleGroupType, type RuleType } from 'react-querybuilder';

/** `field` of a rule that is no question about a field but a piece of JSON Logic, in `value`. */
export const EXPRESSION = '$expression';

/** `field` of a rule that asks related records; the question is its value. */
export const RELATED = '$related';

export type ConditionRule = RuleType<string, string>;
export type ConditionQuery = RuleGroupType<ConditionRule>;

/** The query for a filter; `toFilter(toQuery(f))` gives the same filter. */
export function toQuery(group: FilterGroup): ConditionQuery {
  return {
    id: generateID(),
    combinator: group.join,
    not: group.isNegated === true,
    rules: group.items.map((item) => {
      if (item.kind === 'group') return toQuery(item);
      if (item.kind === 'related') return relatedRule(item);
      return item.kind === 'condition' ? toRule(item) : expressionRule(item.logic);
    }),
  };
}

export function toRule({ path, verb, value }: FilterCondition): ConditionRule {
  return { id: generateID(), field: path, operator: verb, value };
}

export function expressionRule(logic: unknown): ConditionRule {
  return { id: generateID(), field: EXPRESSION, operator: '', value: logic };
}

export function relatedRule(question: FilterRelated): ConditionRule {
  return { id: generateID(), field: RELATED, operator: '', value: question };
}

export function toFilter(query: ConditionQuery): FilterGroup {
  return {
    kind: 'group',
    join: query.combinator === 'or' ? 'or' : 'and',
    ...(query.not === true ? { isNegated: true } : {}),
    items: query.rules.map((rule): FilterItem => {
      if ('rules' in rule) return toFilter(rule);
      if (rule.field === EXPRESSION) return { kind: 'expression', logic: rule.value };
      if (rule.field === RELATED) return rule.value as FilterRelated;
      return conditionOf(rule);
    }),
  };
}

export function conditionOf(rule: ConditionRule): FilterCondition {
  // Verbs and values come from `toRule` and the row's controls, which write nothing else.
  return {
    kind: 'condition',
    path: rule.field,
    verb: rule.operator as FilterCondition['verb'],
    value: rule.value as FilterCondition['value'],
  };
}

/** A question about the record itself rather than one of its fields. */
export function isAboutRecord(path: string): boolean {
  return path === IS_NEW_PATH;
}
