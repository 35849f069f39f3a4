/**
 * What may be written: one schema per kind of component, as TypeBox, which is a JSON Schema and a TypeScript type
 * in one. `docs/schemas/` is generated from here. Nothing in this file knows other documents: whether a name that
 * is mentioned exists is the model's question.
 *
 * The order of properties here is the canonical order in package files.
 */
import { type Static, type TSchema, Type } from '@sinclair/typebox';

const NAME_PATTERN = '^[a-z][a-z0-9_]*$';
/** An expression is JSON Logic; the model checks its operators and types. */
const Expression = Type.Unknown({ description: 'An expression in JSON Logic.' });
/** A condition on the record, with what it is for. */
const condition = (text: string) => Type.Unknown({ description: `${text} JSON Logic.` });
const strict = { additionalProperties: false };

const keepDays = (text: string) =>
  Type.Object({ keep_days: Type.Integer({ minimum: 1, maximum: 36_500 }) }, { ...strict, description: text });

const label = Type.String({ minLength: 1, maxLength: 200, description: 'Shown to people; any language.' });
const description = Type.Optional(
  Type.String({ maxLength: 4000, description: 'For admins: what it is for.' }),
);
const objectName = Type.String({ pattern: NAME_PATTERN, maxLength: 50 });
const fieldName = Type.String({ pattern: NAME_PATTERN, maxLength: 100 });
const fieldPath = Type.String({
  pattern: '^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*){0,5}$',
  description: 'A field, or a path through lookups such as `account.owner.name`.',
});
const sortKey = Type.String({
  pattern: '^-?[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*){0,5}$',
  description: 'A field or path to sort by; a leading `-` means descending.',
});
/** Names of the palette that the web draws in light and dark; never a raw colour, which could not pass contrast in both. */
export const COLORS = [
  'gray',
  'red',
  'pink',
  'grape',
  'violet',
  'indigo',
  'blue',
  'cyan',
  'teal',
  'green',
  'lime',
  'yellow',
  'orange',
] as const;
const color = Type.Optional(
  Type.Unsafe<(typeof COLORS)[number]>({
    type: 'string',
    enum: [...COLORS],
    description: 'A palette colour.',
  }),
);
const icon = Type.Optional(
  Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 60, description: 'A Tabler icon, such as `building`.' }),
);

function oneOf<const T extends readonly string[]>(values: T, text: string) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], description: text });
}

export const Option = Type.Object(
  {
    value: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'What is stored; never changes. Any text without line breaks or spaces at its ends.',
      pattern: '^[^\\s\\u0000]([^\\n\\r\\u0000]*[^\\s\\u0000])?$',
    }),
    label,
    color,
    active: Type.Optional(Type.Boolean({ description: 'False: kept on old records, not offered any more.' })),
  },
  strict,
);

export const ObjectBody = Type.Object(
  {
    label,
    plural_label: label,
    description,
    icon,
    color,
    name_field: Type.String({
      pattern: NAME_PATTERN,
      maxLength: 100,
      description: 'The field that titles a record.',
    }),
    sharing: Type.Optional(
      oneOf(
        ['private', 'read', 'read_write', 'parent'],
        'Who sees records by default. `private` unless given; `parent` is required with a parent lookup.',
      ),
    ),
    history: Type.Optional(
      Type.Union([Type.Boolean(), keepDays('Days after which the history of a change is forgotten.')], {
        description: 'Keep a history of changes, for ever or for so many days. True unless given.',
      }),
    ),
    recycle_bin: Type.Optional(
      keepDays('Days after which a deleted record is erased for good. Until somebody does it unless given.'),
    ),
    audit_reads: Type.Optional(
      Type.Boolean({
        description: 'Write into the audit log who reads which record. False unless given.',
      }),
    ),
    search: Type.Optional(
      Type.Boolean({ description: 'Offer records in global search. True unless given.' }),
    ),
    indexes: Type.Optional(
      Type.Array(
        Type.Object(
          {
            fields: Type.Array(sortKey, { minItems: 1, maxItems: 8 }),
            include: Type.Optional(Type.Array(fieldName, { maxItems: 16 })),
          },
          strict,
        ),
        { maxItems: 32 },
      ),
    ),
  },
  { ...strict, $id: 'object' },
);

