/**
 * What a form may know of the rules of an object: conditions as they are evaluated, without any that reads what the
 * caller may not read. Those are the server's to judge, and the form does as if they weren't there.
 */
import {
  type CompiledField,
  type CompiledObject,
  type Condition,
  checkExpression,
  type Expression,
  type FieldPath,
  inputsOfExpression,
  type Model,
  type Operand,
  type PortableExpression,
  TITLE_FIELD,
  toPortable,
} from '@trellis/model';
import type { FieldConditionsDescription, RulesDescription } from './description.ts';

type CanRead = (field: CompiledField) => boolean;

export function describeRules({ rules }: CompiledObject, canRead: CanRead): RulesDescription {
  const sent = (condition: Condition | undefined): PortableExpression | undefined =>
    condition && portableFor(condition.expression, condition.paths, canRead);
  return {
    validations: rules.validations.flatMap((rule) => {
      const invalidWhen = rule.isActive ? sent(rule.invalidWhen) : undefined;
      if (!invalidWhen) return [];
      const { name, message, severity } = rule;
      const fields = rule.fields.filter(canRead).map((field) => field.name);
      return [{ name, message, severity, fields, invalid_when: invalidWhen }];
    }),
    conditions: Object.fromEntries(
      [...rules.conditions.values()]
        .filter(({ field }) => canRead(field))
        .map(({ field, visibleWhen, requiredWhen, readOnlyWhen }) => {
          const found: [string, PortableExpression | undefined][] = [
            ['visible_when', sent(visibleWhen)],
            ['required_when', sent(requiredWhen)],
            ['read_only_when', sent(readOnlyWhen)],
          ];
          const known = found.filter(([, condition]) => condition !== undefined);
          return [field.name, Object.fromEntries(known) as FieldConditionsDescription];
        }),
    ),
    dependencies: Object.fromEntries(
      [...rules.dependencies.values()]
        .filter(({ field, controller }) => canRead(field) && canRead(controller))
        .map(({ field, controller, offered }) => [
          field.name,
          {
            field: controller.name,
            options: Object.fromEntries([...offered].map(([value, list]) => [value, [...list]])),
          },
        ]),
    ),
    defaults: rules.defaults.flatMap(({ field, value, paths }) => {
      const portable = canRead(field) ? portableFor(value, paths, canRead) : undefined;
      return portable ? [{ field: field.name, value: portable }] : [];
    }),
  };
}

/** A condition of a layout, ready to be evaluated; undefined when the caller may not read what it reads. */
export function describeCondition(
  model: Model,
  object: CompiledObject,
  source: unknown,
  canRead: CanRead,
): PortableExpression | undefined {
  const { expression } = checkExpression(source, { objects: model.objects, object });
  return expression && portableFor(expression, inputsOfExpression(expression), canRead);
}

function portableFor(
  expression: Expression | Operand,
  paths: readonly FieldPath[],
  canRead: CanRead,
): PortableExpression | undefined {
  const isKnown = paths.every((path) =>
    [...path.through, path.field].every((field) => field === TITLE_FIELD || canRead(field)),
  );
  return isKnown ? toPortable(expression, paths) : undefined;
}
