/**
 * Makes the descriptions that a client gets: the part of the model that one caller may read, as plain JSON. What they
 * may not read is absent everywhere (fields, columns, filters, layouts, related lists), so that a description never
 * gives away a name that a query would call unknown.
 */
import type { AppItem } from '@trellis/metadata';
import {
  acceptedTypes,
  type CompiledField,
  type CompiledObject,
  type CompiledView,
  type FieldPath,
  fieldsOfPath,
  type Model,
  onDeleteOf,
  partFields,
  pathsOfExpression,
} from '@trellis/model';
import { generateLayout, restrictLayout } from './default-layout.ts';
import { describeCondition, describeRules } from './describe-rules.ts';
import type {
  AppDescription,
  FieldDescription,
  MissingPart,
  ObjectDescription,
  ObjectRights,
  ObjectSummary,
  OptionDescription,
  OwnViewDescription,
  RecordTypeDescription,
  RelatedListDescription,
  ViewDescription,
  WorkspaceDescription,
} from './description.ts';

/** What the caller may do, as the access room decided it. Asked for fields of every object that a path leads to. */
export interface DescribeAccess {
  rightsOn(object: CompiledObject): ObjectRights;
  canRead(field: CompiledField): boolean;
  canUpdate(field: CompiledField): boolean;
}

export interface DescribeWorkspaceInput {
  readonly revision: number;
  readonly workspace: WorkspaceDescription['workspace'];
  /** System rights of the caller. */
  readonly rights: readonly string[];
  /** Apps offered to the caller; all of them when absent. */
  canSee?(app: string): boolean;
}

/** Body of `GET /describe`: the apps and objects of a workspace that the caller may see. */
export function describeWorkspace(
  model: Model,
  input: DescribeWorkspaceInput,
  access: DescribeAccess,
): WorkspaceDescription {
  const readable = [...model.objects.values()].filter((object) => access.rightsOn(object).read);
  const names = new Set(readable.map((object) => object.name));
  const describeItem = (item: AppItem): AppItem[] => {
    if (item.type === 'object') return names.has(item.object) ? [item] : [];
    if (item.type !== 'view') return [item];
    const [object = '', name = ''] = item.view.split('.');
    const view = names.has(object) ? model.objects.get(object)?.views.get(name) : undefined;
    if (view === undefined || !canRunView(view, access)) return [];
    const icon = item.icon ?? view.body.icon;
    return [{ ...item, label: item.label ?? view.label, ...(icon === undefined ? {} : { icon }) }];
  };
  return {
    revision: input.revision,
    workspace: input.workspace,
    apps: [...model.apps]
      .sort((a, b) => (a.body.position ?? 1000) - (b.body.position ?? 1000) || compareText(a.label, b.label))
      .filter((app) => input.canSee?.(app.name) !== false)
      .map((app) => ({ app, items: withoutEmptyHeadings(app.body.items.flatMap(describeItem)) }))
      // An app that has nothing for this caller is none of theirs.
      .filter(({ app, items }) => items.length > 0 || app.body.items.length === 0)
      .map(
        ({ app, items }): AppDescription => ({
          name: app.name,
          label: app.label,
          description: app.body.description ?? null,
          icon: app.body.icon ?? 'apps',
          color: app.body.color ?? 'blue',
          items,
        }),
      ),
    objects: readable.map((object) => summarise(object, access.rightsOn(object))),
    rights: input.rights,
  };
}

