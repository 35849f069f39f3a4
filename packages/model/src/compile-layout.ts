/** Compiles a layout: every field, related list and condition that it mentions must exist. */
import { type ComponentOf, jsonPointer, type LayoutItem, shortName } from '@trellis/metadata';
import { type Compilation, type DraftObject, refuseRelated } from './compilation.ts';
import { checkExpression } from './expressions/check-expression.ts';
import { inputsOfExpression } from './expressions/formula-facts.ts';
import { resolvePath } from './expressions/resolve-path.ts';
import type { CompiledLayout } from './model.ts';

export function compileLayout(
  compilation: Compilation,
  component: ComponentOf<'layout'>,
  object: DraftObject,
): CompiledLayout {
  const { body } = component;
  const placed = new Map<string, string>();
  for (const [index, name] of (body.highlights ?? []).entries()) {
    requireField(compilation, component, object, name, jsonPointer('body', 'highlights', index));
  }
  for (const [tabIndex, tab] of body.tabs.entries()) {
    checkCondition(compilation, component, object, tab, jsonPointer('body', 'tabs', tabIndex));
    for (const [sectionIndex, section] of tab.sections.entries()) {
      checkCondition(
        compilation,
        component,
        object,
        section,
        jsonPointer('body', 'tabs', tabIndex, 'sections', sectionIndex),
      );
      for (const [columnIndex, column] of section.columns.entries()) {
        for (const [itemIndex, item] of column.items.entries()) {
          const at = jsonPointer(
            'body',
            'tabs',
            tabIndex,
            'sections',
            sectionIndex,
            'columns',
            columnIndex,
            'items',
            itemIndex,
          );
          compileItem(compilation, component, object, item, at);
          if (item.type !== 'field') continue;
          const before = placed.get(item.field);
          if (before !== undefined) {
            compilation.error(
              component,
              'duplicate_item',
              `${at}/field`,
              `\`${item.field}\` is placed twice.`,
              `It stands at ${before} already.`,
            );
          }
          placed.set(item.field, at);
        }
      }
    }
  }
  return { name: shortName(component.name), label: body.label, body };
}

function compileItem(
  compilation: Compilation,
  component: ComponentOf<'layout'>,
  object: DraftObject,
  item: LayoutItem,
  at: string,
): void {
  checkCondition(compilation, component, object, item, at);
  if (item.type === 'field') requireField(compilation, component, object, item.field, `${at}/field`);
  if (item.type !== 'related_list') return;
  const [otherName = '', fieldName = ''] = item.lookup.split('.');
  const other = compilation.objects.get(otherName);
  const field = other?.fields.get(fieldName);
  compilation.refer(component, `${at}/lookup`, 'field', item.lookup);
  if (!other || !field?.targets.includes(object.name) || field.type.column === undefined) {
    const candidates = object.reverseLookups.map((each) => `${each.object}.${each.field}`);
    compilation.error(
      component,
      'unknown_related_list',
      `${at}/lookup`,
      `\`${item.lookup}\` is no lookup that points to ${object.name}.`,
      compilation.didYouMean(item.lookup, candidates) ??
        (candidates.length > 0 ? `Lookups that do: ${candidates.join(', ')}.` : 'No lookup points here yet.'),
    );
    return;
  }
  const scope = { objects: compilation.objects, object: other };
  for (const [index, text] of (item.columns ?? []).entries()) {
    const { problem, path } = resolvePath(scope, text);
    if (problem)
      compilation.error(component, problem.code, `${at}/columns/${index}`, problem.message, problem.hint);
    else compilation.referToPath(component, `${at}/columns/${index}`, path);
  }
  for (const [index, text] of (item.sort ?? []).entries()) {
    const { problem, path } = resolvePath(scope, text.replace(/^-/, ''));
    if (problem)
      compilation.error(component, problem.code, `${at}/sort/${index}`, problem.message, problem.hint);
    else if (path.field.type.isSortable) compilation.referToPath(component, `${at}/sort/${index}`, path);
    else
      compilation.error(
        component,
        'not_sortable',
        `${at}/sort/${index}`,
        `\`${path.text}\` can not be sorted by.`,
      );
  }
}

function requireField(
  compilation: Compilation,
  component: ComponentOf<'layout'>,
  object: DraftObject,
  name: string,
  pointer: string,
): void {
  const field = object.fields.get(name);
  if (!field) {
    compilation.refer(component, pointer, 'field', `${object.name}.${name}`);
    compilation.error(
      component,
      'unknown_field',
      pointer,
      `${object.name} has no field \`${name}\`.`,
      compilation.didYouMean(name, object.fields.keys()),
    );
  } else if (field.systemColumn === undefined) {
    compilation.refer(component, pointer, 'field', `${object.name}.${name}`);
  }
}

/** When a part is shown: a condition on the record, evaluated in the form while it is being typed. */
function checkCondition(
  compilation: Compilation,
  component: ComponentOf<'layout'>,
  object: DraftObject,
  part: { readonly visible_when?: unknown },
  at: string,
): void {
  const { expression, mentions, problems } = checkExpression(part.visible_when, {
    objects: compilation.objects,
    object,
  });
  if (expression) refuseRelated(compilation, component, `${at}/visible_when`, inputsOfExpression(expression));
  for (const problem of problems) {
    compilation.error(
      component,
      problem.code,
      `${at}/visible_when${problem.pointer}`,
      problem.message,
      problem.hint,
    );
  }
  for (const { pointer, path } of mentions) {
    compilation.referToPath(component, `${at}/visible_when${pointer}`, path);
  }
}
