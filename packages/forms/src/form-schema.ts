/**
 * The form of a record: which fields of a layout can be filled in, as the JSON Schema that checks them and the
 * uiSchema that says how they look. Blank values are absent from the schema's point of view: whoever validates
 * leaves them out first (`withoutBlanks`).
 */
import type { LayoutBody } from '@trellis/metadata';
import { isSameJson, type JsonSchema, type JsonValue } from '@trellis/model';
import { isBlank } from './blank.ts';
import type {
  FieldDescription,
  ObjectDescription,
  OptionDescription,
  RecordTypeDescription,
} from './description.ts';

export interface FormOptions {
  readonly mode: 'create' | 'edit';
  /** Name of the record's type, for the options that it offers. */
  readonly recordType?: string | null;
  /** Editing: the record as it is stored, for the steps that a status may take from there. */
  readonly stored?: Readonly<Record<string, unknown>>;
  /** What the rules say of the values as they stand, by name of the field. */
  readonly rules?: FormRules;
}

export interface FormRules {
  readonly hidden: ReadonlySet<string>;
  readonly required: ReadonlySet<string>;
  readonly readOnly: ReadonlySet<string>;
  /** Of dependent selects: the options that are offered now. */
  readonly offered: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface FormFieldUi {
  readonly 'ui:field': 'record_field';
  readonly 'ui:readonly': boolean;
  readonly 'ui:title': string;
  readonly 'ui:help'?: string;
  readonly 'ui:placeholder'?: string;
  /** Not `field`: rjsf reads that as the name of a component. */
  readonly 'ui:options': { readonly described: FieldDescription };
}

export interface FormSchema {
  readonly schema: JsonSchema & {
    readonly properties: Readonly<Record<string, JsonSchema>>;
    readonly required: readonly string[];
  };
  readonly uiSchema: {
    readonly 'ui:order': readonly string[];
    /** The sections of all tabs that have fields, in order: a form shows everything on one page. */
    readonly 'ui:options': { readonly sections: readonly FormSection[] };
    readonly [field: string]: FormFieldUi | readonly string[] | { readonly sections: readonly FormSection[] };
  };
}

export interface FormSection {
  readonly label: string | null;
  /** Label of the tab that the section comes from. */
  readonly tab: string;
  /** Conditions of the tab and of the section: all must be met. */
  readonly conditions: readonly unknown[];
  readonly columns: readonly (readonly FormItem[])[];
}

export interface FormItem {
  readonly field: string;
  readonly condition: unknown;
}

/** The layout of a record: its record type's, the one asked for, else the first. */
export function layoutFor(description: ObjectDescription, recordType?: string | null): LayoutBody {
  const wanted = description.record_types.find((each) => each.name === recordType)?.layout;
  const layout = description.layouts.find((each) => each.name === wanted) ?? description.layouts[0];
  return layout?.body ?? { label: description.label, tabs: [{ label: description.label, sections: [] }] };
}

/**
 * JSON Schema and uiSchema of a form. Creating, it has the fields that can be written, formulas, and required ones
 * that the layout forgot; editing, also those that are only shown.
 */
export function formSchema(
  description: ObjectDescription,
  layout: LayoutBody,
  options: FormOptions,
): FormSchema {
  const fields = new Map(description.fields.map((field) => [field.name, field]));
  const recordType = findRecordType(description, options.recordType);
  const placed = new Set<string>();
  const { rules } = options;
  const sections: FormSection[] = [];
  const readOnly = new Set<string>();
  const formulas = new Set(description.rules.formulas.map((each) => each.field));
  for (const tab of layout.tabs) {
    for (const section of tab.sections) {
      const columns = section.columns.map((column) =>
        column.items.flatMap((item): FormItem[] => {
          if (item.type !== 'field' || placed.has(item.field) || rules?.hidden.has(item.field)) return [];
          const field = fields.get(item.field);
          if (field === undefined) return [];
          const isLocked =
            item.read_only === true || isReadOnly(field, options) || rules?.readOnly.has(field.name) === true;
          if (isLocked && options.mode === 'create' && !formulas.has(field.name)) return [];
          // A new record's type is chosen before the form: it decides what the form is.
          if (field.name === 'record_type' && options.mode === 'create') return [];
          placed.add(field.name);
          if (isLocked) readOnly.add(field.name);
          return [{ field: field.name, condition: item.visible_when ?? null }];
        }),
      );
      if (!columns.some((column) => column.length > 0)) continue;
      sections.push({
        label: section.label ?? null,
        tab: tab.label,
        conditions: [tab.visible_when, section.visible_when].filter((each) => each !== undefined),
        columns,
      });
    }
  }
  const forgotten = description.fields.filter(
    (field) =>
      (field.is_required || rules?.required.has(field.name)) &&
      !rules?.hidden.has(field.name) &&
      !field.is_system &&
      field.default === null &&
      !placed.has(field.name) &&
      !isReadOnly(field, options),
  );
  if (options.mode === 'create' && forgotten.length > 0) {
    for (const field of forgotten) placed.add(field.name);
    const items = forgotten.map((field) => ({ field: field.name, condition: null }));
    sections.unshift({ label: null, tab: layout.tabs[0]?.label ?? '', conditions: [], columns: [items] });
  }

  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  const uiSchema: Record<string, FormFieldUi> = {};
  for (const name of placed) {
    const described = fields.get(name);
    if (described === undefined) continue;
    const field = withOffered(
      withStepsFrom(withOptionsOf(described, recordType), options.stored?.[name]),
      rules?.offered.get(name),
    );
    const fallback = options.mode === 'create' ? literalDefault(field, recordType) : undefined;
    properties[name] = {
      ...typedSchema(field),
      title: field.label,
      ...(fallback === undefined ? {} : { default: fallback }),
    };
    const isRequired = field.is_required || rules?.required.has(name) === true;
    if (isRequired && !readOnly.has(name)) required.push(name);
    uiSchema[name] = {
      'ui:field': 'record_field',
      'ui:readonly': readOnly.has(name),
      'ui:title': field.label,
      ...(field.help === null ? {} : { 'ui:help': field.help }),
      ...(field.placeholder === null ? {} : { 'ui:placeholder': field.placeholder }),
      'ui:options': { described: field },
    };
  }
  return {
    schema: { type: 'object', properties, required },
    uiSchema: { ...uiSchema, 'ui:order': [...placed], 'ui:options': { sections } },
  };
}

/** A field as a record of this type sees it: the options that the type offers; retired ones left out. */
export function withOptionsOf(
  field: FieldDescription,
  recordType: RecordTypeDescription | undefined,
): FieldDescription {
  const subset = recordType?.options[field.name];
  if (subset === undefined) return field;
  return {
    ...field,
    options: subset.values.flatMap((value) => field.options.find((option) => option.value === value) ?? []),
  };
}

/** A dependent select as the value that decides over it leaves it. */
export function withOffered(
  field: FieldDescription,
  offered: ReadonlySet<string> | undefined,
): FieldDescription {
  if (offered === undefined) return field;
  return { ...field, options: field.options.filter((option) => offered.has(option.value)) };
}

/** A status as a stored record sees it: where it stands, and the steps that are allowed from there. */
export function withStepsFrom(field: FieldDescription, stored: unknown): FieldDescription {
  const { transitions } = field;
  if (transitions === null || typeof stored !== 'string' || !Object.hasOwn(transitions, stored)) return field;
  const next = transitions[stored] ?? [];
  return {
    ...field,
    // Clearing it would be a step that is not allowed.
    is_required: true,
    options: field.options.filter((option) => option.value === stored || next.includes(option.value)),
  };
}

/** Options that may be chosen now: active ones, and the one that the record has already. */
export function choosableOptions(field: FieldDescription, current: unknown): readonly OptionDescription[] {
  const has = (value: string) => (Array.isArray(current) ? current.includes(value) : current === value);
  return field.options.filter((option) => option.is_active || has(option.value));
}

export interface DefaultsContext {
  readonly userId: string;
  readonly today: string;
  readonly now: string;
  readonly recordType?: string | null;
}

/** What a new record begins with: defaults of fields and of the record type. */
export function initialValues(
  description: ObjectDescription,
  context: DefaultsContext,
): Record<string, JsonValue> {
  const recordType = findRecordType(description, context.recordType);
  const values: Record<string, JsonValue> = {};
  for (const field of description.fields) {
    if (field.access !== 'update') continue;
    const value = defaultOf(field, recordType, context);
    if (value !== undefined) values[field.name] = value;
  }
  if (recordType !== undefined) values.record_type = recordType.name;
  return values;
}

/** A value as the server takes it: expanded lookups reduced to their ids, texts without outer spaces. */
export function wireValue(field: FieldDescription, value: unknown): unknown {
  if (typeof value === 'string') return VERBATIM.has(field.type) ? value : value.trim();
  if (field.value_type === 'ids') return Array.isArray(value) ? value.map((each) => wireId(each)) : value;
  if (field.value_type !== 'id' && field.value_type !== 'reference') return value;
  if (typeof value !== 'object' || value === null || !('id' in value)) return value;
  return field.is_polymorphic && 'object' in value ? { object: value.object, id: value.id } : value.id;
}

/** All values of a form as the server takes them. */
export function wireValues(
  fields: readonly FieldDescription[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const byName = new Map(fields.map((field) => [field.name, field]));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const field = byName.get(name);
      return [name, field === undefined ? value : wireValue(field, value)];
    }),
  );
}

