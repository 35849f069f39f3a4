/**
 * What a field type is: every facet of one kind of value, in one constant per file under `field-types/`.
 * Storage, engine, forms and web read the facets and never ask "is this a date?" by name where a facet can say it.
 * A facet is data or a pure function; nothing here does I/O or reads the clock.
 */
import type { ColorName, FieldBody, FieldTypeName, Problem } from '@trellis/metadata';
import type { CompiledField } from './model.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
export type JsonSchema = { readonly [keyword: string]: unknown };

/** How expressions see a value. `reference` is `{object, id}`, the value of a lookup with several targets. */
export type ValueType =
  | 'text'
  | 'number'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'time'
  | 'option'
  | 'options'
  /** A list of free texts. */
  | 'texts'
  /** An object or anything else of JSON, which can be asked only whether it is there. */
  | 'structure'
  | 'id'
  | 'ids'
  | 'reference';

export type FilterOperator =
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'contains'
  | 'starts_with'
  | 'ends_with'
  | 'includes_any'
  | 'includes_all'
  /** Of links into a tree; which fields those are the model says, not the type. */
  | 'is_under'
  | 'is_blank'
  | 'period';

export type AggregateFunction = 'count' | 'count_distinct' | 'sum' | 'avg' | 'min' | 'max';

/** How a value is held in SQL when its field is promoted to a column. */
export interface ColumnFacet {
  readonly type: 'text' | 'numeric' | 'boolean' | 'date' | 'timestamptz' | 'text[]' | 'uuid' | 'jsonb';
  /** `btree` for scalars, `gin` for arrays, `none` for what is too long or too rich to be looked up by its value. */
  readonly index: 'btree' | 'gin' | 'none';
  /** The text is HTML: searches look at its words alone. */
  readonly isMarkup?: boolean;
  /** What of it is searched for, where that is not its words: the digits alone; a number without zeros before it, too. */
  readonly searchedAs?: 'digits' | 'number';
  /** An address for machines: its signs count, its case does not. */
  readonly isAddress?: boolean;
  /** Of a list of objects: the property of each that the column holds. The whole value is read from `data`. */
  readonly entry?: string;
}

/** Text as a person or a file gives it, understood or refused. */
export type ParsedText = { readonly value: JsonValue } | { readonly problem: string };

export interface Display {
  /** BCP 47, such as `en-GB`. */
  readonly locale: string;
  /** IANA zone, such as `Europe/Berlin`; only instants use it. */
  readonly timeZone: string;
  /** ISO 4217 code for currency fields that name none. */
  readonly currency: string;
}

export interface FieldType {
  readonly name: FieldTypeName;
  /** For admins, in the builder's list of types. */
  readonly label: string;
  readonly description: string;
  readonly category: 'text' | 'number' | 'date' | 'choice' | 'relation' | 'computed';
  /** Tabler icon of the type. */
  readonly icon: string;
  /** Properties of a field's body that mean something for this type, beyond those that all types have. */
  readonly properties: readonly (keyof FieldBody)[];
  readonly valueType: ValueType;
  /** Of a structured type: its parts, which can be asked for by path (`billing_address.city`). */
  readonly parts?: {
    readonly [name: string]: {
      readonly label: string;
      readonly type: FieldType;
      /** Of use in expressions alone: offered neither as a column nor as a filter. */
      readonly isForExpressions?: true;
    };
  };
  /** The part that lists are sorted by when they are sorted by the field. */
  readonly sortedBy?: string;
  /** Its values are never read by anybody, whatever their rights. */
  readonly isSecret?: true;
  /** Its values are sealed where they are stored, and opened for whoever may read them. */
  readonly isEncrypted?: true;
  /** Its values are files, which are claimed when a record that refers to them is saved. */
  readonly holdsFiles?: true;
  /** Undefined: the type keeps no value of its own (a multi_lookup lives on its junction). */
  readonly column: ColumnFacet | undefined;
  /** True: people and programs can't write it. */
  readonly isReadOnly: boolean;
  readonly filterOperators: readonly FilterOperator[];
  readonly aggregates: readonly AggregateFunction[];
  readonly isSortable: boolean;
  readonly isGroupable: boolean;
  /** Which widget edits it and which cell shows it: names in the web's registry. */
  readonly widget: string;
  /** What two records' values become when records are merged: the surviving one's, or both together. */
  readonly merge: 'keep' | 'union';
  /** Types that its values can be turned into. */
  readonly convertsTo: readonly FieldTypeName[];

  /** Faults of a definition that the schema can't see, pointers from the body: `/max_length`. */
  check(body: FieldBody): readonly Omit<Problem, 'component' | 'severity'>[];
  /** JSON Schema of the canonical, non-blank value. Used by the server, the form and the OpenAPI document. */
  valueSchema(field: CompiledField): JsonSchema;
  /**
   * The canonical form of a value given over the API: trimmed, normalised, rounded. Blank gives null. What isn't
   * understood is returned as it came, for `valueSchema` to refuse.
   */
  canonicalise(value: unknown, field: CompiledField): unknown;
  /** Reads text typed by a person or found in a file. Blank text is null. */
  parseText(text: string, field: CompiledField): ParsedText;
  /** Text from which `parseText` gets the same value back: for CSV. */
  toText(value: JsonValue, field: CompiledField): string;
  /** Text for people. */
  display(value: JsonValue, field: CompiledField, display: Display): string;
  /** Order of two canonical values, blanks excluded. */
  compare(left: JsonValue, right: JsonValue, field: CompiledField): number;
  isEqual(left: JsonValue, right: JsonValue): boolean;
  /** A value with its content hidden, for someone who may know only that there is one. */
  mask(value: JsonValue): string;
  /** A valid canonical value made from a number in [0, 1), for tests and previews. */
  sample(random: () => number, field: CompiledField): JsonValue;
}

/** An option as compiled: own or from the option set. */
export interface CompiledOption {
  readonly value: string;
  readonly label: string;
  readonly color: ColorName | undefined;
  readonly isActive: boolean;
}
