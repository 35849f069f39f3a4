/**
 * What the rules say of a form while it is filled in: the same expressions on the same evaluator as on the server,
 * which has the last word. A condition that reads a record that is not at hand is left to it.
 */
import { type FormRules, isBlank, type ObjectDescription } from '@trellis/forms';
import {
  type ExpressionContext,
  fromPortable,
  isOffered,
  type JsonValue,
  type Operand,
  type PortableExpression,
} from '@trellis/model';
import { evaluate, holds, type RuleScope, type Values } from '@trellis/rules';
import { isDecidable } from './conditions.ts';

export interface Finding {
  readonly rule: string;
  readonly message: string;
  readonly severity: 'error' | 'warning';
  readonly fields: readonly string[];
}

export interface Judged {
  readonly rules: FormRules;
  readonly findings: readonly Finding[];
}

export interface FormState {
  /** As typed, by path. */
  readonly values: Values;
  /** As stored; undefined for a new record. */
  readonly stored: Values | undefined;
  readonly context: ExpressionContext;
}

export function judge({ rules }: ObjectDescription, { values, stored, context }: FormState): Judged {
  const scope: RuleScope = { values, previous: stored, context };
  const isTrue = (condition: PortableExpression | undefined, inScope: RuleScope, otherwise: boolean) =>
    condition === undefined || !isDecidable(condition, inScope.values)
      ? otherwise
      : holds(fromPortable(condition), inScope);
  const hidden = new Set<string>();
  const required = new Set<string>();
  const readOnly = new Set<string>();
  for (const [name, conditions] of Object.entries(rules.conditions)) {
    if (!isTrue(conditions.visible_when, scope, true)) hidden.add(name);
    else if (isTrue(conditions.required_when, scope, false)) required.add(name);
    const before = stored && { values: stored, previous: stored, context };
    if (before && isTrue(conditions.read_only_when, before, false)) readOnly.add(name);
  }
  return {
    rules: { hidden, required, readOnly, offered: offeredOptions(rules.dependencies, values) },
    findings: rules.validations
      .filter((rule) => isTrue(rule.invalid_when, scope, false))
      .map(({ name, message, severity, fields }) => ({ rule: name, message, severity, fields })),
  };
}

type Dependencies = ObjectDescription['rules']['dependencies'];

/** Per dependent select the options that are offered beside the value that decides; all of them when it is missing. */
export function offeredOptions(dependencies: Dependencies, values: Values): FormRules['offered'] {
  const offered = new Map<string, ReadonlySet<string>>();
  for (const [name, { field, options }] of Object.entries(dependencies)) {
    const value = values[field];
    if (value === true || value === false || (typeof value === 'string' && value !== '')) {
      const list = Object.hasOwn(options, String(value)) ? options[String(value)] : undefined;
      if (list !== undefined) offered.set(name, new Set(list));
    } else offered.set(name, new Set());
  }
  return offered;
}

/** What of a dependent select's value may stay beside the values that decide: cleared where it may not. */
export function keepOffered(
  { rules }: ObjectDescription,
  before: Values,
  after: Values,
): ReadonlyMap<string, JsonValue> {
  const changes = new Map<string, JsonValue>();
  const current: Record<string, JsonValue | undefined> = { ...after };
  // A chain clears from its beginning: as many rounds as it may be long.
  for (const _ of Object.keys(rules.dependencies)) {
    for (const [name, { field, options }] of Object.entries(rules.dependencies)) {
      if (current[field] === before[field]) continue;
      const value = current[name];
      const map = new Map(Object.entries(options).map(([key, list]) => [key, new Set(list)]));
      const chosen: readonly unknown[] = Array.isArray(value) ? value : isBlank(value) ? [] : [value];
      const kept = chosen.filter((each) => isOffered(map, current[field], String(each)));
      if (kept.length === chosen.length) continue;
      const next = (Array.isArray(value) && kept.length > 0 ? kept : null) as JsonValue;
      current[name] = next;
      changes.set(name, next);
    }
  }
  return changes;
}

/** Computed defaults of a new record, for fields that nobody has touched; those that can't be known are left out. */
export function computedDefaults(
  { rules }: ObjectDescription,
  state: Pick<FormState, 'values' | 'context'>,
  isTouched: (field: string) => boolean,
): ReadonlyMap<string, JsonValue> {
  const values: Record<string, JsonValue | undefined> = { ...state.values };
  const computed = new Map<string, JsonValue>();
  for (const { field, value } of rules.defaults) {
    if (isTouched(field) || !isDecidable(value, values)) continue;
    const result = evaluate(fromPortable<Operand>(value), { values, context: state.context });
    values[field] = result;
    computed.set(field, result);
  }
  return computed;
}

/**
 * Formula fields by name: each value as it follows from what is typed, or undefined where only the server can tell,
 * since it reads what this person may not read, what isn't at hand, or what a save gives the record.
 */
export function liveFormulas(
  { rules, fields }: ObjectDescription,
  { values, stored, context }: FormState,
): ReadonlyMap<string, JsonValue | undefined> {
  const isGivenOnSave = (name: string) =>
    stored !== undefined
      ? MOVED_BY_SAVES.has(name)
      : fields.find((field) => field.name === name)?.access !== 'update';
  return new Map(
    rules.formulas.map(({ field, value, inputs }) => [
      field,
      value === undefined || !isDecidable(value, values) || inputs.some(isGivenOnSave)
        ? undefined
        : evaluate(fromPortable<Operand>(value), { values, context }),
    ]),
  );
}

const MOVED_BY_SAVES: ReadonlySet<string> = new Set(['version', 'updated_at', 'updated_by']);

/** Every value of another record that the rules and formulas of a form read. */
export function readsOf({ rules }: ObjectDescription): readonly PortableExpression['reads'][number][] {
  const conditions = [
    ...rules.validations.map((rule) => rule.invalid_when),
    ...Object.values(rules.conditions).flatMap((each) => Object.values(each) as PortableExpression[]),
    ...rules.defaults.map((each) => each.value),
    ...rules.formulas.flatMap((each) => each.value ?? []),
  ];
  return [...new Map(conditions.flatMap(({ reads }) => reads).map((each) => [each.text, each])).values()];
}
