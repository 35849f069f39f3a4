/**
 * Step 5 of a save, the part that admins have written: validation rules, `required_when`, `read_only_when`, and the
 * options that depend on another field. What reads a value that has a fault of its own is not judged: it would only
 * say the same thing twice.
 */
import { jsonPointer } from '@trellis/metadata';
import {
  type CompiledField,
  type CompiledObject,
  type CompiledRule,
  type Condition,
  type ExpressionContext,
  type FieldConditions,
  type FieldPath,
  firstOf,
  isOffered,
  type OptionDependency,
} from '@trellis/model';
import { holds, type RuleScope } from '@trellis/rules';
import type { Transaction } from '@trellis/storage';
import { type Draft, fail } from './draft.ts';
import type { Parts, SaveRequest } from './parts.ts';
import type { Pinned } from './pinned.ts';
import {
  fillPaths,
  fillRollups,
  firstFieldsOf,
  isDistant,
  type OpenValues,
  ownValues,
  ruleContext,
} from './rule-values.ts';

/** The rules of an object as a save needs them, worked out once per model. */
interface Prepared {
  readonly validations: readonly CompiledRule[];
  readonly conditions: readonly FieldConditions[];
  readonly dependencies: readonly OptionDependency[];
  /** Own fields that anything reads. */
  readonly fields: readonly CompiledField[];
  /** Paths through lookups, of the record as it shall be and (for `read_only_when`) as it is stored. */
  readonly pathsAfter: readonly FieldPath[];
  readonly pathsBefore: readonly FieldPath[];
}

interface Judged {
  readonly draft: Draft;
  readonly after: OpenValues;
  readonly before: OpenValues | undefined;
  /** Names of fields whose values have faults. */
  readonly faulty: ReadonlySet<string>;
}

const prepared = new WeakMap<CompiledObject, Prepared>();
const SHOWN_OPTIONS = 12;

/**
 * Adds what the rules find to the problems and warnings of the drafts. A consequence that the platform owes (a cleared
 * lookup) is bound by none of them, and a change that changes nothing isn't judged.
 */
export async function checkRules(
  parts: Parts,
  pinned: Pinned,
  request: Pick<SaveRequest, 'object' | 'authority' | 'takesBack' | 'warnings'>,
  drafts: readonly Draft[],
  transaction: Transaction | undefined,
): Promise<void> {
  const { object, authority, takesBack = false } = request;
  const rules = prepare(object);
  const hasRules = rules.validations.length + rules.conditions.length + rules.dependencies.length > 0;
  if (!hasRules || authority === 'platform') return;
  const judged = drafts
    .filter((draft) => !draft.failure && (draft.isNew || draft.changes.size > 0 || draft.links.size > 0))
    .map((draft): Judged => {
      const names = draft.problems.map((problem) => problem.pointer.split('/')[1] ?? '');
      return {
        draft,
        after: ownValues(pinned, draft, rules.fields, 'after'),
        before: draft.current && ownValues(pinned, draft, rules.fields, 'before'),
        faulty: new Set(names.filter((name) => name !== '')),
      };
    });
  const sides = judged.map(({ draft, after, before }) => ({ draft, sides: [after, before] }));
  await fillRollups(parts, pinned, { object, fields: rules.fields, rows: sides }, transaction);
  if (rules.pathsAfter.length > 0) {
    const rows = judged.map(({ after }) => after);
    await fillPaths(parts, pinned, rows, rules.pathsAfter, transaction);
  }
  if (rules.pathsBefore.length > 0) {
    const rows = judged.flatMap(({ before }) => (before ? [before] : []));
    if (takesBack) rows.push(...judged.map(({ after }) => after));
    await fillPaths(parts, pinned, rows, rules.pathsBefore, transaction);
  }
  const context = ruleContext(pinned);
  for (const each of judged) {
    for (const conditions of rules.conditions) judgeField(each, conditions, { context, takesBack });
    for (const dependency of rules.dependencies) judgeOptions(pinned, each, dependency);
    for (const rule of rules.validations) judgeRule(pinned, object, each, rule, context);
    if (request.warnings === 'refuse') refuseWarnings(each.draft);
  }
}

function prepare(object: CompiledObject): Prepared {
  const known = prepared.get(object);
  if (known) return known;
  const validations = object.rules.validations.filter((rule) => rule.isActive);
  const conditions = [...object.rules.conditions.values()];
  const dependencies = [...object.rules.dependencies.values()];
  const pathsBefore = conditions.flatMap(({ readOnlyWhen }) => readOnlyWhen?.paths ?? []);
  const pathsAfter = [
    ...validations.flatMap(({ invalidWhen }) => invalidWhen.paths),
    ...conditions.flatMap(({ visibleWhen, requiredWhen }) => [
      ...(visibleWhen?.paths ?? []),
      ...(requiredWhen?.paths ?? []),
    ]),
  ];
  const made = {
    validations,
    conditions,
    dependencies,
    fields: firstFieldsOf([...pathsBefore, ...pathsAfter]),
    pathsAfter: distantOf(pathsAfter),
    pathsBefore: distantOf(pathsBefore),
  };
  prepared.set(object, made);
  return made;
}