/** Field types of the language; the model has one file for each. */
export const FIELD_TYPE_NAMES = [
  'text',
  'long_text',
  'rich_text',
  'markdown',
  'code',
  'email',
  'phone',
  'url',
  'person_name',
  'address',
  'color',
  'integer',
  'decimal',
  'percent',
  'currency',
  'rating',
  'duration',
  'auto_number',
  'date',
  'datetime',
  'time',
  'date_range',
  'boolean',
  'select',
  'status',
  'multi_select',
  'tags',
  'lookup',
  'multi_lookup',
  'user',
  'file',
  'files',
  'image',
  'geolocation',
  'json',
  'secret',
  'formula',
  'rollup',
  'related',
] as const;
export type FieldTypeName = (typeof FIELD_TYPE_NAMES)[number];

export const FieldBody = Type.Object(
  {
    label,
    type: oneOf(FIELD_TYPE_NAMES, 'The field type: decides what values look like and how they are edited.'),
    description,
    help: Type.Optional(Type.String({ maxLength: 1000, description: 'Shown beside the input.' })),
    placeholder: Type.Optional(Type.String({ maxLength: 200 })),
    required: Type.Optional(Type.Boolean()),
    unique: Type.Optional(Type.Boolean({ description: 'No two live records may share a value.' })),
    indexed: Type.Optional(Type.Boolean({ description: 'Keep an index, for fast filters and sorts.' })),
    searchable: Type.Optional(Type.Boolean({ description: 'Found by the search box.' })),
    set_once: Type.Optional(Type.Boolean({ description: 'May be set, and never changed afterwards.' })),
    no_copy: Type.Optional(Type.Boolean({ description: 'Left out when a record is cloned.' })),
    sensitive: Type.Optional(Type.Boolean()),
    encrypted: Type.Optional(
      Type.Boolean({
        description:
          'Of a text: sealed where it is stored, read by who may, and neither filtered, sorted, searched nor used in formulas.',
      }),
    ),
    default: Type.Optional(
      Type.Unknown({
        description: 'A value, or an expression on the new record such as `{"today": []}`.',
      }),
    ),
    max_length: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    pattern: Type.Optional(
      Type.String({ maxLength: 1000, description: 'A regular expression the text must match.' }),
    ),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    precision: Type.Optional(Type.Integer({ minimum: 1, maximum: 15, description: 'Significant digits.' })),
    scale: Type.Optional(Type.Integer({ minimum: 0, maximum: 14, description: 'Digits after the point.' })),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code.' })),
    format: Type.Optional(
      Type.String({ maxLength: 200, description: 'Pattern of an auto-number, such as `C-{YYYY}-{00000}`.' }),
    ),
    options: Type.Optional(Type.Array(Option, { maxItems: 2000 })),
    option_set: Type.Optional(Type.String({ pattern: NAME_PATTERN, maxLength: 100 })),
    transitions: Type.Optional(
      Type.Record(
        Type.String({ minLength: 1, maxLength: 255 }),
        Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 2000, uniqueItems: true }),
        {
          description:
            'Of a status: per option those that may follow it. An option that is left out may be followed by any.',
        },
      ),
    ),
    depends_on: Type.Optional(
      Type.Object(
        {
          field: fieldName,
          options: Type.Record(
            Type.String({ minLength: 1, maxLength: 255 }),
            Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 2000, uniqueItems: true }),
          ),
        },
        {
          ...strict,
          description:
            'Of a select: the field that decides which options are offered, and per value of it (`true` and `false` of a checkbox) those that are. A value that is left out offers all; while the field is blank, none is offered.',
        },
      ),
    ),
    to: Type.Optional(
      Type.Union([objectName, Type.Literal('*'), Type.Array(objectName, { minItems: 1, maxItems: 100 })], {
        description: 'The object (or objects, or `*` for any) that a lookup points to.',
      }),
    ),
    on_delete: Type.Optional(
      oneOf(['restrict', 'clear', 'cascade'], 'What happens to this record when the target is deleted.'),
    ),
    parent: Type.Optional(Type.Boolean({ description: 'The target owns this record: access and cascade.' })),
    reverse_name: Type.Optional(
      Type.String({
        pattern: NAME_PATTERN,
        maxLength: 100,
        description: 'Name of the child relationship, seen from the target.',
      }),
    ),
    reverse_label: Type.Optional(
      Type.String({ maxLength: 200, description: 'Title of the related list on the target.' }),
    ),
    through: Type.Optional(
      Type.String({
        pattern: NAME_PATTERN,
        maxLength: 50,
        description: 'The junction object of a multi_lookup.',
      }),
    ),
    default_country: Type.Optional(
      Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166 alpha-2, for phones.' }),
    ),
    multiple: Type.Optional(
      Type.Boolean({
        description:
          'Of an e-mail or phone: several in one field, each with a label if wanted; the first is the primary one.',
      }),
    ),
    language: Type.Optional(Type.String({ maxLength: 50 })),
    json_schema: Type.Optional(
      Type.Unknown({ description: 'Of a json field: the JSON Schema that its values must meet.' }),
    ),
    accept: Type.Optional(
      Type.Array(Type.String({ maxLength: 255 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Of files: media types that are taken, such as `application/pdf` or `image/*`.',
      }),
    ),
    max_size: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 10_000,
        description: 'Of files: the most megabytes of one. The installation has a limit of its own.',
      }),
    ),
    formula: Type.Optional(Expression),
    display_as: Type.Optional(
      oneOf(
        [
          'decimal',
          'integer',
          'currency',
          'percent',
          'duration',
          'rating',
          'text',
          'long_text',
          'url',
          'email',
          'phone',
        ],
        'Of a formula: the type as which its number or text is shown.',
      ),
    ),
    tree: Type.Optional(
      Type.Boolean({
        description:
          'Of a lookup to its own object: records form a tree, without rings and at most 20 levels deep.',
      }),
    ),
    related: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 700,
        description:
          'What a related field shows: a path that begins with a lookup, such as `account.industry`.',
      }),
    ),
    rollup: Type.Optional(
      Type.Object(
        {
          object: objectName,
          via: fieldName,
          function: oneOf(['count', 'sum', 'avg', 'min', 'max', 'any', 'all'], 'The aggregate.'),
          field: Type.Optional(fieldName),
          filter: Type.Optional(Expression),
        },
        strict,
      ),
    ),
    visible_when: Type.Optional(condition('Shown only while this holds; a hidden field is not required.')),
    required_when: Type.Optional(condition('Must have a value while this holds.')),
    read_only_when: Type.Optional(condition('A stored record for which this holds keeps its value.')),
  },
  { ...strict, $id: 'field' },
);

