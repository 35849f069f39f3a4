/**
 * Compiles what rules say about records: validation rules, the conditions of fields, computed defaults and dependent
 * options. All of them may read the acting user and, through lookups, other records; conditions also what the record
 * was before the change.
 */
import { type Component, type ComponentOf, jsonPointer, objectOf, shortName } from '@trellis/metadata';
import { type Compilation, type DraftObject, refuseRelated } from './compilation.ts';
import { compileDependencies } from './compile-dependencies.ts';
import {
  type CheckedExpression,
  checkExpression,
  checkValueExpression,
} from './expressions/check-expression.ts';
import { pathsOfExpression, pathsOfOperand } from './expressions/expression-paths.ts';
import { inputPaths, inputsOfExpression } from './expressions/formula-facts.ts';
import type { FieldPath } from './expressions/path.ts';
import type { CompiledField } from './model.ts';
import {
  type CompiledRule,
  type ComputedDefault,
  type Condition,
  type FieldConditions,
  firstOf,
} from './object-rules.ts';

/** Gives every object its rules. */
export function compileRules(compilation: Compilation): void {
  const rules = Map.groupBy(compilation.ofKind('rule'), ({ component }) => objectOf(component)!);
  const ruled = compilation.ofKind('field').filter(({ component }) => saysRules(component.body));
  const fields = Map.groupBy(ruled, ({ component }) => objectOf(component)!);
  for (const { component } of compilation.ofKind('rule')) compilation.requireObject(component);
  for (const object of compilation.objects.values()) {
    const own = (fields.get(object.name) ?? []).flatMap(({ component }) => {
      const field = object.fields.get(shortName(component.name));
      return field && field.systemColumn === undefined ? [{ component, field }] : [];
    });
    object.rules = {
      validations: (rules.get(object.name) ?? []).flatMap(
        ({ component }) => compileValidation(compilation, component, object) ?? [],
      ),
      conditions: new Map(
        own.flatMap(({ component, field }) => {
          const conditions = compileConditions(compilation, component, object, field);
          return conditions ? [[field.name, conditions] as const] : [];
        }),
      ),
      dependencies: compileDependencies(compilation, object, own),
      defaults: compileDefaults(compilation, object, own),
    };
  }
}

/** Whether the field has anything of what is compiled here: of a hundred thousand most have nothing. */
function saysRules(body: ComponentOf<'field'>['body']): boolean {
  return (
    body.default !== undefined ||
    body.visible_when !== undefined ||
    body.required_when !== undefined ||
    body.read_only_when !== undefined ||
    body.depends_on !== undefined
  );
}

function compileValidation(
  compilation: Compilation,
  component: ComponentOf<'rule'>,
  object: DraftObject,
): CompiledRule | undefined {
  const { body } = component;
  const fields: CompiledField[] = [];
  for (const [index, name] of (body.fields ?? []).entries()) {
    const pointer = jsonPointer('body', 'fields', index);
    const field = object.fields.get(name);
    if (field?.systemColumn === undefined)
      compilation.refer(component, pointer, 'field', `${object.name}.${name}`);
    if (!field) {
      const hint = compilation.didYouMean(name, object.fields.keys());
      compilation.error(
        component,
        'unknown_field',
        pointer,
        `${object.name} has no field \`${name}\` to point at.`,
        hint ?? 'Leave it out.',
      );
    } else if (fields.includes(field))
      compilation.error(component, 'duplicate_item', pointer, `\`${name}\` is pointed at twice.`);
    else fields.push(field);
  }
  const invalidWhen = compileCondition(compilation, component, object, {
    source: body.invalid_when,
    at: '/body/invalid_when',
  });
  if (!invalidWhen) return undefined;
  if (invalidWhen.expression.op === 'constant') {
    compilation.error(
      component,
      'constant_condition',
      '/body/invalid_when',
      invalidWhen.expression.value
        ? 'the condition is always met: nothing could be saved any more.'
        : 'the condition is never met: the rule would do nothing.',
      'Say when a record is invalid, such as `{"is_blank": {"var": "name"}}`.',
    );
    return undefined;
  }
  return {
    name: shortName(component.name),
    label: body.label,
    invalidWhen,
    message: body.message,
    fields,
    severity: body.severity ?? 'error',
    isActive: body.active ?? true,
  };
}

