/** Compiles one related field once what it shows is known: its path, and the type of the field at the end. */
import type { ComponentOf } from '@trellis/metadata';
import { type Compilation, type DraftObject, replaceField } from './compilation.ts';
import { withArticle } from './compile-field.ts';
import { MAX_PATH_LOOKUPS, resolvePath } from './expressions/resolve-path.ts';
import { sourcePath } from './expressions/source-path.ts';
import { relatedResult } from './field-types/related.ts';
import type { CompiledField } from './model.ts';

export function compileRelated(
  compilation: Compilation,
  {
    component,
    object,
    field,
  }: {
    readonly component: ComponentOf<'field'>;
    readonly object: DraftObject;
    readonly field: CompiledField;
  },
): void {
  const at = '/body/related';
  const text = component.body.related!;
  const { path, problem } = resolvePath({ objects: compilation.objects, object }, text);
  if (problem) {
    compilation.error(component, problem.code, at, problem.message, problem.hint);
    return;
  }
  compilation.referToPath(component, at, path);
  const way = sourcePath(path);
  if (way.through.length === 0) {
    compilation.error(
      component,
      'wrong_type',
      at,
      `\`${text}\` is a field of ${object.name} itself: there is no other record to show it of.`,
      'Begin with a lookup, such as `account.industry`.',
    );
    return;
  }
  if (way.through.length > MAX_PATH_LOOKUPS) {
    compilation.error(
      component,
      'path_too_long',
      at,
      `with the related fields on the way it passes ${way.through.length} lookups.`,
      `At most ${MAX_PATH_LOOKUPS}.`,
    );
    return;
  }
  const result = relatedResult(way.field);
  if (!result) {
    compilation.error(
      component,
      'wrong_type',
      at,
      `\`${text}\` is ${withArticle(way.field.type.label)}, which only its own record shows.`,
      'Show a text, a number, a date, an option or a lookup of that record.',
    );
    return;
  }
  replaceField(object, {
    ...field,
    type: result.type,
    body: { ...result.body, ...field.body },
    related: way,
    options: way.field.options,
    targets: way.field.targets,
    isPolymorphic: way.field.isPolymorphic,
  });
}