/** Body of `GET /describe/{object}`. The caller must hold the right to read the object: the server answers 404 before. */
export function describeObject(
  model: Model,
  object: CompiledObject,
  access: DescribeAccess,
): ObjectDescription {
  const canSee = (name: string) => {
    const other = model.objects.get(name);
    return other !== undefined && access.rightsOn(other).read;
  };
  const rights = access.rightsOn(object);
  const fields = [...object.fields.values()].filter((field) => access.canRead(field));
  const described = fields.map((field) => describeField(model, object, field, access, canSee));
  const relatedLists = object.reverseLookups.flatMap((reverse): RelatedListDescription[] => {
    const lookup = model.objects.get(reverse.object)?.fields.get(reverse.field);
    if (!canSee(reverse.object) || lookup === undefined || !access.canRead(lookup)) return [];
    return [
      {
        lookup: `${reverse.object}.${reverse.field}`,
        name: reverse.name,
        label: reverse.label,
        object: reverse.object,
        field: reverse.field,
        on_delete: onDeleteOf(lookup),
      },
    ];
  });
  const parts = {
    fields: new Map(described.map((field) => [field.name, field])),
    relatedLists: new Map(relatedLists.map((list) => [list.lookup, list])),
    conditionOf: (source: unknown) =>
      describeCondition(model, object, source, (field) => access.canRead(field)),
    canReadColumn: (objectName: string, path: string) => canReadPath(model, access, objectName, path),
  };
  const layouts = [...object.layouts.values()]
    .sort(
      (a, b) => Number(b.name === 'default') - Number(a.name === 'default') || compareText(a.label, b.label),
    )
    .map((layout) => ({ name: layout.name, label: layout.label, body: restrictLayout(layout.body, parts) }));
  if (!layouts.some((layout) => layout.name === 'default')) {
    layouts.unshift({
      name: 'default',
      label: object.label,
      body: generateLayout(object.nameField.name, described, relatedLists, object.keepsHistory, object.label),
    });
  }
  return {
    ...summarise(object, rights),
    description: object.body.description ?? null,
    fields: described,
    record_types: object.recordTypes
      .filter((recordType) => recordType.isActive)
      .map((recordType): RecordTypeDescription => {
        const options = Object.entries(recordType.body.options ?? {}).filter(([field]) =>
          parts.fields.has(field),
        );
        return {
          name: recordType.name,
          label: recordType.label,
          color: recordType.body.color ?? null,
          is_default: recordType.isDefault,
          layout: recordType.body.layout ?? null,
          options: Object.fromEntries(options),
        };
      }),
    rules: describeRules(object, (field) => access.canRead(field)),
    layouts,
    views: [...object.views.values()]
      .filter((view) => canRunView(view, access))
      .sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || compareText(a.label, b.label))
      .map((view) => describeView(object, view, access)),
    related_lists: relatedLists,
  };
}

function summarise(object: CompiledObject, rights: ObjectRights): ObjectSummary {
  return {
    name: object.name,
    label: object.label,
    plural_label: object.pluralLabel,
    icon: object.icon,
    color: object.color,
    name_field: object.nameField.name,
    is_always_titled: object.nameField.isRequired || object.nameField.type.name === 'auto_number',
    is_system: object.isSystem,
    is_searchable: object.isSearchable,
    rights,
  };
}

/** Whether the search box looks into the field; the name is always looked into. */
function isSearched(object: CompiledObject, field: CompiledField): boolean {
  return field.systemColumn === undefined && (field.isSearchable || field.key === object.nameField.key);
}

function describeField(
  model: Model,
  object: CompiledObject,
  field: CompiledField,
  access: DescribeAccess,
  canSee: (object: string) => boolean,
): FieldDescription {
  const { type, body } = field;
  const accept = acceptedTypes(field);
  const offered = [...partFields(field).values()].filter(({ name }) => !type.parts?.[name]?.isForExpressions);
  const parts = offered.map((part) => ({
    ...describeField(model, object, part, access, canSee),
    name: `${field.name}.${part.name}`,
  }));
  return {
    name: field.name,
    label: field.label,
    type: type.name,
    value_type: field.isPolymorphic ? 'reference' : type.valueType,
    help: body.help ?? null,
    placeholder: body.placeholder ?? null,
    access: field.isWritable && access.canUpdate(field) ? 'update' : 'read',
    is_system: field.systemColumn !== undefined,
    is_required: field.isRequired,
    is_unique: field.isUnique,
    set_once: body.set_once === true,
    // A file belongs to one record.
    no_copy: body.no_copy === true || type.holdsFiles === true,
    is_sortable: type.isSortable,
    is_groupable: type.isGroupable,
    filter_operators: leadsToTree(model, field, access)
      ? [...type.filterOperators, 'is_under']
      : type.filterOperators,
    aggregates: type.aggregates,
    widget: type.widget,
    schema: type.valueSchema(field),
    options:
      field.name === 'record_type' && field.options.length === 0
        ? recordTypeOptions(object)
        : describeOptions(field),
    transitions: body.transitions ?? null,
    // Principals are named to everyone; of other targets only those that the caller may see.
    targets: field.type.name === 'user' ? field.targets : field.targets.filter(canSee),
    is_polymorphic: field.isPolymorphic,
    default: field.default ?? null,
    scale: body.scale ?? null,
    currency: body.currency ?? null,
    ...(accept && type.holdsFiles ? { accept } : {}),
    ...(isTree(field) ? { is_tree: true } : {}),
    ...(isSearched(object, field) ? { is_searchable: true } : {}),
    ...(type.isEncrypted ? { is_encrypted: true } : {}),
    ...(body.max_size === undefined ? {} : { max_size: body.max_size }),
    ...(parts.length === 0 ? {} : { parts }),
  };
}

/** Records stand above each other by this lookup. */
function isTree(field: CompiledField): boolean {
  return field.body.tree === true && field.related === undefined;
}