export const RecordTypeBody = Type.Object(
  {
    label,
    description,
    color,
    active: Type.Optional(Type.Boolean()),
    is_default: Type.Optional(Type.Boolean({ description: 'Given to new records that name none.' })),
    layout: Type.Optional(
      Type.String({
        pattern: NAME_PATTERN,
        maxLength: 100,
        description: 'The layout of its records, by its short name.',
      }),
    ),
    options: Type.Optional(
      Type.Record(
        Type.String({ pattern: NAME_PATTERN }),
        Type.Object(
          { values: Type.Array(Type.String(), { minItems: 1 }), default: Type.Optional(Type.String()) },
          strict,
        ),
        {
          ...strict,
          description: 'Per select field: the options that this record type offers, and its default.',
        },
      ),
    ),
  },
  { ...strict, $id: 'record_type' },
);

const LayoutItem = Type.Union([
  Type.Object(
    {
      type: Type.Literal('field'),
      field: fieldName,
      read_only: Type.Optional(Type.Boolean()),
      visible_when: Type.Optional(Expression),
    },
    strict,
  ),
  Type.Object(
    {
      type: Type.Literal('related_list'),
      lookup: Type.String({
        pattern: '^[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$',
        description: 'The lookup field, on the other object, that points here: `contact.account`.',
      }),
      label: Type.Optional(label),
      columns: Type.Optional(Type.Array(fieldPath, { minItems: 1, maxItems: 20 })),
      sort: Type.Optional(Type.Array(sortKey, { maxItems: 4 })),
      visible_when: Type.Optional(Expression),
    },
    strict,
  ),
  Type.Object(
    {
      type: Type.Literal('component'),
      component: oneOf(['history'], 'A built-in part of the record screen.'),
      label: Type.Optional(label),
      visible_when: Type.Optional(Expression),
    },
    strict,
  ),
]);