function distantOf(paths: readonly FieldPath[]): FieldPath[] {
  const distant = paths.filter(isDistant);
  return [...new Map(distant.map((path) => [path.text, path])).values()];
}

/** Hidden, required, read only. A hidden field asks for nothing. */
function judgeField(
  judged: Judged,
  conditions: FieldConditions,
  { context, takesBack }: { readonly context: ExpressionContext; readonly takesBack: boolean },
): void {
  const { draft, after, before } = judged;
  const { field, visibleWhen, requiredWhen, readOnlyWhen } = conditions;
  const add = (code: string, message: string) =>
    draft.problems.push({ code, pointer: jsonPointer(field.name), message });
  const isChanged = draft.changes.has(field) || draft.links.has(field);
  // As stored: who closes a deal may still set its amount, and who opens it again can't in the same breath.
  if (readOnlyWhen && before && isChanged) {
    const isClosed = holds(readOnlyWhen.expression, { values: before, previous: before, context });
    // What closed it may be what is taken back.
    const staysClosed =
      !takesBack || holds(readOnlyWhen.expression, { values: after, previous: after, context });
    if (isClosed && staysClosed) add('read_only', `${field.label} can not be changed any more.`);
  }
  if (!field.isRequired && !requiredWhen) return;
  const scope: RuleScope = { values: after, previous: before, context };
  const read = [visibleWhen, requiredWhen].filter((each) => each !== undefined);
  if (read.some((condition) => readsAny(condition, judged.faulty)) || !isBlank(draft, field)) return;
  const isConcerned =
    draft.isNew || draft.input.values.has(field) || read.some((condition) => readsChange(condition, draft));
  if (!isConcerned) return;
  const isVisible = !visibleWhen || holds(visibleWhen.expression, scope);
  const isRequired = field.isRequired || (requiredWhen && holds(requiredWhen.expression, scope));
  if (isVisible && isRequired) add('required', `${field.label} is required.`);
}

function judgeRule(
  pinned: Pinned,
  object: CompiledObject,
  { draft, after, before, faulty }: Judged,
  rule: CompiledRule,
  context: ExpressionContext,
): void {
  if (readsAny(rule.invalidWhen, faulty)) return;
  if (!holds(rule.invalidWhen.expression, { values: after, previous: before, context })) return;
  // A field that the caller can't read is unknown to them.
  const names = rule.fields.filter(pinned.isReadable).map((field) => jsonPointer(field.name));
  for (const pointer of names.length > 0 ? names : ['']) {
    const found = { pointer, message: rule.message, rule: `${object.name}.${rule.name}` };
    if (rule.severity === 'error') draft.problems.push({ code: 'rule_violation', ...found });
    else draft.warnings.push({ code: 'rule_warning', ...found, severity: 'warning' });
  }
}

/** Only what the save changes is looked at: the option, or the value that decides what is offered. */
function judgeOptions(
  pinned: Pinned,
  { draft, faulty }: Judged,
  { field, controller, offered }: OptionDependency,
): void {
  if (!draft.changes.has(field) && !draft.changes.has(controller)) return;
  if (faulty.has(field.name) || faulty.has(controller.name)) return;
  const value = draft.data[field.key] ?? null;
  const isTicked = controller.type.valueType === 'boolean';
  const controlling = draft.data[controller.key] ?? (isTicked ? false : null);
  const chosen: readonly unknown[] = Array.isArray(value) ? value : value === null ? [] : [value];
  if (chosen.every((each) => isOffered(offered, controlling, String(each)))) return;
  const isKnown = pinned.isReadable(controller);
  const list = isKnown ? [...(offered.get(String(controlling)) ?? [])] : [];
  draft.problems.push({
    code: 'invalid_option',
    pointer: jsonPointer(field.name),
    message: isKnown
      ? `${field.label} has an option that does not go with ${controller.label}.`
      : `${field.label} has an option that is not offered here.`,
    ...(list.length > 0
      ? {
          hint: `It offers ${list.slice(0, SHOWN_OPTIONS).join(', ')}${list.length > SHOWN_OPTIONS ? ', …' : ''}.`,
        }
      : {}),
  });
}

/** Who asks a person first wants nothing written before they have confirmed. */
function refuseWarnings(draft: Draft): void {
  if (draft.warnings.length === 0) return;
  if (draft.problems.length > 0) draft.problems.push(...draft.warnings);
  else
    draft.failure = fail('unconfirmed_warnings', 'The record has warnings to be confirmed.', draft.warnings);
}

function readsAny(condition: Condition, names: ReadonlySet<string>): boolean {
  return names.size > 0 && condition.paths.some((path) => names.has(firstOf(path).name));
}

function readsChange(condition: Condition, draft: Draft): boolean {
  return condition.paths.some((path) => draft.changes.has(firstOf(path)));
}

function isBlank(draft: Draft, field: CompiledField): boolean {
  if (field.type.valueType !== 'ids') return draft.data[field.key] === undefined;
  const links = draft.links.get(field);
  return links ? links.length === 0 : draft.isNew;
}
