/**
 * The layouts, lists and record types of an object without a field that is about to go. Filters, rules and formulas
 * are left for a person to change, since dropping a condition changes who sees what: the plan says where they are.
 */
import type { ComponentDocument } from '@trellis/api';
import { isSame } from '../draft/same.ts';
import { withoutField, withoutRelatedColumn } from '../layout-editor/layout-body.ts';
import type { Catalogue } from './catalogue.ts';

export function withoutFieldEverywhere(
  catalogue: Catalogue,
  object: string,
  field: string,
): ComponentDocument[] {
  const names = (path: string) => path.replace(/^-/, '').split('.')[0] === field;
  const changed: ComponentDocument[] = [];
  const keep = (kind: string, name: string, before: unknown, body: unknown) => {
    if (!isSame(before, body)) changed.push({ kind, name, body });
  };
  for (const layout of catalogue.all('layout')) {
    const own = layout.name.startsWith(`${object}.`) ? withoutField(layout.body, field) : layout.body;
    keep('layout', layout.name, layout.body, withoutRelatedColumn(own, object, field));
  }
  for (const view of catalogue.of('view', object)) {
    const { sort, group_by, ...rest } = view.body;
    const columns = rest.columns.filter((path) => !names(path));
    const keptSort = sort?.filter((key) => !names(key));
    keep('view', view.name, view.body, {
      ...rest,
      columns: columns.length > 0 ? columns : [catalogue.find('object', object)?.body.name_field ?? 'name'],
      ...(keptSort === undefined || keptSort.length === 0 ? {} : { sort: keptSort }),
      ...(group_by === undefined || names(group_by) ? {} : { group_by }),
    });
  }
  for (const type of catalogue.of('record_type', object)) {
    if (type.body.options?.[field] === undefined) continue;
    const { [field]: _, ...options } = type.body.options;
    keep('record_type', type.name, type.body, { ...type.body, options });
  }
  return changed;
}
