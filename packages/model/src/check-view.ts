/**
 * A view that is no component: one that a person keeps for themselves. The same code checks it, against a model that is compiled
 * already and what the person may read; what is gone since it was saved can be taken out of it.
 */
import type { Problem, ViewBody } from '@trellis/metadata';
import { Compilation, type DraftObject } from './compilation.ts';
import { compileView } from './compile-screens.ts';
import { checkExpression } from './expressions/check-expression.ts';
import type { FieldPath } from './expressions/path.ts';
import { type IsReadable, resolvePath } from './expressions/resolve-path.ts';
import type { CompiledObject, CompiledView, Model, Reference } from './model.ts';

export interface ViewSource {
  readonly object: CompiledObject;
  /** What the view is to be called: it is in no message. */
  readonly name: string;
  readonly body: ViewBody;
}

export interface CheckedView {
  /** Of what has a fault it is made without that. */
  readonly view: CompiledView;
  /** With pointers into the body. */
  readonly problems: readonly Problem[];
  /** Fields that the view mentions, with pointers that begin with `/body`. */
  readonly references: readonly Reference[];
}

/** Checks a body that has the right shape. A field that the asker can't read is unknown; without `isReadable` all are known. */
export function checkView(model: Model, source: ViewSource, isReadable?: IsReadable): CheckedView {
  const compilation = new Compilation([], model.objects as Map<string, DraftObject>);
  const component = {
    kind: 'view',
    name: `${source.object.name}.${source.name}`,
    body: source.body,
  } as const;
  const view = compileView(compilation, component, source.object, isReadable);
  const prefix = `${component.name}: `;
  return {
    view,
    problems: compilation.problems.map(({ component: _, ...problem }) => ({
      ...problem,
      pointer: problem.pointer.replace(/^\/body/, ''),
      message: problem.message.startsWith(prefix) ? problem.message.slice(prefix.length) : problem.message,
    })),
    references: compilation.references,
  };
}

/** What a person calls the paths of a view, by pointer into its body: for the day when one of them is gone. */
export function labelsOfView(
  model: Model,
  { object, body }: ViewSource,
  isReadable?: IsReadable,
): Readonly<Record<string, string>> {
  const scope = { objects: model.objects, object, ...(isReadable && { isReadable }) };
  const labels: Record<string, string> = {};
  const note = (pointer: string, path: FieldPath | undefined) => {
    if (path) labels[pointer] = [...path.through, path.field].map(({ label }) => label).join(' · ');
  };
  for (const [index, text] of body.columns.entries())
    note(`/columns/${index}`, resolvePath(scope, text).path);
  for (const [index, text] of (body.sort ?? []).entries())
    note(`/sort/${index}`, resolvePath(scope, text.replace(/^-/, '')).path);
  if (body.group_by !== undefined) note('/group_by', resolvePath(scope, body.group_by).path);
  for (const { pointer, path } of checkExpression(body.filter, scope).mentions)
    note(`/filter${pointer}`, path);
  return labels;
}

/**
 * The body without what is at the pointers: columns and keys of the order each by itself, of a filter that joins conditions by `and`
 * each condition, any other filter as a whole.
 */
export function withoutParts(body: ViewBody, pointers: readonly string[]): ViewBody {
  const has = (prefix: string) => pointers.some((each) => each === prefix || each.startsWith(`${prefix}/`));
  const { columns, sort, filter, group_by: group, mode, ...rest } = body;
  const keptFilter = () => {
    if (!has('/filter')) return filter;
    const conditions = (filter as { readonly and?: unknown } | undefined)?.and;
    const isEach = pointers
      .filter((each) => each.startsWith('/filter'))
      .every((each) => /^\/filter\/and\/\d+(\/|$)/.test(each));
    if (!Array.isArray(conditions) || !isEach) return undefined;
    const kept = conditions.filter((_, index) => !has(`/filter/and/${index}`));
    return kept.length === 0 ? undefined : { and: kept };
  };
  const keptSort = sort?.filter((_, index) => !has(`/sort/${index}`));
  const kept = keptFilter();
  const isGrouped = group !== undefined && !has('/group_by') && !has('/mode');
  return {
    ...rest,
    columns: columns.filter((_, index) => !has(`/columns/${index}`)),
    ...(keptSort && { sort: keptSort }),
    ...(kept !== undefined && { filter: kept as NonNullable<ViewBody['filter']> }),
    ...(mode !== undefined && (group === undefined || isGrouped) && { mode }),
    ...(isGrouped && { group_by: group }),
  };
}
