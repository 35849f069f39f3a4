/**
 * What a client is told about an object: the part of the model that the caller may read, as plain JSON. `describe`
 * makes it on the server; the functions of this room turn it into forms, columns and filters, in browser and server
 * alike.
 */
import type { AppItem, ColorName, FieldTypeName, LayoutBody } from '@trellis/metadata';
import type {
  AggregateFunction,
  FilterOperator,
  JsonSchema,
  JsonValue,
  PortableExpression,
  ValueType,
} from '@trellis/model';

export interface OptionDescription {
  readonly value: string;
  readonly label: string;
  readonly color: ColorName | null;
  readonly is_active: boolean;
}

export interface FieldDescription {
  readonly name: string;
  readonly label: string;
  readonly type: FieldTypeName;
  readonly value_type: ValueType;
  readonly help: string | null;
  readonly placeholder: string | null;
  /** `read` or `update`: what the caller may do with it. Fields that can't be read are not described at all. */
  readonly access: 'read' | 'update';
  readonly is_system: boolean;
  readonly is_required: boolean;
  readonly is_unique: boolean;
  readonly set_once: boolean;
  /** Left out when a record is cloned. */
  readonly no_copy: boolean;
  readonly is_sortable: boolean;
  readonly is_groupable: boolean;
  readonly filter_operators: readonly FilterOperator[];
  readonly aggregates: readonly AggregateFunction[];
  readonly widget: string;
  /** JSON Schema of a non-blank value. */
  readonly schema: JsonSchema;
  readonly options: readonly OptionDescription[];
  /** Of a status: per option those that may follow it; what is left out may be followed by any. */
  readonly transitions: { readonly [from: string]: readonly string[] } | null;
  /** For lookups: the objects that it may point to. */
  readonly targets: readonly string[];
  readonly is_polymorphic: boolean;
  /** The literal default, or one the form computes; `computed` stands among the object's rules. */
  readonly default: {
    readonly kind: 'value' | 'today' | 'now' | 'user' | 'computed';
    readonly value?: JsonValue;
  } | null;
  readonly scale: number | null;
  readonly currency: string | null;
  /** The search box looks into it. */
  readonly is_searchable?: true;
  /** Its values are sealed where they are stored; it can be neither filtered nor sorted by. */
  readonly is_encrypted?: true;
  /** Of a lookup to its own object: records stand above each other by it. */
  readonly is_tree?: true;
  /** Of files: the media types that are taken (`image/*` for a family); any when absent. */
  readonly accept?: readonly string[];
  /** Of files: the most megabytes of one. */
  readonly max_size?: number;
  /**
   * Of a structured value: what can be asked for within it, named by its path (`billing_address.city`). Parts are
   * filtered, sorted and shown in lists like fields, and written with their whole.
   */
  readonly parts?: readonly FieldDescription[];
}

/** Something of a view that is not shown any more, because its field was deleted or hidden since. */
export interface MissingPart {
  readonly part: 'column' | 'filter' | 'sort' | 'group_by';
  /** As it was called when the view was saved. */
  readonly label: string | null;
}

export interface ViewDescription {
  /** Of a view of one's own: its id. */
  readonly name: string;
  readonly label: string;
  readonly icon: string | null;
  readonly mode: string;
  /** Opens first for the caller. */
  readonly is_default: boolean;
  readonly columns: readonly string[];
  /** JSON Logic. */
  readonly filter: unknown;
  readonly sort: readonly string[];
  readonly group_by: string | null;
  /** Only there for a view that the caller keeps for themselves, as `id` and `missing` are. */
  readonly is_own?: true;
  readonly id?: string;
  readonly missing?: readonly MissingPart[];
  /** Only there where the caller has chosen the view to open first. */
  readonly is_own_default?: true;
}

/** A view that the caller keeps for themselves. */
export interface OwnViewDescription extends ViewDescription {
  readonly is_own: true;
  readonly id: string;
  readonly missing: readonly MissingPart[];
}

