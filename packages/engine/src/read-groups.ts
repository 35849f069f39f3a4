/**
 * What a question for totals is made of: by what records are grouped, and what is taken of each group. Every fault is
 * reported with a pointer into the request; what the caller can't read is unknown.
 */
import { jsonPointer } from '@trellis/metadata';
import type {
  CompiledField,
  CompiledObject,
  DatePeriod,
  GroupKey,
  Measure,
  NumberBuckets,
} from '@trellis/model';
import { readPath } from './build-query.ts';
import type { AggregateRequest, GroupRequest, InputError } from './engine.ts';
import type { Pinned } from './pinned.ts';

const MAX_GROUP_KEYS = 20;
const MAX_MEASURES = 100;
const MAX_BOUNDS = 100;
const COLUMN_NAME = /^[a-z][a-z0-9_]{0,99}$/;
const PERIODS: readonly DatePeriod[] = ['day', 'week', 'month', 'quarter', 'year'];
const GROUP_PROPERTIES = ['field', 'period', 'width', 'origin', 'bounds', 'as'] as const;

/** Lists that are too long: they are not even looked at, since naming each fault of one would take minutes. */
export function tooManyOf(
  request: { readonly [name: string]: unknown },
  lists: readonly ('group_by' | 'rows' | 'columns' | 'measures' | 'sort')[],
): InputError[] {
  return lists.flatMap((name) => {
    const given = request[name];
    const most =
      name === 'measures' ? MAX_MEASURES : name === 'sort' ? MAX_GROUP_KEYS + MAX_MEASURES : MAX_GROUP_KEYS;
    if (given === undefined || (Array.isArray(given) && given.length <= most)) return [];
    return [
      {
        code: 'invalid_value',
        pointer: jsonPointer(name),
        message: `\`${name}\` is a list of up to ${most}.`,
      },
    ];
  });
}

/** The keys of a list of groups; `list` is its name in the request. */
export function readGroups(
  pinned: Pinned,
  object: CompiledObject,
  given: readonly (string | GroupRequest)[] | undefined,
  { list, problems }: { readonly list: string; readonly problems: InputError[] },
): GroupKey[] {
  return (given ?? []).flatMap((key, index): GroupKey[] => {
    const pointer = jsonPointer(list, index);
    const group: Partial<GroupRequest> = typeof key === 'string' ? { field: key } : (key ?? {});
    problems.push(...unknownProperties(group, GROUP_PROPERTIES, pointer));
    const { field: text, period, as } = group;
    if (typeof text !== 'string') {
      const message = 'A group is a field, or {"field": …} with a period, a width or bounds.';
      problems.push({ code: 'wrong_type', pointer, message });
      return [];
    }
    if (as !== undefined && (typeof as !== 'string' || !COLUMN_NAME.test(as))) {
      const message = 'The name of a column has lower-case letters, digits and `_`.';
      problems.push({ code: 'invalid_value', pointer: `${pointer}/as`, message });
      return [];
    }
    const path = readPath(pinned, object, text, pointer, problems);
    if (!path) return [];
    const { type } = path.field;
    if (!type.isGroupable) {
      const message = `\`${text}\` is a ${type.label.toLowerCase()}, which can't be grouped by.`;
      problems.push({ code: 'not_groupable', pointer, message });
    }
    const isMoment = type.valueType === 'date' || type.valueType === 'datetime';
    if (period !== undefined && (!PERIODS.includes(period) || !isMoment)) {
      const message = isMoment
        ? `A period is ${PERIODS.join(', ')}.`
        : `\`${text}\` is no date, so it has no periods.`;
      problems.push({ code: 'invalid_period', pointer: `${pointer}/period`, message });
    }
    const buckets = readBuckets(group, path.field, pointer, problems);
    return [{ path, period, ...(buckets ? { buckets } : {}), as: as ?? text }];
  });
}

