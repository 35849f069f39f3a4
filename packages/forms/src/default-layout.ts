/**
 * Layouts as a caller sees them: an admin's layout without what this caller may not read, and the layout of an
 * object that has none.
 */
import type { LayoutBody, LayoutItem } from '@trellis/metadata';
import type { PortableExpression } from '@trellis/model';
import type { FieldDescription, RelatedListDescription } from './description.ts';

interface ReadableParts {
  readonly fields: ReadonlyMap<string, FieldDescription>;
  readonly relatedLists: ReadonlyMap<string, RelatedListDescription>;
  canReadColumn(object: string, path: string): boolean;
  /** A condition as it is evaluated; undefined when the caller may not read what it reads. */
  conditionOf(source: unknown): PortableExpression | undefined;
}

type Tab = LayoutBody['tabs'][number];
type Section = Tab['sections'][number];

const ROLE_OF_RECORD = ['owner_id', 'record_type'];
const AUDIT = ['created_at', 'created_by', 'updated_at', 'updated_by'];
/** Texts of more than a line read better across the page. */
const WIDE = new Set(['long_text', 'rich_text', 'markdown', 'code', 'json']);

/** Name first, two columns, long texts below, a section of system facts, a tab of related lists. */
export function generateLayout(
  nameField: string,
  fields: readonly FieldDescription[],
  relatedLists: readonly RelatedListDescription[],
  keepsHistory: boolean,
  label: string,
): LayoutBody {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const own = fields.filter((field) => !field.is_system);
  const nameFirst = [
    ...own.filter((field) => field.name === nameField),
    ...own.filter((field) => field.name !== nameField),
  ];
  const narrow = nameFirst.filter((field) => !WIDE.has(field.type)).map((field) => field.name);
  for (const name of ROLE_OF_RECORD) {
    const field = byName.get(name);
    if (field !== undefined && (name !== 'record_type' || field.options.length > 0)) narrow.push(name);
  }
  const wide = nameFirst.filter((field) => WIDE.has(field.type)).map((field) => field.name);
  const audit = AUDIT.filter((name) => byName.has(name));
  const half = Math.ceil(narrow.length / 2);
  const sections: Section[] = [
    {
      label,
      columns: [
        { items: narrow.slice(0, half).map(fieldItem) },
        { items: narrow.slice(half).map(fieldItem) },
      ],
    },
  ];
  if (wide.length > 0) sections.push({ columns: [{ items: wide.map(fieldItem) }] });
  if (audit.length > 0) {
    const middle = Math.ceil(audit.length / 2);
    sections.push({
      label: 'System information',
      columns: [
        { items: audit.slice(0, middle).map(fieldItem) },
        { items: audit.slice(middle).map(fieldItem) },
      ],
    });
  }
  const tabs: Tab[] = [{ label: 'Details', sections }];
  if (relatedLists.length > 0) {
    tabs.push({
      label: 'Related',
      sections: [
        { columns: [{ items: relatedLists.map((list) => ({ type: 'related_list', lookup: list.lookup })) }] },
      ],
    });
  }
  if (keepsHistory) {
    tabs.push({
      label: 'History',
      sections: [{ columns: [{ items: [{ type: 'component', component: 'history' }] }] }],
    });
  }
  return { label, tabs };
}

/**
 * The layout without fields, columns and lists that the caller may not read. A condition on such a field is left out
 * with its name, and what it guards is shown: field rights, not layouts, keep secrets.
 */
export function restrictLayout(body: LayoutBody, parts: ReadableParts): LayoutBody {
  const tabs = body.tabs
    .map((tab): Tab => ({ ...guarded(tab, parts), sections: restrictSections(tab.sections, parts) }))
    .filter((tab) => tab.sections.length > 0);
  const highlights = body.highlights?.filter((name) => parts.fields.has(name));
  return {
    ...body,
    ...(highlights === undefined ? {} : { highlights }),
    // A layout always has a tab, even for someone who may read next to nothing.
    tabs: tabs.length > 0 ? tabs : [{ label: body.tabs[0]?.label ?? body.label, sections: [] }],
  };
}

function restrictSections(sections: readonly Section[], parts: ReadableParts): Section[] {
  return sections
    .map((section): Section => {
      const columns = section.columns.map((column) => ({
        items: column.items.flatMap((item) => restrictItem(item, parts)),
      }));
      return { ...guarded(section, parts), columns };
    })
    .filter((section) => section.columns.some((column) => column.items.length > 0));
}

function restrictItem(item: LayoutItem, parts: ReadableParts): LayoutItem[] {
  if (item.type === 'field') return parts.fields.has(item.field) ? [guarded(item, parts)] : [];
  if (item.type === 'component') return [guarded(item, parts)];
  const list = parts.relatedLists.get(item.lookup);
  if (list === undefined) return [];
  const { columns, sort, ...rest } = guarded(item, parts);
  const readable = columns?.filter((path) => parts.canReadColumn(list.object, path)) ?? [];
  const sortable = sort?.filter((key) => parts.canReadColumn(list.object, key.replace(/^-/, ''))) ?? [];
  return [
    {
      ...rest,
      ...(readable.length > 0 ? { columns: readable } : {}),
      ...(sortable.length > 0 ? { sort: sortable } : {}),
    },
  ];
}

function guarded<T extends { visible_when?: unknown }>(part: T, parts: ReadableParts): T {
  if (part.visible_when === undefined) return part;
  const { visible_when: source, ...rest } = part;
  const condition = parts.conditionOf(source);
  return (condition ? { ...rest, visible_when: condition } : rest) as T;
}

function fieldItem(field: string): LayoutItem {
  return { type: 'field', field };
}
