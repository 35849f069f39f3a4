/** Compiles what people look at: views, record types and apps. */
import { type ComponentOf, jsonPointer, shortName } from '@trellis/metadata';
import type { Compilation } from './compilation.ts';
import { checkExpression } from './expressions/check-expression.ts';
import { sortedPath } from './expressions/part-field.ts';
import type { FieldPath, SortKey } from './expressions/path.ts';
import { type IsReadable, type PathScope, resolvePath } from './expressions/resolve-path.ts';
import type {
  CompiledApp,
  CompiledField,
  CompiledObject,
  CompiledRecordType,
  CompiledView,
} from './model.ts';

export function compileView(
  compilation: Compilation,
  component: ComponentOf<'view'>,
  object: CompiledObject,
  isReadable?: IsReadable,
): CompiledView {
  const { body } = component;
  const scope = { objects: compilation.objects, object, ...(isReadable && { isReadable }) };
  const columns = body.columns
    .map((text, index) =>
      requirePath(compilation, component, scope, text, jsonPointer('body', 'columns', index)),
    )
    .filter((path) => path !== undefined);
  for (const [index, text] of body.columns.entries()) {
    if (body.columns.indexOf(text) < index)
      compilation.error(
        component,
        'duplicate_item',
        jsonPointer('body', 'columns', index),
        `\`${text}\` is a column twice.`,
      );
  }
  const sort: SortKey[] = [];
  for (const [index, text] of (body.sort ?? []).entries()) {
    const pointer = jsonPointer('body', 'sort', index);
    const path = requirePath(compilation, component, scope, text.replace(/^-/, ''), pointer);
    if (!path) continue;
    if (sort.some((key) => key.path.text === path.text))
      compilation.error(component, 'duplicate_item', pointer, `\`${path.text}\` is sorted by twice.`);
    else if (path.field.type.isSortable)
      sort.push({ path: sortedPath(path), descending: text.startsWith('-') });
    else
      compilation.error(
        component,
        'not_sortable',
        pointer,
        `\`${path.text}\` is a ${path.field.type.label.toLowerCase()}, which has no order to sort by.`,
      );
  }
  const { expression, problems, mentions } = checkExpression(body.filter, scope);
  for (const problem of problems) {
    compilation.error(
      component,
      problem.code,
      `/body/filter${problem.pointer}`,
      problem.message,
      problem.hint,
    );
  }
  for (const { pointer, path } of mentions)
    compilation.referToPath(component, `/body/filter${pointer}`, path);
  const group =
    body.group_by === undefined
      ? undefined
      : requirePath(compilation, component, scope, body.group_by, '/body/group_by');
  const board = body.mode === 'kanban' ? boardField(group) : undefined;
  const warn = (property: 'group_by' | 'shared_with' | 'mode', message: string) =>
    compilation.warning(component, 'not_yet_effective', jsonPointer('body', property), message);
  if (body.group_by !== undefined && !board) {
    const isBoard = body.mode === 'kanban' && group !== undefined;
    warn(
      'group_by',
      isBoard
        ? `a board has a column for each option of a select or status field of the object itself, and \`${body.group_by}\` is none.`
        : '`group_by` has no effect in this version.',
    );
  }
  if (body.shared_with !== undefined) warn('shared_with', '`shared_with` has no effect in this version.');
  if (body.mode !== undefined && body.mode !== 'grid' && !board)
    warn(
      'mode',
      body.mode === 'kanban' && body.group_by === undefined
        ? 'a board needs `group_by`; it is shown as a grid until it has one.'
        : `the mode \`${body.mode}\` is shown as a grid in this version.`,
    );
  return {
    name: shortName(component.name),
    label: body.label,
    isDefault: body.is_default ?? false,
    columns,
    filter: expression,
    sort,
    board,
    body,
  };
}

/** The field that a board's columns come from: what a record can be given by moving its card. */
function boardField(path: FieldPath | undefined): CompiledField | undefined {
  if (!path || path.through.length > 0) return undefined;
  const { field } = path;
  const isChoice = field.type.valueType === 'option' && field.options.length > 0;
  return isChoice && field.isWritable && field.systemColumn === undefined ? field : undefined;
}

function requirePath(
  compilation: Compilation,
  component: ComponentOf<'view'>,
  scope: PathScope,
  text: string,
  pointer: string,
): FieldPath | undefined {
  const { path, problem } = resolvePath(scope, text);
  if (problem) {
    compilation.error(component, problem.code, pointer, problem.message, problem.hint);
    compilation.refer(component, pointer, 'field', `${scope.object.name}.${text.split('.')[0]}`);
    return undefined;
  }
  compilation.referToPath(component, pointer, path);
  return path;
}

export function compileRecordType(component: ComponentOf<'record_type'>): CompiledRecordType {
  return {
    name: shortName(component.name),
    label: component.body.label,
    isActive: component.body.active ?? true,
    isDefault: component.body.is_default ?? false,
    body: component.body,
  };
}

export function compileApp(compilation: Compilation, component: ComponentOf<'app'>): CompiledApp {
  for (const [index, item] of component.body.items.entries()) {
    if (item.type === 'object') {
      const pointer = jsonPointer('body', 'items', index, 'object');
      compilation.refer(component, pointer, 'object', item.object);
      if (!compilation.objects.has(item.object)) {
        compilation.error(
          component,
          'unknown_object',
          pointer,
          `there is no object \`${item.object}\`.`,
          compilation.didYouMean(item.object, compilation.objects.keys()),
        );
      }
    }
    if (item.type === 'view') {
      const pointer = jsonPointer('body', 'items', index, 'view');
      compilation.refer(component, pointer, 'view', item.view);
      const [object = '', view = ''] = item.view.split('.');
      const views = compilation.objects.get(object)?.views;
      if (!views?.has(view)) {
        compilation.error(
          component,
          'unknown_view',
          pointer,
          `there is no view \`${item.view}\`.`,
          compilation.didYouMean(
            item.view,
            [...(views?.keys() ?? [])].map((name) => `${object}.${name}`),
          ),
        );
      }
    }
  }
  return { name: component.name, label: component.body.label, body: component.body };
}
