/** Resolves the name of related records: `contacts`, or of what a lookup points to `account.contacts`. */
import { nearest } from '@trellis/metadata';
import type { CompiledField, CompiledObject, RollupPath } from '../model.ts';
import type { FieldPath } from './path.ts';
import { type PathScope, resolvePath } from './resolve-path.ts';

export interface Relation {
  /** The id of the record that they are related to, seen from the record: `id`, `account.id`. */
  readonly of: FieldPath;
  /** The last segment: `contacts`. */
  readonly name: string;
  /** The object of the related records. */
  readonly object: CompiledObject;
  readonly via: RollupPath;
  /** The field that says so: the lookup of the related records, or the many-to-many field. */
  readonly field: CompiledField;
}

export type ResolvedRelation =
  | { readonly relation: Relation; readonly problem?: undefined }
  | {
      readonly relation?: undefined;
      readonly problem: { readonly code: string; readonly message: string; readonly hint?: string };
    };

/** Related records are known to those who may read them and the field that ties them; others are unknown. */
export function resolveRelation(scope: PathScope, text: string): ResolvedRelation {
  const segments = text.split('.');
  const name = segments.pop()!;
  const { path: of, problem } = resolvePath(scope, [...segments, 'id'].join('.'));
  if (problem) return { problem };
  const object = scope.objects.get(of.field.object);
  const found = object && relationsOf(scope, object).find((each) => each.name === name);
  if (found) return { relation: { ...found, of } };
  if (!object || object.fields.get(name)) {
    const field = object?.fields.get(name);
    const isKnown = field && (!scope.isReadable || scope.isReadable(field));
    if (isKnown || !object)
      return {
        problem: {
          code: 'wrong_type',
          message: `\`${name}\` is no list of related records.`,
          ...hintOf(scope, object),
        },
      };
  }
  const names = relationsOf(scope, object).map((each) => each.name);
  const near = nearest(name, names);
  return {
    problem: {
      code: 'unknown_field',
      message: `${object.name} has no related records \`${name}\`.`,
      ...(near ? { hint: `Did you mean \`${near}\`?` } : hintOf(scope, object)),
    },
  };
}

/** Whether a text is the name of related records, where a field is expected. */
export function isRelation(scope: PathScope, text: string): boolean {
  return resolveRelation(scope, text).relation !== undefined;
}

function hintOf(scope: PathScope, object: CompiledObject | undefined): { readonly hint?: string } {
  const names = object ? relationsOf(scope, object).map((each) => `\`${each.name}\``) : [];
  if (names.length === 0) return {};
  const shown = names.slice(0, 8).join(', ');
  return { hint: `Its related records are ${shown}${names.length > 8 ? ', …' : ''}.` };
}

/** All related records of an object that the asker knows of. */
export function relationsOf(scope: PathScope, object: CompiledObject): readonly Omit<Relation, 'of'>[] {
  const isKnown = (field: CompiledField | undefined): field is CompiledField =>
    field !== undefined && (!scope.isReadable || scope.isReadable(field));
  const pointingHere = object.reverseLookups.flatMap(({ name, object: holder, field: lookupName }) => {
    const related = scope.objects.get(holder);
    const lookup = related?.fields.get(lookupName);
    if (!related || !isKnown(lookup)) return [];
    return [{ name, object: related, via: { is: 'lookup', lookup } as const, field: lookup }];
  });
  const linked = [...object.fields.values()].flatMap((field) => {
    const { junction } = field;
    const related = junction && scope.objects.get(field.targets[0] ?? '');
    const ends = junction && scope.objects.get(junction.object)?.fields;
    const [near, far] = [ends?.get(junction?.near ?? ''), ends?.get(junction?.far ?? '')];
    if (!junction || !related || !isKnown(near) || !isKnown(far)) return [];
    if (!isKnown(field) || !isKnown(related.fields.get('id'))) return [];
    const via = { is: 'junction', object: junction.object, near, far } as const;
    return [{ name: field.name, object: related, via, field }];
  });
  return [...pointingHere, ...linked];
}