export interface RelatedListDescription {
  /** `contact.account`: the lookup on the other object. */
  readonly lookup: string;
  readonly name: string;
  readonly label: string;
  readonly object: string;
  readonly field: string;
  /** What becomes of the listed records when the record they refer to is deleted. */
  readonly on_delete: 'restrict' | 'clear' | 'cascade';
}

export interface RecordTypeDescription {
  readonly name: string;
  readonly label: string;
  readonly color: ColorName | null;
  readonly is_default: boolean;
  readonly layout: string | null;
  /** Options offered per select field, and the default. */
  readonly options: {
    readonly [field: string]: { readonly values: readonly string[]; readonly default?: string };
  };
}

/** Conditions of a field; one that the caller can't know is missing. */
export interface FieldConditionsDescription {
  readonly visible_when?: PortableExpression;
  readonly required_when?: PortableExpression;
  /** Judged on the record as it is stored. */
  readonly read_only_when?: PortableExpression;
}

/** Rules as far as the caller may know what they read. */
export interface RulesDescription {
  /** Active ones. */
  readonly validations: readonly {
    readonly name: string;
    readonly message: string;
    readonly severity: 'error' | 'warning';
    readonly fields: readonly string[];
    readonly invalid_when: PortableExpression;
  }[];
  readonly conditions: { readonly [field: string]: FieldConditionsDescription };
  /** Per select whose options depend on another field: that field, and what is offered beside its values. */
  readonly dependencies: {
    readonly [field: string]: {
      readonly field: string;
      readonly options: { readonly [value: string]: readonly string[] };
    };
  };
  /** Defaults that are computed from the record, each after those that it reads. */
  readonly defaults: readonly { readonly field: string; readonly value: PortableExpression }[];
  /** The formula fields. */
  readonly formulas: readonly FormulaDescription[];
}

/** A formula field, for a form that shows its value while it is filled in. */
export interface FormulaDescription {
  readonly field: string;
  /** Missing where the caller may not know all that it reads: then the server alone computes it. */
  readonly value?: PortableExpression;
  /** Names of the fields of the record itself that it reads, lookups that it follows included. */
  readonly inputs: readonly string[];
}

export interface ObjectRights {
  readonly create: boolean;
  readonly read: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly export: boolean;
  readonly import: boolean;
}

/** What navigation needs of every object that the caller may read. */
export interface ObjectSummary {
  readonly name: string;
  readonly label: string;
  readonly plural_label: string;
  readonly icon: string;
  readonly color: ColorName;
  /** Name of the field that titles a record. */
  readonly name_field: string;
  /** Whether no record is without a title: one whose title is blank to the caller is then one they may not see. */
  readonly is_always_titled: boolean;
  readonly is_system: boolean;
  readonly is_searchable: boolean;
  readonly rights: ObjectRights;
}

/** Body of `GET /describe/{object}`. */
export interface ObjectDescription extends ObjectSummary {
  readonly description: string | null;
  readonly fields: readonly FieldDescription[];
  readonly record_types: readonly RecordTypeDescription[];
  readonly rules: RulesDescription;
  /** The one named `default` (or one generated from the fields) comes first; its conditions are `PortableExpression`s. */
  readonly layouts: readonly { readonly name: string; readonly label: string; readonly body: LayoutBody }[];
  readonly views: readonly ViewDescription[];
  readonly related_lists: readonly RelatedListDescription[];
}

export interface AppDescription {
  readonly name: string;
  readonly label: string;
  readonly description: string | null;
  readonly icon: string;
  readonly color: ColorName;
  /** Only items that the caller may open. Those that show a view have its label and icon, unless they have their own. */
  readonly items: readonly AppItem[];
}

/** Body of `GET /describe`. */
export interface WorkspaceDescription {
  readonly revision: number;
  readonly workspace: {
    readonly name: string;
    readonly label: string;
    readonly time_zone: string;
    readonly locale: string;
    readonly currency: string;
  };
  readonly apps: readonly AppDescription[];
  readonly objects: readonly ObjectSummary[];
  /** System rights: `customise`, `manage_users`, … */
  readonly rights: readonly string[];
}
