/**
 * Parses a change request into a change set: unknown in, components, deletions and renames out, every fault with a
 * pointer into the request. Within one change set renames come first, then deletions, then components; so deletions
 * and components name things as they are called after the renames.
 */
import {
  type Component,
  type ComponentKind,
  componentId,
  isComponentKind,
  isName,
  jsonPointer,
  KIND_NAMES,
  KINDS,
  nearest,
  OBJECT_NAME_MAX_LENGTH,
  type Problem,
  parseComponents,
} from '@trellis/metadata';
import type { ChangeRequest } from './engine.ts';

export interface ParsedDeletion {
  readonly kind: ComponentKind;
  readonly name: string;
  readonly pointer: string;
}

export interface ParsedRename {
  readonly kind: ComponentKind;
  readonly from: string;
  readonly to: string;
  readonly pointer: string;
}

export interface ParsedChangeSet {
  readonly components: readonly Component[];
  readonly deletions: readonly ParsedDeletion[];
  readonly renames: readonly ParsedRename[];
  /** Where each component of the request stands in it, by `componentId`; those with faults too. */
  readonly pointers: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** Parses all three parts; what has a fault is left out of them and reported. */
export function parseChangeSet(request: ChangeRequest): ParsedChangeSet {
  const given = request.components ?? [];
  const parsed = parseComponents(given);
  const problems = parsed.problems.map((problem) => ({
    ...problem,
    pointer: `/components${problem.pointer}`,
  }));
  const pointers = new Map<string, string>();
  for (const [index, value] of (Array.isArray(given) ? given : []).entries()) {
    const { kind, name } = (value ?? {}) as { kind?: unknown; name?: unknown };
    if (typeof kind !== 'string' || typeof name !== 'string') continue;
    const id = componentId({ kind, name });
    if (!pointers.has(id)) pointers.set(id, jsonPointer('components', index));
  }
  const deletions = parseList(request.deletions, 'deletions', ['kind', 'name'], problems).map(
    ({ pointer, kind, name }) => ({ pointer, kind, name: name! }),
  );
  const renames = parseList(request.renames, 'renames', ['kind', 'from', 'to'], problems)
    .map(({ pointer, kind, from, to }) => ({ pointer, kind, from: from!, to: to! }))
    .filter((rename) => {
      const fault = checkNewName(rename);
      if (fault) problems.push(fault);
      return !fault;
    });
  for (const deletion of deletions) {
    const pointer = pointers.get(componentId(deletion));
    if (pointer === undefined) continue;
    problems.push(
      fault(
        'conflicting_change',
        deletion.pointer,
        `The ${deletion.kind} ${deletion.name} is deleted and written at ${pointer}.`,
        'Do one of the two.',
      ),
    );
  }
  return { components: parsed.components, deletions, renames, pointers, problems };
}

interface ListedChange {
  readonly pointer: string;
  readonly kind: ComponentKind;
  readonly name?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Parses a list of objects whose properties are all text, `kind` among them. */
function parseList(
  given: unknown,
  part: string,
  properties: readonly string[],
  problems: Problem[],
): ListedChange[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) {
    problems.push(fault('wrong_type', jsonPointer(part), `\`${part}\` must be an array.`));
    return [];
  }
  return given.flatMap((value: unknown, index) => {
    const pointer = jsonPointer(part, index);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      problems.push(
        fault('wrong_type', pointer, `Each of \`${part}\` is an object with ${properties.join(', ')}.`),
      );
      return [];
    }
    const before = problems.length;
    const record = value as Record<string, unknown>;
    for (const property of Object.keys(record)) {
      if (properties.includes(property)) continue;
      problems.push(
        fault(
          'unknown_property',
          pointer + jsonPointer(property),
          `There is no property \`${property}\` here.`,
          `Properties are ${properties.join(', ')}.`,
        ),
      );
    }
    for (const property of properties) {
      if (typeof record[property] === 'string' && record[property] !== '') continue;
      problems.push(
        fault('required', pointer + jsonPointer(property), `\`${property}\` is required and must be text.`),
      );
    }
    const { kind } = record;
    if (typeof kind === 'string' && kind !== '' && !isComponentKind(kind)) {
      const near = nearest(kind, KIND_NAMES);
      problems.push(
        fault(
          'unknown_kind',
          `${pointer}/kind`,
          `There is no kind \`${kind}\`.`,
          near ? `Did you mean \`${near}\`?` : `Kinds are ${KIND_NAMES.join(', ')}.`,
        ),
      );
    }
    return problems.length > before ? [] : [{ ...(record as unknown as ListedChange), pointer }];
  });
}

function checkNewName({ kind, from, to, pointer }: ParsedRename): Problem | undefined {
  const at = `${pointer}/to`;
  if (!KINDS[kind].ofObject) {
    const isTooLong = kind === 'object' && to.length > OBJECT_NAME_MAX_LENGTH;
    if (isName(to) && !isTooLong) return undefined;
    return fault(
      'invalid_name',
      at,
      `\`${to}\` can't name a ${kind}.`,
      'Lower-case letters, digits and underscores, beginning with a letter.',
    );
  }
  const [object, name, ...rest] = to.split('.');
  if (name === undefined || rest.length > 0 || !isName(name)) {
    return fault(
      'invalid_name',
      at,
      `\`${to}\` can't name a ${kind}.`,
      `Such as \`${from.split('.')[0]}.new_name\`.`,
    );
  }
  if (object === from.split('.')[0]) return undefined;
  return fault(
    'invalid_name',
    at,
    `A ${kind} can't move to another object by a rename.`,
    `It stays in \`${from.split('.')[0]}\`.`,
  );
}

function fault(code: string, pointer: string, message: string, hint?: string): Problem {
  return { code, severity: 'error', pointer, message, ...(hint === undefined ? {} : { hint }) };
}