export const LayoutBody = Type.Object(
  {
    label,
    description,
    highlights: Type.Optional(
      Type.Array(fieldName, { maxItems: 8, description: 'Fields shown in the header of the record screen.' }),
    ),
    tabs: Type.Array(
      Type.Object(
        {
          label,
          visible_when: Type.Optional(Expression),
          sections: Type.Array(
            Type.Object(
              {
                label: Type.Optional(label),
                collapsed: Type.Optional(Type.Boolean({ description: 'Closed until opened.' })),
                visible_when: Type.Optional(Expression),
                columns: Type.Array(
                  Type.Object({ items: Type.Array(LayoutItem, { maxItems: 800 }) }, strict),
                  {
                    minItems: 1,
                    maxItems: 4,
                  },
                ),
              },
              strict,
            ),
            { maxItems: 100 },
          ),
        },
        strict,
      ),
      { minItems: 1, maxItems: 30 },
    ),
  },
  { ...strict, $id: 'layout' },
);

export const ViewBody = Type.Object(
  {
    label,
    description,
    icon,
    mode: Type.Optional(
      oneOf(['grid', 'kanban', 'calendar', 'gallery', 'timeline', 'map'], 'How records are shown.'),
    ),
    is_default: Type.Optional(Type.Boolean({ description: 'Opened first.' })),
    columns: Type.Array(fieldPath, { minItems: 1, maxItems: 100 }),
    filter: Type.Optional(Expression),
    sort: Type.Optional(Type.Array(sortKey, { maxItems: 6 })),
    group_by: Type.Optional(fieldPath),
    shared_with: Type.Optional(
      Type.Array(
        Type.Object(
          {
            role: Type.Optional(Type.String()),
            team: Type.Optional(Type.String()),
            user: Type.Optional(Type.String()),
            and_below: Type.Optional(Type.Boolean()),
          },
          strict,
        ),
      ),
    ),
  },
  { ...strict, $id: 'view' },
);

const AppItem = Type.Union([
  Type.Object(
    { type: Type.Literal('object'), object: objectName, label: Type.Optional(label), icon },
    strict,
  ),
  Type.Object(
    {
      type: Type.Literal('view'),
      view: Type.String({
        pattern: '^[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$',
        description: '`deal.my_open_deals`',
      }),
      label: Type.Optional(label),
      icon,
    },
    strict,
  ),
  Type.Object({ type: Type.Literal('heading'), label }, strict),
  Type.Object(
    {
      type: Type.Literal('link'),
      label,
      icon,
      url: Type.String({ pattern: '^(https?://|/)', maxLength: 2000 }),
    },
    strict,
  ),
]);

export const AppBody = Type.Object(
  {
    label,
    description,
    icon,
    color,
    position: Type.Optional(Type.Integer({ minimum: 0, description: 'Order among apps, lowest first.' })),
    items: Type.Array(AppItem, { maxItems: 200 }),
  },
  { ...strict, $id: 'app' },
);

export const OptionSetBody = Type.Object(
  { label, description, options: Type.Array(Option, { minItems: 1, maxItems: 2000 }) },
  { ...strict, $id: 'option_set' },
);

export const RuleBody = Type.Object(
  {
    label,
    description,
    invalid_when: condition('Holds for a record that may not be saved.'),
    message: Type.String({ minLength: 1, maxLength: 1000 }),
    fields: Type.Optional(Type.Array(fieldName)),
    severity: Type.Optional(oneOf(['error', 'warning'], 'A warning can be confirmed, an error can not.')),
    active: Type.Optional(Type.Boolean()),
  },
  { ...strict, $id: 'rule' },
);

export const RoleBody = Type.Object(
  { label, description, parent: Type.Optional(Type.String({ pattern: NAME_PATTERN })) },
  { ...strict, $id: 'role' },
);

/** Rights that are not about one object (design brief §6); a closed list. */
export const SYSTEM_RIGHTS = [
  'customise',
  'manage_users',
  'view_all_records',
  'modify_all_records',
  'run_reports',
  'api',
  'view_audit',
  'view_as',
] as const;
export type SystemRight = (typeof SYSTEM_RIGHTS)[number];

