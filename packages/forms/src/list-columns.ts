/** The columns of a list: a view's paths resolved to fields, with what a cell and a header need to know. */
import type { FieldDescription, ObjectDescription, ObjectSummary } from './description.ts';

export interface ListColumn {
  /** As in the view: `account.name`, `amount`. Identity of the column and what the header sorts by. */
  readonly path: string;
  readonly label: string;
  /** The field at the end of the path. */
  readonly field: FieldDescription;
  /** Set when the cell titles another record: the lookup on the record in hand, for the link. */
  readonly lookup: FieldDescription | null;
  /** Whether the cell titles the record itself. */
  readonly is_title: boolean;
  /** Paths to ask the server for. */
  readonly fetch: readonly string[];
  /** What to sort by, null when the server can't. */
  readonly sort: string | null;
}

export interface ColumnContext {
  /** Summaries of all readable objects: which field titles a record. */
  findObject(name: string): ObjectSummary | undefined;
  /** Full descriptions where they are known, for columns beyond a lookup. */
  describe(name: string): ObjectDescription | undefined;
}

/** Columns of a view, or of a list of paths. A path that leads nowhere any more is left out. */
export function listColumns(
  description: ObjectDescription,
  view: { readonly columns: readonly string[] },
  context: ColumnContext,
): ListColumn[] {
  return view.columns.flatMap((path) => resolveColumn(description, path, context) ?? []);
}

export function resolveColumn(
  description: ObjectDescription,
  path: string,
  context: ColumnContext,
): ListColumn | undefined {
  const [first = '', ...rest] = path.split('.');
  const field = findSegment(description, first);
  if (field === undefined) return undefined;
  if (rest.length === 0) {
    if (!isReference(field)) return plainColumn(description, field);
    return lookupColumn(path, field, titlePath(field, relationOf(field.name), context));
  }
  const part = field.parts?.find((each) => each.name === path);
  if (part !== undefined) return plainColumn(description, part);
  const target = field.is_polymorphic || field.is_system ? undefined : field.targets[0];
  const titled = target === undefined ? undefined : context.findObject(target);
  if (rest.length === 1 && (rest[0] === titled?.name_field || (rest[0] === 'name' && titled === undefined))) {
    return lookupColumn(path, field, path);
  }
  const beyond = target === undefined ? undefined : context.describe(target);
  if (beyond === undefined) return undefined;
  const inner = resolveColumn(beyond, rest.join('.'), context);
  if (inner === undefined) return undefined;
  const fetch = inner.fetch.map((each) => `${relationOf(first)}.${each}`);
  return {
    path,
    label: `${field.label} · ${inner.label}`,
    field: inner.field,
    // Only the nearest record can be linked: what lies beyond is shown as text.
    lookup: null,
    is_title: false,
    fetch,
    sort: inner.sort === null ? null : `${relationOf(first)}.${inner.sort}`,
  };
}

/** Paths of lookups (`account` or `owner_id`) at which a record carries `{id, name}` when asked for `<relation>.name`. */
export function relationOf(fieldName: string): string {
  return fieldName === 'owner_id' ? 'owner' : fieldName;
}

/** Where the title of a lookup's target is read: `account.name`, `owner.name`, `regarding.name`. */
export function titlePath(
  field: FieldDescription,
  relation: string,
  context: Pick<ColumnContext, 'findObject'>,
): string {
  // Beyond a principal or a polymorphic lookup only `name` can be reached, whatever its object calls the title.
  const target = field.is_polymorphic || field.is_system ? undefined : field.targets[0];
  return `${relation}.${(target === undefined ? undefined : context.findObject(target)?.name_field) ?? 'name'}`;
}

/** Whether a value is one other record, which can be asked for with its title. */
export function isReference(field: FieldDescription): boolean {
  return field.value_type !== 'ids' && field.targets.length > 0;
}

function plainColumn(description: ObjectDescription, field: FieldDescription): ListColumn {
  return {
    path: field.name,
    label: field.label,
    field,
    lookup: null,
    is_title: field.name === description.name_field,
    fetch: [field.name],
    sort: field.is_sortable ? field.name : null,
  };
}

function lookupColumn(path: string, field: FieldDescription, title: string): ListColumn {
  return {
    path,
    label: field.label.replace(/ ID$/i, ''),
    field,
    lookup: field,
    is_title: false,
    fetch: [title],
    sort: field.is_polymorphic ? null : title,
  };
}

function findSegment(description: ObjectDescription, segment: string): FieldDescription | undefined {
  return (
    description.fields.find((field) => field.name === segment) ??
    description.fields.find((field) => field.name === `${segment}_id` && field.is_system)
  );
}

/** Facts that only the platform has a use for. */
const INTERNAL: ReadonlySet<string> = new Set(['id', 'version', 'deleted_at', 'deleted_by']);

/** Columns that a person may add to a list: every readable field that a cell can show. */
export function availableColumns(description: ObjectDescription): readonly FieldDescription[] {
  return description.fields
    .filter((field) => !INTERNAL.has(field.name))
    .flatMap((field) => [field, ...(field.parts ?? [])]);
}

/**
 * What to ask for to show whole records: every readable field, and the titles of lookups.
 */
export function recordFields(
  description: ObjectDescription,
  context: Pick<ColumnContext, 'findObject'>,
): string[] {
  return description.fields.flatMap((field) => {
    if (field.name.startsWith('deleted_') && field.is_system) return [];
    if (!isReference(field)) return [field.name];
    const relation = relationOf(field.name);
    const title = titlePath(field, relation, context);
    return relation === field.name ? [title] : [field.name, title];
  });
}