function compileConditions(
  compilation: Compilation,
  component: ComponentOf<'field'>,
  object: DraftObject,
  field: CompiledField,
): FieldConditions | undefined {
  const { body } = component;
  if (
    body.visible_when === undefined &&
    body.required_when === undefined &&
    body.read_only_when === undefined
  )
    return undefined;
  const condition = (property: 'visible_when' | 'required_when' | 'read_only_when') =>
    body[property] === undefined
      ? undefined
      : compileCondition(compilation, component, object, {
          source: body[property],
          at: `/body/${property}`,
        });
  if (body.required_when !== undefined) {
    if (field.isRequired)
      compilation.error(
        component,
        'conflicting_properties',
        '/body/required_when',
        'it is required already: `required_when` would do nothing.',
        'Keep one of the two.',
      );
    else if (!field.isWritable || field.type.name === 'boolean')
      compilation.error(
        component,
        'property_not_applicable',
        '/body/required_when',
        'its value is never blank or never written: `required_when` means nothing on it.',
        'Leave it out.',
      );
  }
  if (body.read_only_when !== undefined && !field.isWritable)
    compilation.error(
      component,
      'property_not_applicable',
      '/body/read_only_when',
      'it is never written: `read_only_when` means nothing on it.',
      'Leave it out.',
    );
  return {
    field,
    visibleWhen: condition('visible_when'),
    requiredWhen: condition('required_when'),
    readOnlyWhen: condition('read_only_when'),
  };
}

function compileCondition(
  compilation: Compilation,
  component: Component,
  object: DraftObject,
  { source, at }: { readonly source: unknown; readonly at: string },
): Condition | undefined {
  const scope = {
    objects: compilation.objects,
    object,
    hasPrevious: true,
    user: ['id', 'name', 'email'],
  } as const;
  const checked = checkExpression(source, scope);
  report(compilation, component, at, checked);
  const { expression } = checked;
  if (expression && at === '/body/visible_when')
    refuseRelated(compilation, component, at, inputsOfExpression(expression));
  return expression && { expression, paths: distinct(pathsOfExpression(expression)) };
}

function report(
  compilation: Compilation,
  component: Component,
  at: string,
  { problems, mentions }: Pick<CheckedExpression, 'problems' | 'mentions'>,
): void {
  for (const { code, pointer, message, hint } of problems)
    compilation.error(component, code, at + pointer, message, hint);
  for (const { pointer, path } of mentions) compilation.referToPath(component, at + pointer, path);
}

/** Computed defaults, ordered so that each comes after those that it reads. */
function compileDefaults(
  compilation: Compilation,
  object: DraftObject,
  own: readonly { readonly component: ComponentOf<'field'>; readonly field: CompiledField }[],
): ComputedDefault[] {
  const found = own.flatMap(({ component, field }) => {
    if (field.default?.kind !== 'computed') return [];
    const scope = { objects: compilation.objects, object, user: ['id', 'name', 'email'] } as const;
    const checked = checkValueExpression(component.body.default, scope);
    report(compilation, component, '/body/default', checked);
    const { value } = checked;
    if (!value) return [];
    if (!isAssignable(value.type, field)) {
      compilation.error(
        component,
        'wrong_type',
        '/body/default',
        `this default does not fit a field of type ${field.type.name}.`,
      );
      return [];
    }
    return [{ component, field, value, paths: distinct(pathsOfOperand(value)) }];
  });
  const byName = new Map(found.map((each) => [each.field.name, each]));
  const levels = new Map<string, number>();
  const levelOf = (name: string, chain: readonly string[]): number => {
    const known = levels.get(name);
    if (known !== undefined) return known;
    const each = byName.get(name)!;
    if (chain.includes(name)) {
      compilation.error(
        each.component,
        'circular_reference',
        '/body/default',
        `the default needs itself: ${[...chain.slice(chain.indexOf(name)), name].join(' → ')}.`,
        'Give one of them a default that reads other fields.',
      );
      levels.set(name, 0);
      return 0;
    }
    const needed = each.paths.map((path) => firstOf(path).name).filter((other) => byName.has(other));
    const level = Math.max(-1, ...needed.map((other) => levelOf(other, [...chain, name]))) + 1;
    levels.set(name, levels.get(name) ?? level);
    return level;
  };
  return found
    .map(({ field, value, paths }) => ({ field, value, paths, level: levelOf(field.name, []) }))
    .sort((left, right) => left.level - right.level);
}

/** Whether a value of that type can become the field's; that it fits is checked like any other value's. */
function isAssignable(type: string, field: CompiledField): boolean {
  const wanted = field.isPolymorphic ? 'reference' : field.type.valueType;
  const isTextual = (each: string) => each === 'text' || each === 'option';
  return type === 'blank' || type === wanted || (isTextual(type) && isTextual(wanted));
}

/** What has to be known of a record: formulas as what they read, each path once. */
function distinct(paths: Iterable<FieldPath>): FieldPath[] {
  return [...inputPaths(paths).values()];
}
