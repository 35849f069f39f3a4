/**
 * The model: what a workspace's metadata means, resolved and frozen. It is the one thing that rooms to the right
 * read; nobody there looks at raw metadata again. Made by `compile`, pinned by each request for its whole life.
 */
import type {
  AppBody,
  ColorName,
  Component,
  FieldBody,
  LayoutBody,
  ObjectBody,
  RecordTypeBody,
  ViewBody,
} from '@trellis/metadata';
import type { AccessModel } from './access-model.ts';
import type { Expression, Operand } from './expressions/expression.ts';
import type { FormulaFacts } from './expressions/formula-facts.ts';
import type { FieldPath, SortKey } from './expressions/path.ts';
import type { RelatedQuestion } from './expressions/related-field.ts';
import type { CompiledOption, FieldType, JsonValue } from './field-type.ts';
import type { ObjectRules } from './object-rules.ts';

export interface Model {
  readonly objects: ReadonlyMap<string, CompiledObject>;
  readonly apps: readonly CompiledApp[];
  /** Roles, permission sets and sharing rules. */
  readonly access: AccessModel;
  /** Every component as written, by `componentId`. */
  readonly components: ReadonlyMap<string, Component>;
  /** Who mentions whom, for "what depends on this". */
  readonly references: readonly Reference[];
}

export interface Reference {
  /** `componentId` of the one that mentions, and the pointer in it. */
  readonly from: string;
  readonly pointer: string;
  /** `componentId` of the one that is mentioned. */
  readonly to: string;
}

export interface CompiledObject {
  readonly name: string;
  /** Its first name, for ever: the name of its table. */
  readonly key: string;
  readonly label: string;
  readonly pluralLabel: string;
  readonly icon: string;
  readonly color: ColorName;
  readonly body: ObjectBody;
  /** Defined by the platform (user, team): written through its own door, never through /records. */
  readonly isSystem: boolean;
  /** System fields (`id`, `owner_id`, …) first, then own fields in the order they were made. */
  readonly fields: ReadonlyMap<string, CompiledField>;
  /** The own fields alone, name field first. */
  readonly ownFields: readonly CompiledField[];
  readonly nameField: CompiledField;
  /** Set when a field is a parent lookup: the first of them. */
  readonly parentField: CompiledField | undefined;
  readonly recordTypes: readonly CompiledRecordType[];
  readonly layouts: ReadonlyMap<string, CompiledLayout>;
  readonly views: ReadonlyMap<string, CompiledView>;
  /** Lookups on other objects (or this one) that point here. */
  readonly reverseLookups: readonly ReverseLookup[];
  /** Validation rules, conditions of fields, computed defaults, dependent options. */
  readonly rules: ObjectRules;
  readonly keepsHistory: boolean;
  /** Days that history is kept; undefined: for ever. */
  readonly historyDays: number | undefined;
  /** Days that deleted records are kept; undefined: until somebody erases them. */
  readonly binDays: number | undefined;
  readonly isSearchable: boolean;
}

/** How a formula field gets its value: computed when it is read, or by the trigger of a promoted column. */
export interface CompiledFormula {
  readonly value: Operand;
  readonly facts: FormulaFacts;
  /** It depends on the record's own fields alone, so that a column may keep it. */
  readonly isStorable: boolean;
}

export interface CompiledField {
  readonly name: string;
  /** Its first name, for ever: its key in `data`. Two fields of an object, deleted ones included, never share one. */
  readonly key: string;
  /** API name of the object that it belongs to. */
  readonly object: string;
  readonly label: string;
  /** Of a formula the type of its result, read only. */
  readonly type: FieldType;
  readonly body: FieldBody;
  /** Given: the value is computed and never in `data`. */
  readonly formula?: CompiledFormula | undefined;
  /** Given: the way to a value of another record, which the field shows; it keeps none of its own. */
  readonly related?: FieldPath | undefined;
  /** For system fields: the column that holds it. Own fields live in `data`. */
  readonly systemColumn: string | undefined;
  readonly isRequired: boolean;
  readonly isUnique: boolean;
  /** An index is wanted: lookups, unique, `indexed`, searchable, the name, and what views filter and sort by. */
  readonly isIndexed: boolean;
  /** Nobody wanted it but views, and they ask no more than whether the field is blank. */
  readonly isIndexedForBlank?: boolean;
  readonly isSearchable: boolean;
  /** False for auto-numbers, system columns and other computed values. */
  readonly isWritable: boolean;
  readonly options: readonly CompiledOption[];
  /** For lookups: API names of the objects that it may point to. Empty for all other types. */
  readonly targets: readonly string[];
  /** True when the value is `{object, id}`: `to` names several objects. */
  readonly isPolymorphic: boolean;
  readonly junction: Junction | undefined;
  /** Of a roll-up: what it is worked out from. */
  readonly rollup?: CompiledRollup;
  /** A literal, or one of the expressions that a default may be. */
  readonly default: FieldDefault | undefined;
  /** Set on a part of a structured value, which is no field of the object: the city of an address. */
  readonly part?: { readonly of: CompiledField; readonly name: string } | undefined;
  /** Set on a question to related records, which is no field of the object either. */
  readonly question?: RelatedQuestion | undefined;
}

export type FieldDefault =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'today' }
  | { readonly kind: 'now' }
  | { readonly kind: 'user' }
  /** An expression on the record, which stands among the object's `rules`. */
  | { readonly kind: 'computed' };

/** How a multi_lookup is stored: rows of `object` whose `near` points here and whose `far` points there. */
export interface Junction {
  readonly object: string;
  readonly near: string;
  readonly far: string;
}

/** What a roll-up is worked out from: records of `object` that `via` ties to the record, those that meet `filter`. */
export interface CompiledRollup {
  readonly function: NonNullable<FieldBody['rollup']>['function'];
  readonly object: string;
  readonly via: RollupPath;
  /** Undefined for a count, and for `any` and `all` over the filter alone. */
  readonly field: CompiledField | undefined;
  /** On the record's own fields only, independent of time and user. */
  readonly filter: Expression | undefined;
}

/** A lookup of the records that points here, or a junction whose `near` points here and whose `far` to them. */
export type RollupPath =
  | { readonly is: 'lookup'; readonly lookup: CompiledField }
  | {
      readonly is: 'junction';
      readonly object: string;
      readonly near: CompiledField;
      readonly far: CompiledField;
    };

export interface ReverseLookup {
  /** `contacts`: unique among the reverse lookups of one object. */
  readonly name: string;
  readonly label: string;
  /** The object that holds the lookup, and the lookup's name there. */
  readonly object: string;
  readonly field: string;
}

export interface CompiledRecordType {
  readonly name: string;
  readonly label: string;
  readonly isActive: boolean;
  readonly isDefault: boolean;
  readonly body: RecordTypeBody;
}

export interface CompiledLayout {
  readonly name: string;
  readonly label: string;
  readonly body: LayoutBody;
}

export interface CompiledView {
  readonly name: string;
  readonly label: string;
  readonly isDefault: boolean;
  readonly columns: readonly FieldPath[];
  readonly filter: Expression | undefined;
  readonly sort: readonly SortKey[];
  /** Of a board: the field of the object whose options are its columns. */
  readonly board: CompiledField | undefined;
  readonly body: ViewBody;
}

export interface CompiledApp {
  readonly name: string;
  readonly label: string;
  readonly body: AppBody;
}
