/** Reads the body of an own view that somebody sends, and takes out of a stored one what is gone since. */
import { jsonPointer, parseComponent, type ViewBody } from '@trellis/metadata';
import {
  type CompiledObject,
  checkView,
  labelsOfView,
  pathsOfExpression,
  withoutParts,
} from '@trellis/model';
import type { StoredOwnView } from '@trellis/storage';
import { tooManyLookups } from '../count-lookups.ts';
import type { InputError } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { Names } from '../old-names.ts';
import type { Pinned } from '../pinned.ts';
import type { MissingPart, OwnView } from './own-views.ts';

/** As JSON. A filter of a thousand values is far below. */
const MAX_BODY_CHARACTERS = 50_000;
/** What a view of the metadata may say, and an own one has another door for. */
const NOT_OWN: Readonly<Record<string, string>> = {
  is_default: 'Which view opens first is said at PUT /api/v1/views/{object}/default.',
  shared_with: 'A view of your own is yours alone.',
};
/** Stands for the name that a component would have; it is in no message. */
const NAME = 'own';

export interface Draft {
  readonly body: ViewBody;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The body with what is sent laid over what is stored. Only what is sent is checked against the model: a view one of whose fields is
 * gone can still be renamed. Throws `invalid_input` with all faults.
 */
export function readOwnView(
  pinned: Pinned,
  about: {
    readonly object: CompiledObject;
    readonly stored?: StoredOwnView | undefined;
    readonly names: Names | undefined;
  },
  input: unknown,
): Draft {
  const { object, stored } = about;
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw refuse([{ code: 'wrong_type', pointer: '', message: 'A view is an object.' }]);
  const given = withTodaysNames(object, about.names, input as Readonly<Record<string, unknown>>);
  const problems: InputError[] = Object.keys(given)
    .filter((name) => Object.hasOwn(NOT_OWN, name))
    .map((name) => ({
      code: 'not_supported',
      pointer: jsonPointer(name),
      message: `\`${name}\` is not for a view of one’s own.`,
      hint: NOT_OWN[name]!,
    }));
  const whole = Object.fromEntries(
    Object.entries({ ...stored?.body, ...given }).filter(
      ([name, value]) => value !== null && !Object.hasOwn(NOT_OWN, name),
    ),
  );
  if (JSON.stringify(whole).length > MAX_BODY_CHARACTERS)
    throw refuse([
      {
        code: 'value_too_large',
        pointer: '',
        message: `A view has at most ${MAX_BODY_CHARACTERS} characters.`,
      },
    ]);
  const parsed = parseComponent({ kind: 'view', name: `${object.name}.${NAME}`, body: whole });
  const prefix = `${object.name}.${NAME}: `;
  problems.push(
    ...parsed.problems.map(({ code, pointer, message, hint }) => ({
      code,
      pointer: pointer.replace(/^\/body/, ''),
      message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
      ...(hint === undefined ? {} : { hint }),
    })),
  );
  if (!parsed.component) throw refuse(problems);
  const body = whole as unknown as ViewBody;
  const isGiven = (pointer: string) => Object.hasOwn(given, pointer.split('/')[1] ?? '');
  const source = { object, name: NAME, body };
  const checked = checkView(pinned.model, source, pinned.isReadable);
  problems.push(
    ...checked.problems
      .filter(({ severity, pointer }) => severity === 'error' && isGiven(pointer))
      .map(({ severity: _, ...problem }) => problem),
  );
  if (checked.view.filter && isGiven('/filter'))
    problems.push(...tooManyLookups(pathsOfExpression(checked.view.filter), '/filter'));
  if (problems.length > 0) throw refuse(problems);
  const labels: Readonly<Record<string, string>> = stored?.labels ?? {};
  const kept = Object.entries(labels).filter(([pointer]) => !isGiven(pointer));
  return {
    body,
    labels: { ...Object.fromEntries(kept), ...labelsOfView(pinned.model, source, pinned.isReadable) },
  };
}

function withTodaysNames(
  object: CompiledObject,
  names: Names | undefined,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const trimmed = typeof given.label === 'string' ? { ...given, label: given.label.trim() } : given;
  if (!names) return trimmed;
  const { columns, sort, filter, group_by: group } = trimmed;
  return {
    ...trimmed,
    ...(Array.isArray(columns) && { columns: columns.map((each) => names.signed(object, each)) }),
    ...(Array.isArray(sort) && { sort: sort.map((each) => names.signed(object, each)) }),
    ...(filter !== undefined && { filter: names.filter(object, filter) }),
    ...(typeof group === 'string' && { group_by: names.path(object, group) }),
  };
}

/** A stored view as it opens for its owner today: without what is gone, which is told. */
export function openOwnView(pinned: Pinned, object: CompiledObject, stored: StoredOwnView): OwnView {
  const body = stored.body as unknown as ViewBody;
  const checked = checkView(pinned.model, { object, name: stored.id, body }, pinned.isReadable);
  // A board without its field is a table: that is a thing less, too.
  const faults = checked.problems.filter(
    ({ severity, pointer }) => severity === 'error' || /^\/(group_by|mode)/.test(pointer),
  );
  const { id, createdAt, updatedAt } = stored;
  const made = { id, object, createdAt, updatedAt };
  if (faults.length === 0) return { ...made, view: checked.view, missing: [] };
  const rest = withoutParts(
    body,
    faults.map(({ pointer }) => pointer),
  );
  const { view } = checkView(pinned.model, { object, name: id, body: rest }, pinned.isReadable);
  return { ...made, view, missing: missingParts(faults, stored.labels) };
}

function missingParts(
  faults: readonly { readonly pointer: string }[],
  labels: Readonly<Record<string, string>>,
): readonly MissingPart[] {
  const parts = faults.map(({ pointer }): MissingPart => {
    const known = Object.keys(labels).find(
      (each) => each === pointer || each.startsWith(`${pointer}/`) || pointer.startsWith(`${each}/`),
    );
    return { part: partOf(pointer), label: known === undefined ? null : labels[known]! };
  });
  return parts.filter(
    (part, index) =>
      parts.findIndex((each) => each.part === part.part && each.label === part.label) === index,
  );
}

function partOf(pointer: string): MissingPart['part'] {
  if (pointer.startsWith('/columns')) return 'column';
  if (pointer.startsWith('/sort')) return 'sort';
  return pointer.startsWith('/filter') ? 'filter' : 'group_by';
}

export function refuse(errors: readonly InputError[]): EngineError {
  const message = errors.length === 1 ? errors[0]!.message : 'The view has several faults.';
  return new EngineError('invalid_input', message, { errors });
}