function wireId(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
}

/** Values to send or to check: what is blank is left out. */
export function withoutBlanks(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isBlank(value)));
}

/** What a PATCH has to send: the fields that differ, blank as null. */
export function changedValues(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const name of fields) {
    const from = isBlank(before[name]) ? null : (before[name] ?? null);
    const to = isBlank(after[name]) ? null : (after[name] ?? null);
    if (!isSameJson(from as JsonValue, to as JsonValue)) changes[name] = to;
  }
  return changes;
}

export function findRecordType(
  description: ObjectDescription,
  name?: string | null,
): RecordTypeDescription | undefined {
  return (
    description.record_types.find((each) => each.name === name) ??
    (name === undefined ? description.record_types.find((each) => each.is_default) : undefined)
  );
}

/** Types whose outer spaces mean something. */
const VERBATIM: ReadonlySet<string> = new Set(['markdown', 'code']);

/** Types whose values the server tidies before it checks them: as typed, they need not look canonical yet. */
const TIDIED: ReadonlySet<string> = new Set(['email', 'phone', 'url', 'datetime', 'rich_text']);

/** The schema of a value as typed: that of the canonical value, less what only the server can tell. */
function typedSchema(field: FieldDescription): JsonSchema {
  // Patterns of an admin's schema: a browser's own engine could take for ever over one.
  if (field.type === 'json')
    return JSON.parse(
      JSON.stringify(field.schema, (key, value: unknown) => (key === 'allOf' ? undefined : value)),
    ) as JsonSchema;
  if (!TIDIED.has(field.type)) return field.schema;
  if (field.value_type === 'texts') return withoutPatterns(field.schema);
  const { pattern: _, format: __, allOf: ___, ...rest } = field.schema;
  return rest;
}

/** Of several addresses the entries are tidied too. */
function withoutPatterns(schema: JsonSchema): JsonSchema {
  const dropped: ReadonlySet<string> = new Set(['pattern', 'minLength']);
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (dropped.has(key) ? undefined : value)),
  ) as JsonSchema;
}

function isReadOnly(field: FieldDescription, options: FormOptions): boolean {
  return field.access === 'read' || (field.set_once && options.mode === 'edit');
}

function literalDefault(
  field: FieldDescription,
  recordType: RecordTypeDescription | undefined,
): JsonValue | undefined {
  const ofType = recordType?.options[field.name]?.default;
  if (ofType !== undefined) return ofType;
  return field.default?.kind === 'value' ? (field.default.value ?? undefined) : undefined;
}

function defaultOf(
  field: FieldDescription,
  recordType: RecordTypeDescription | undefined,
  context: DefaultsContext,
): JsonValue | undefined {
  const literal = literalDefault(field, recordType);
  if (literal !== undefined) return literal;
  if (field.default?.kind === 'today') return context.today;
  if (field.default?.kind === 'now') return context.now;
  if (field.default?.kind === 'user') return context.userId;
  return field.name === 'owner_id' && field.access === 'update' ? context.userId : undefined;
}