/** Whether it can be asked what stands under a record: of a tree lookup, and of links to records of one tree. */
function leadsToTree(model: Model, field: CompiledField, access: DescribeAccess): boolean {
  if (isTree(field)) return true;
  const target =
    field.targets.length === 1 && !field.isPolymorphic ? model.objects.get(field.targets[0]!) : undefined;
  if (field.type.valueType !== 'id' || field.systemColumn !== undefined || !target) return false;
  return [...target.fields.values()].filter((each) => isTree(each) && access.canRead(each)).length === 1;
}

function describeOptions(field: CompiledField): OptionDescription[] {
  return field.options.map((option) => ({
    value: option.value,
    label: option.label,
    color: option.color ?? null,
    is_active: option.isActive,
  }));
}

/** A record's type is chosen like an option, whether or not the model lists the types as options of the field. */
function recordTypeOptions(object: CompiledObject): OptionDescription[] {
  return object.recordTypes.map((recordType) => ({
    value: recordType.name,
    label: recordType.label,
    color: recordType.body.color ?? null,
    is_active: recordType.isActive,
  }));
}

function describeView(object: CompiledObject, view: CompiledView, access: DescribeAccess): ViewDescription {
  const isReadable = (path: FieldPath) => [...fieldsOfPath(path)].every((field) => access.canRead(field));
  const board = view.board && access.canRead(view.board) ? view.board : undefined;
  const columns = view.columns.filter(isReadable).map((path) => path.text);
  return {
    name: view.name,
    label: view.label,
    icon: view.body.icon ?? null,
    mode: board ? 'kanban' : 'grid',
    is_default: view.isDefault,
    columns: columns.length > 0 ? columns : [object.nameField.name],
    filter: view.body.filter ?? null,
    sort: view.sort
      .filter((key) => isReadable(key.path))
      .map((key) => (key.descending ? '-' : '') + key.path.text),
    group_by: board?.name ?? null,
  };
}

/** A view that the caller keeps for themselves, of which is left what they may read. */
export function describeOwnView(
  object: CompiledObject,
  own: { readonly id: string; readonly view: CompiledView; readonly missing: readonly MissingPart[] },
  access: DescribeAccess,
): OwnViewDescription {
  const { id, view, missing } = own;
  return { ...describeView(object, view, access), name: id, is_own: true, id, missing };
}

/** The description with the caller's own views behind the others, and the view that they have chosen to open first. */
export function withOwnViews(
  description: ObjectDescription,
  own: { readonly views: readonly OwnViewDescription[]; readonly first: string | null },
): ObjectDescription {
  const ownViews = [...own.views].sort((a, b) => compareText(a.label, b.label));
  const views = [...description.views, ...ownViews];
  // One that is gone meanwhile opens nothing.
  if (!views.some(({ name }) => name === own.first)) return { ...description, views };
  const first = (view: ViewDescription): ViewDescription =>
    view.name === own.first
      ? { ...view, is_default: true, is_own_default: true }
      : { ...view, is_default: false };
  return { ...description, views: views.map(first) };
}

/** A view whose filter reads a field that the caller may not read would be refused as unknown: it isn't offered. */
function canRunView(view: CompiledView, access: DescribeAccess): boolean {
  if (view.filter === undefined) return true;
  return [...pathsOfExpression(view.filter)].every((path) =>
    [...fieldsOfPath(path)].every((field) => access.canRead(field)),
  );
}

/** Whether a column such as `account.owner.name`, as written in a layout, leads through readable fields only. */
function canReadPath(model: Model, access: DescribeAccess, objectName: string, path: string): boolean {
  let object = model.objects.get(objectName);
  const segments = path.split('.');
  for (const [index, segment] of segments.entries()) {
    // `owner.name` goes through the system field `owner_id`.
    const field = object?.fields.get(segment) ?? object?.fields.get(`${segment}_id`);
    if (field === undefined || !access.canRead(field)) return false;
    if (index === segments.length - 1) return true;
    if (field.type.parts) return index === segments.length - 2 && partFields(field).has(segments.at(-1)!);
    const target = field.targets.length === 1 && !field.isPolymorphic ? field.targets[0] : undefined;
    // Beyond a polymorphic lookup or an owner only the title can be reached.
    if (target === undefined) return index === segments.length - 2 && segments[index + 1] === 'name';
    object = model.objects.get(target);
  }
  return false;
}

function withoutEmptyHeadings(items: readonly AppItem[]): AppItem[] {
  return items.filter((item, index) => {
    const next = items[index + 1];
    return item.type !== 'heading' || (next !== undefined && next.type !== 'heading');
  });
}

/** By code point, so that every server and browser agrees. */
function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
