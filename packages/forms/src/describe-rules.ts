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
  fieldsOfPath,
  firstOf,
  inputPaths,
  type Model,
  type Operand,
  type PortableExpression,
  pathsOfExpression,
  pathsOfOperand,
  TITLE_FIELD,
  toPortable,
  wholeOf,
} from '@trellis/model';
import type { FieldConditionsDescription, FormulaDescription, RulesDescription } from './description.ts';

type CanRead = (field: CompiledField) => boolean;

export function describeRules({ rules, fields }: CompiledObject, canRead: CanRead): RulesDescription {
  const sent = (condition: Condition | undefined): PortableExpression | undefined =>
    condition && portableFor(condition.expression, pathsOfExpression(condition.expression), canRead);
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
    defaults: rules.defaults.flatMap(({ field, value }) => {
      const portable = canRead(field) ? portableFor(value, pathsOfOperand(value), canRead) : undefined;
      return portable ? [{ field: field.name, value: portable }] : [];
    }),
    formulas: [...fields.values()].flatMap((field): FormulaDescription[] => {
      const shown = field.formula?.value ?? relatedOperand(field, canRead);
      if (!shown || !canRead(field)) return [];
      const paths = [...pathsOfOperand(shown)];
      const value = portableFor(shown, paths, canRead);
      if (!value) return [{ field: field.name, inputs: [] }];
      const inputs = new Set([...inputPaths(paths).values()].map((path) => firstOf(path).name));
      return [{ field: field.name, value, inputs: [...inputs] }];
    }),
  };
}

/** What a related field shows, as a form works it out when its lookup is chosen. Of a link only its id would be known. */
function relatedOperand(field: CompiledField, canRead: CanRead): Operand | undefined {
  if (!field.related || field.type.category === 'relation') return undefined;
  const isKnown = [...fieldsOfPath(field.related)].every((each) => each === TITLE_FIELD || canRead(each));
  if (!isKnown) return undefined;
  return { op: 'field', type: field.type.valueType, path: { text: field.name, through: [], field } };
}

/** A condition of a layout, ready to be evaluated; undefined when the caller may not read what it reads. */
export function describeCondition(
  model: Model,
  object: CompiledObject,
  source: unknown,
  canRead: CanRead,
): PortableExpression | undefined {
  const { expression } = checkExpression(source, { objects: model.objects, object });
  return expression && portableFor(expression, pathsOfExpression(expression), canRead);
}

/** The expression for a caller who may read every field in it, formulas of the record and what these read included. */
function portableFor(
  expression: Expression | Operand,
  paths: Iterable<FieldPath>,
  canRead: CanRead,
): PortableExpression | undefined {
  const read = [...paths];
  return isKnown(read, canRead) ? toPortable(expression, inputPaths(read).values()) : undefined;
}

function isKnown(paths: Iterable<FieldPath>, canRead: CanRead): boolean {
  for (const { through, field } of paths) {
    // The form does not know related records.
    if (field.question) return false;
    const isReadable = [...through, wholeOf(field)].every((each) => each === TITLE_FIELD || canRead(each));
    if (!isReadable) return false;
    // It goes along whole; one behind a lookup comes as a value.
    const own = through.length === 0 ? field.formula : undefined;
    if (own && !isKnown(pathsOfOperand(own.value), canRead)) return false;
  }
  return true;
}
