/** Says a condition in words: "Stage is any of Proposal, Negotiation". */
import {
  type FilterCondition,
  type FilterItem,
  type FilterRelated,
  formatValue,
  IS_NEW_PATH,
  isFieldValue,
  isPeriod,
  isRelative,
  PREVIOUS_PREFIX,
} from '@trellis/forms';
import type { Display } from '@trellis/model';
import type { TFunction } from 'i18next';
import { type ConditionScope, findField, innerScope, verbsAt } from './condition-fields.ts';
import { relationChoices } from './use-relations.ts';

export interface ConditionWords {
  readonly t: TFunction<'main'>;
  readonly display: Display;
  readonly scope: ConditionScope;
  /** The title of a record that a lookup is compared with. */
  titleOf(id: string): string | undefined;
}

/** The words for a condition or a group of them; `depth` is told by the group around. */
export function conditionText(words: ConditionWords, item: FilterItem, depth = 0): string {
  const { t, scope } = words;
  if (item.kind === 'condition') return questionText(words, item);
  if (item.kind === 'related') return relatedText(words, item);
  if (item.kind === 'expression') return scope.formula?.textOf(item.logic) ?? t('filter.formula');
  const join = item.join === 'and' ? t('filter.and') : t('filter.or');
  const parts = item.items.map((each) => conditionText(words, each, depth + 1));
  const text = parts.join(` ${join} `);
  if (item.isNegated === true) return t('filter.not', { condition: text });
  return depth > 0 && parts.length > 1 ? `(${text})` : text;
}

/** `Account › Industry`, or the path itself where it leads nowhere. */
export function pathText({ t, scope }: Pick<ConditionWords, 't' | 'scope'>, path: string): string {
  if (path === IS_NEW_PATH) return t('filter.record');
  const { field, labels } = findField(scope, path);
  const label = field === undefined ? path : labels.join(' › ');
  return path.startsWith(PREVIOUS_PREFIX) ? t('filter.previous', { label }) : label;
}

/** How a comparison of numbers is called in the messages. */
export function comparisonLabel(comparison: NonNullable<FilterRelated['comparison']>) {
  return COMPARISON_LABELS[comparison];
}

const COMPARISON_LABELS = {
  '>=': 'at_least',
  '<=': 'at_most',
  '>': 'more',
  '<': 'less',
  '==': 'is',
  '!=': 'is_not',
} as const;

/** "has any Contacts where …", "number of Deals where … is at least 3". */
function relatedText(words: ConditionWords, question: FilterRelated): string {
  const { t, scope, display } = words;
  const relation = relationChoices(scope).find((each) => each.path === question.path);
  const label = relation?.label ?? question.path;
  const named = relation?.through === undefined ? label : `${relation.through} › ${label}`;
  const inner = relation === undefined ? words : { ...words, scope: innerScope(scope, relation.object) };
  const condition = question.where.items.length === 0 ? '' : conditionText(inner, question.where);
  const joined = question.function === 'all' ? 'filter.recordsHold' : 'filter.recordsWhere';
  const records = condition === '' ? named : t(joined, { records: named, condition });
  const field = question.field === undefined ? '' : pathText(inner, question.field);
  const said = t(`relatedText.${question.function}`, { records, field });
  if (question.comparison === undefined) return said;
  const number = typeof question.value === 'number' ? question.value.toLocaleString(display.locale) : '';
  return `${said} ${t(`verb.${comparisonLabel(question.comparison)}`)} ${number}`;
}

function questionText(words: ConditionWords, condition: FilterCondition): string {
  const { t, display, scope } = words;
  const { path, value } = condition;
  const { field } = findField(scope, path);
  const verb = verbsAt(scope, path, field).find((each) => each.verb === condition.verb);
  const said = verb === undefined ? condition.verb : t(`verb.${verb.label}`);
  let text = '';
  if (verb?.editor === 'none') text = '';
  else if (verb?.editor === 'fields')
    text = Array.isArray(value) ? value.map((name) => pathText(words, String(name))).join(', ') : '';
  else if (isFieldValue(value)) text = pathText(words, value.field);
  else if (isPeriod(value)) text = t(`period.${value.period}`).replace('N', String(value.n ?? ''));
  else if (isRelative(value)) text = t('filter.today');
  else if (value === true || value === false) text = value ? t('value.yes') : t('value.no');
  else if (field === undefined) text = String(value ?? '');
  else if (field.value_type === 'id' || field.value_type === 'reference')
    text = words.titleOf(idOf(value)) ?? '…';
  else if (Array.isArray(value))
    text = value.map((each) => formatValue({ ...field, value_type: 'option' }, each, display)).join(', ');
  else
    text = formatValue(
      field.value_type === 'datetime' ? { ...field, value_type: 'date' } : field,
      value,
      display,
    );
  return [pathText(words, path), said, text].filter((part) => part !== '').join(' ');
}

export function idOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'id' in value) return String(value.id);
  return typeof value === 'string' ? value : '';
}

/** The records that the conditions of a tree compare lookups with, by object. */
export function comparedRecords(scope: ConditionScope, item: FilterItem): { object: string; id: string }[] {
  if (item.kind === 'group') return item.items.flatMap((each) => comparedRecords(scope, each));
  if (item.kind === 'expression') return [];
  if (item.kind === 'related') {
    const object = relationChoices(scope).find((each) => each.path === item.path)?.object;
    return object === undefined ? [] : comparedRecords(innerScope(scope, object), item.where);
  }
  const { field } = findField(scope, item.path);
  const object = field?.is_polymorphic === true ? undefined : field?.targets[0];
  const id = idOf(item.value);
  return object === undefined || id === '' ? [] : [{ object, id }];
}
