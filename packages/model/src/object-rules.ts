/** What rules say about the records of one object, as meant: conditions type-checked, with the fields that they read. */
import type { Expression, Operand } from './expressions/expression.ts';
import type { FieldPath } from './expressions/path.ts';
import { sourcePath } from './expressions/source-path.ts';
import type { CompiledField } from './model.ts';

export interface ObjectRules {
  /** Active and inactive ones, in the order in which they were made. */
  readonly validations: readonly CompiledRule[];
  /** By name of the field; fields without conditions are missing. */
  readonly conditions: ReadonlyMap<string, FieldConditions>;
  /** Selects whose options depend on another field, by name of the select. */
  readonly dependencies: ReadonlyMap<string, OptionDependency>;
  /** Defaults that are computed from the record, each after those that it reads. */
  readonly defaults: readonly ComputedDefault[];
}

/** A condition with every value that it reads (`inputPaths`), `$previous` and `$changed` included. */
export interface Condition {
  readonly expression: Expression;
  readonly paths: readonly FieldPath[];
}

export interface CompiledRule {
  /** Short name. */
  readonly name: string;
  readonly label: string;
  readonly invalidWhen: Condition;
  readonly message: string;
  /** Own fields to point at; none for the record as a whole. */
  readonly fields: readonly CompiledField[];
  readonly severity: 'error' | 'warning';
  readonly isActive: boolean;
}

export interface FieldConditions {
  readonly field: CompiledField;
  readonly visibleWhen: Condition | undefined;
  readonly requiredWhen: Condition | undefined;
  readonly readOnlyWhen: Condition | undefined;
}

export interface OptionDependency {
  readonly field: CompiledField;
  readonly controller: CompiledField;
  /** Per value of the controller (`true` and `false` of a checkbox) what is offered; a missing one offers all. */
  readonly offered: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface ComputedDefault {
  readonly field: CompiledField;
  readonly value: Operand;
  readonly paths: readonly FieldPath[];
  /** 0 when it reads no other computed default, else one more than the highest that it reads. */
  readonly level: number;
}

export const NO_RULES: ObjectRules = Object.freeze({
  validations: [],
  conditions: new Map(),
  dependencies: new Map(),
  defaults: [],
});

/** Whether the option may be chosen beside this value of the controlling field; blank offers nothing. */
export function isOffered(
  offered: { get(value: string): { has(option: string): boolean } | undefined },
  controlling: unknown,
  option: string,
): boolean {
  const value = typeof controlling === 'boolean' ? String(controlling) : controlling;
  if (typeof value !== 'string' || value === '') return false;
  return offered.get(value)?.has(option) ?? true;
}

/** The own field by which a path begins: of a related field the lookup that it looks through. */
export function firstOf(path: FieldPath): CompiledField {
  const source = sourcePath(path);
  return source.through[0] ?? source.field;
}