function readBuckets(
  { width, origin, bounds }: Partial<GroupRequest>,
  field: CompiledField,
  pointer: string,
  problems: InputError[],
): NumberBuckets | undefined {
  if (width === undefined && bounds === undefined && origin === undefined) return undefined;
  const refuse = (property: string, message: string) => {
    problems.push({ code: 'invalid_buckets', pointer: `${pointer}/${property}`, message });
    return undefined;
  };
  const given = bounds === undefined ? 'width' : 'bounds';
  if (field.type.valueType !== 'number')
    return refuse(given, `\`${field.name}\` is no number, so it has no ranges.`);
  if (bounds !== undefined) {
    if (width !== undefined || origin !== undefined)
      return refuse('bounds', 'Ranges have a width, or bounds, not both.');
    const isRising =
      Array.isArray(bounds) &&
      bounds.length > 0 &&
      bounds.length <= MAX_BOUNDS &&
      bounds.every((bound, at) => isNumber(bound) && (at === 0 || bound > (bounds[at - 1] as number)));
    if (!isRising)
      return refuse('bounds', `Bounds are up to ${MAX_BOUNDS} numbers, each above the one before.`);
    return { is: 'bounds', bounds };
  }
  if (!isNumber(width) || width <= 0) return refuse('width', 'A width is a number above 0.');
  if (origin !== undefined && !isNumber(origin)) return refuse('origin', 'An origin is a number.');
  return { is: 'width', width, origin: origin ?? 0 };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e15;
}

/** `count` alone when no measure is asked for. */
export function readMeasures(
  pinned: Pinned,
  object: CompiledObject,
  request: Pick<AggregateRequest, 'measures'>,
  problems: InputError[],
): Measure[] {
  const given = request.measures?.length ? request.measures : [{ function: 'count' as const }];
  return given.flatMap((measure, index): Measure[] => {
    const pointer = jsonPointer('measures', index);
    const { function: aggregate, field: name } = measure ?? {};
    problems.push(...unknownProperties(measure, ['function', 'field'], pointer));
    if (typeof aggregate !== 'string') {
      const message = 'A measure is {"function": …, "field": …}, such as {"function": "count"}.';
      problems.push({ code: 'wrong_type', pointer, message });
      return [];
    }
    if (name === undefined) {
      if (aggregate === 'count') return [{ function: aggregate, field: undefined, as: 'count' }];
      problems.push({
        code: 'required',
        pointer: `${pointer}/field`,
        message: `\`${String(aggregate)}\` needs a field.`,
      });
      return [];
    }
    const path = readPath(pinned, object, String(name), `${pointer}/field`, problems);
    if (!path) return [];
    if (path.through.length > 0 || path.field.part) {
      problems.push({
        code: 'not_supported',
        pointer: `${pointer}/field`,
        message: 'A measure is taken of a field of the object itself.',
      });
      return [];
    }
    const field: CompiledField = path.field;
    if (!field.type.aggregates.includes(aggregate)) {
      const hint = `It has ${field.type.aggregates.join(', ')}.`;
      problems.push({
        code: 'invalid_measure',
        pointer: `${pointer}/function`,
        message: `A ${field.type.label.toLowerCase()} has no \`${String(aggregate)}\`.`,
        hint,
      });
      return [];
    }
    return [{ function: aggregate, field, as: `${aggregate}_${field.name}` }];
  });
}

/** Columns that two of the keys or measures would share. */
export function duplicateColumns(
  groups: readonly (readonly [GroupKey, string])[],
  measures: readonly Measure[],
): InputError[] {
  const columns = [
    ...groups.map(([{ as }, pointer]) => [as, pointer] as const),
    ...measures.map(({ as }, index) => [as, jsonPointer('measures', index)] as const),
  ];
  return columns.flatMap(([as, pointer], index) =>
    columns.findIndex(([other]) => other === as) === index
      ? []
      : [
          {
            code: 'duplicate_column',
            pointer,
            message: `\`${as}\` is asked for twice.`,
            hint: 'Give one of them another name by `as`.',
          },
        ],
  );
}

/** The zone that periods are of: `workspace`, or one by its IANA name; undefined: the caller's. */
export function readZone(pinned: Pinned, given: unknown, problems: InputError[]): string | undefined {
  if (given === undefined) return undefined;
  if (given === 'workspace') return pinned.snapshot.workspace.timeZone;
  try {
    if (typeof given !== 'string' || given === '') throw new RangeError();
    return new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions().timeZone;
  } catch {
    const message = 'A time zone is `workspace` or a name such as `Europe/Berlin`.';
    problems.push({ code: 'invalid_value', pointer: '/time_zone', message });
    return undefined;
  }
}

/** What nobody asked for is nothing that may be left out silently. */
function unknownProperties(given: unknown, known: readonly string[], pointer: string): InputError[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return [];
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      code: 'unknown_property',
      pointer: pointer + jsonPointer(name),
      message: 'There is no property of this name.',
      hint: `There are ${known.map((each) => `\`${each}\``).join(', ')}.`,
    }));
}