const fieldRight = oneOf(['none', 'read', 'update'], 'What may be done with a field.');

export const PermissionSetBody = Type.Object(
  {
    label,
    description,
    system: Type.Optional(
      Type.Array(oneOf(SYSTEM_RIGHTS, 'A right that is not about one object.'), { uniqueItems: true }),
    ),
    requires_second_factor: Type.Optional(
      Type.Boolean({ description: 'Whoever holds it must sign in with a second factor.' }),
    ),
    objects: Type.Optional(
      Type.Record(
        Type.String({ pattern: NAME_PATTERN }),
        Type.Object(
          {
            create: Type.Optional(Type.Boolean()),
            read: Type.Optional(Type.Boolean()),
            update: Type.Optional(Type.Boolean()),
            delete: Type.Optional(Type.Boolean()),
            view_all: Type.Optional(Type.Boolean()),
            modify_all: Type.Optional(Type.Boolean()),
            import: Type.Optional(Type.Boolean()),
            export: Type.Optional(Type.Boolean()),
            default_field: Type.Optional(fieldRight),
            fields: Type.Optional(Type.Record(Type.String({ pattern: NAME_PATTERN }), fieldRight, strict)),
            record_types: Type.Optional(Type.Array(Type.String({ pattern: NAME_PATTERN }))),
          },
          strict,
        ),
        strict,
      ),
    ),
  },
  { ...strict, $id: 'permission_set' },
);

const Grantee = Type.Object(
  {
    role: Type.Optional(Type.String({ pattern: NAME_PATTERN })),
    team: Type.Optional(Type.String()),
    user: Type.Optional(Type.String()),
    and_below: Type.Optional(Type.Boolean()),
  },
  strict,
);

export const SharingRuleBody = Type.Object(
  {
    label: Type.Optional(label),
    description,
    when: Type.Optional(Expression),
    owned_by: Type.Optional(
      Type.Object(
        {
          role: Type.Optional(Type.String({ pattern: NAME_PATTERN })),
          team: Type.Optional(Type.String()),
          and_below: Type.Optional(Type.Boolean()),
        },
        strict,
      ),
    ),
    share_with: Type.Array(Grantee, { minItems: 1 }),
    access: oneOf(['read', 'update'], 'What is shared.'),
  },
  { ...strict, $id: 'sharing_rule' },
);

export type Option = Static<typeof Option>;
export type ObjectBody = Static<typeof ObjectBody>;
export type FieldBody = Static<typeof FieldBody>;
export type RecordTypeBody = Static<typeof RecordTypeBody>;
export type LayoutItem = Static<typeof LayoutItem>;
export type LayoutBody = Static<typeof LayoutBody>;
export type ViewBody = Static<typeof ViewBody>;
export type AppItem = Static<typeof AppItem>;
export type AppBody = Static<typeof AppBody>;
export type OptionSetBody = Static<typeof OptionSetBody>;
export type RuleBody = Static<typeof RuleBody>;
export type RoleBody = Static<typeof RoleBody>;
export type PermissionSetBody = Static<typeof PermissionSetBody>;
export type SharingRuleBody = Static<typeof SharingRuleBody>;
export type ColorName = (typeof COLORS)[number];

/** A JSON Logic expression as written: opaque until the model has checked it. */
export type ExpressionSource = unknown;

/** The body of each kind, by the kind's name. */
export interface Bodies {
  object: ObjectBody;
  field: FieldBody;
  record_type: RecordTypeBody;
  layout: LayoutBody;
  view: ViewBody;
  app: AppBody;
  option_set: OptionSetBody;
  rule: RuleBody;
  role: RoleBody;
  permission_set: PermissionSetBody;
  sharing_rule: SharingRuleBody;
}

export const BODY_SCHEMAS: { readonly [K in keyof Bodies]: TSchema } = {
  object: ObjectBody,
  field: FieldBody,
  record_type: RecordTypeBody,
  layout: LayoutBody,
  view: ViewBody,
  app: AppBody,
  option_set: OptionSetBody,
  rule: RuleBody,
  role: RoleBody,
  permission_set: PermissionSetBody,
  sharing_rule: SharingRuleBody,
};
