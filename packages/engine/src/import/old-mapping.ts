/** A mapping that speaks of objects and fields by old names, in the words of today. */
import type { CompiledObject } from '@trellis/model';
import { currentMatch } from '../match-records.ts';
import type { Names } from '../old-names.ts';
import type { ColumnTarget, ResolvedMapping } from './mapping.ts';
import type { ImportOptions } from './options.ts';

/** What an import was asked to do. */
export function currentOptions(names: Names, object: CompiledObject, options: ImportOptions): ImportOptions {
  const { key, columns } = options;
  const renamed = Object.entries(columns ?? {}).map(([column, given]) => [
    column,
    given === null
      ? null
      : typeof given === 'string'
        ? names.field(object, given)
        : currentTarget(names, object, given),
  ]);
  return {
    ...options,
    ...(key === undefined ? {} : { key: names.field(object, key) }),
    ...currentMatch(names, object, options.match),
    ...(columns === undefined ? {} : { columns: Object.fromEntries(renamed) }),
    defaults: renamedKeys(names, object, options.defaults),
  };
}

/** What an import that has begun goes on with: fields may have been renamed since. */
export function currentMapping(
  names: Names,
  object: CompiledObject,
  mapping: ResolvedMapping,
): ResolvedMapping {
  const { key, targets } = mapping;
  return {
    ...mapping,
    key: key === undefined ? undefined : names.field(object, key),
    ...currentMatch(names, object, mapping.match),
    targets: targets.map((target) => currentTarget(names, object, target)),
    defaults: renamedKeys(names, object, mapping.defaults ?? {}),
  };
}

function renamedKeys<Value>(
  names: Names,
  object: CompiledObject,
  values: Readonly<Record<string, Value>>,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [names.field(object, name), value]),
  );
}

function currentTarget<Target extends Omit<ColumnTarget, 'column'>>(
  names: Names,
  object: CompiledObject,
  target: Target,
): Target {
  const field = names.field(object, target.field);
  const meant = target.object === undefined ? undefined : names.object(target.object);
  const found = names.find(meant ?? object.fields.get(field)?.targets[0] ?? '');
  return {
    ...target,
    field,
    ...(meant === undefined ? {} : { object: meant }),
    ...(target.match === undefined || !found ? {} : { match: names.field(found, target.match) }),
  };
}
