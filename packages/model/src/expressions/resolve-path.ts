/** Resolves the text of a path against the model. */
import { nearest } from '@trellis/metadata';
import type { CompiledField, CompiledObject, Model } from '../model.ts';
import { PRINCIPAL_PATHS, TITLE_FIELD } from '../system-fields.ts';
import { partFields } from './part-field.ts';
import type { FieldPath } from './path.ts';
import { sourcePath, wayTo } from './source-path.ts';

/** Lookups that a path may pass (design brief §3.1). */
export const MAX_PATH_LOOKUPS = 5;

/** Which fields the asker knows of; a field that can't be read is unknown to them (design brief §6). */
export type IsReadable = (field: CompiledField) => boolean;

export interface PathScope {
  readonly objects: Model['objects'];
  readonly object: CompiledObject;
  readonly isReadable?: IsReadable;
}

export type ResolvedPath =
  | { readonly path: FieldPath; readonly problem?: undefined }
  | {
      readonly path?: undefined;
      readonly problem: { readonly code: string; readonly message: string; readonly hint?: string };
    };

/**
 * The fields behind `amount`, `account.owner.name` or `owner.name`. Problems: `unknown_field` (with the nearest
 * name), `unknown_object` (behind a lookup), `not_a_lookup`, `path_too_long`, `ambiguous_path` (beyond the title of a lookup with several targets).
 */
export function resolvePath(scope: PathScope, text: string): ResolvedPath {
  const segments = text.split('.');
  const tooLong = () => fail('path_too_long', `\`${text}\` passes more than ${MAX_PATH_LOOKUPS} lookups.`);
  // The last of the segments may be a part of a value.
  if (segments.length > MAX_PATH_LOOKUPS + 2) return tooLong();
  const through: CompiledField[] = [];
  let object = scope.object;
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    const name = isLast ? segment : (PRINCIPAL_PATHS.get(segment) ?? segment);
    const field = object.fields.get(name);
    if (!field || (scope.isReadable && !scope.isReadable(field)))
      return unknownField(scope, object, segment, isLast);
    if (isLast && field.type.isEncrypted && through.length > 0) {
      return fail('not_supported', `\`${text}\` is kept encrypted: only its own record shows it.`);
    }
    if (isLast) {
      const path = Object.freeze({ text, through, field });
      return sourcePath(path).through.length > MAX_PATH_LOOKUPS ? tooLong() : { path };
    }
    if (field.type.parts) {
      const part = index === segments.length - 2 ? partFields(field).get(segments.at(-1)!) : undefined;
      return part
        ? { path: Object.freeze({ text, through, field: part }) }
        : unknownPart(field, segments, index);
    }
    const isLookup = field.type.valueType === 'id' && field.targets.length > 0;
    if (!isLookup) {
      return fail(
        'not_a_lookup',
        `\`${segment}\` of ${object.name} is no lookup, so nothing can stand behind it.`,
      );
    }
    through.push(field);
    if (through.flatMap(wayTo).length > MAX_PATH_LOOKUPS) return tooLong();
    if (field.isPolymorphic || (field.related?.field ?? field).systemColumn !== undefined) {
      const rest = segments.slice(index + 1).join('.');
      if (rest === 'name') return { path: Object.freeze({ text, through, field: TITLE_FIELD }) };
      return fail(
        'ambiguous_path',
        `Behind \`${segment}\` only \`name\` can be reached, not \`${rest}\`, because it may point to several objects.`,
        `Use \`${segments.slice(0, index + 1).join('.')}.name\`.`,
      );
    }
    const target = scope.objects.get(field.targets[0]!);
    if (!target)
      return fail(
        'unknown_object',
        `\`${segment}\` of ${object.name} points to \`${field.targets[0]}\`, and there is no such object.`,
      );
    object = target;
  }
  return unknownField(scope, scope.object, text, true);
}

function unknownPart(field: CompiledField, segments: readonly string[], index: number): ResolvedPath {
  const names = Object.keys(field.type.parts!);
  const near = nearest(segments[index + 1]!, names);
  return fail(
    'unknown_field',
    `\`${segments[index]}\` has no part \`${segments.slice(index + 1).join('.')}\`.`,
    near ? `Did you mean \`${near}\`?` : `Its parts are ${names.join(', ')}.`,
  );
}

function unknownField(scope: PathScope, object: CompiledObject, name: string, isLast: boolean): ResolvedPath {
  const known = [...object.fields.values()]
    .filter((field) => !scope.isReadable || scope.isReadable(field))
    .filter((field) => isLast || field.targets.length > 0)
    .map((field) => field.name);
  const near = isLast && PRINCIPAL_PATHS.has(name) ? PRINCIPAL_PATHS.get(name) : nearest(name, known);
  return fail(
    'unknown_field',
    `${object.name} has no field \`${name}\`.`,
    near && `Did you mean \`${near}\`?`,
  );
}

function fail(code: string, message: string, hint?: string): ResolvedPath {
  return { problem: { code, message, ...(hint === undefined ? {} : { hint }) } };
}
