/** Where the cursor stands in formula text: which call, which argument, which path, which comparison. */
import {
  type CompiledField,
  type CompiledObject,
  FUNCTION_CATALOGUE,
  type FunctionEntry,
  type FunctionParameter,
  type Model,
  PRINCIPAL_PATHS,
  partFields,
  resolveRelation,
  type Token,
  tokenise,
} from '@trellis/model';

export interface ActiveCall {
  readonly entry: FunctionEntry;
  /** Of the function's name. */
  readonly start: number;
  /** From 0. */
  readonly argument: number;
  readonly parameter: FunctionParameter | undefined;
}

/** Functions that take related records, or may. */
const MAY_ASK: ReadonlySet<string> = new Set([
  ...FUNCTION_CATALOGUE.filter((entry) => entry.parameters[0]?.kind === 'records').map(({ name }) => name),
  'MIN',
  'MAX',
]);
const BY_NAME = new Map(FUNCTION_CATALOGUE.map((entry) => [entry.name, entry]));

export function findFunction(name: string): FunctionEntry | undefined {
  return BY_NAME.get(name.toUpperCase());
}

/** The innermost call whose parentheses are open at a place. */
export function activeCallAt(text: string, place: number): ActiveCall | undefined {
  const open: { token: Token | undefined; argument: number }[] = [];
  let last: Token | undefined;
  for (const token of tokenise(text)) {
    if (token.kind === 'end' || token.start >= place) break;
    // Inside a text, or an unclosed one, signs mean nothing.
    if (token.kind === 'sign') {
      if (token.value === '(') open.push({ token: last?.kind === 'name' ? last : undefined, argument: 0 });
      else if (token.value === ')') open.pop();
      else if (token.value === ',' && open.length > 0) open.at(-1)!.argument++;
    }
    last = token;
  }
  const call = open.findLast(({ token }) => token !== undefined && findFunction(token.value) !== undefined);
  if (call?.token === undefined) return undefined;
  const entry = findFunction(call.token.value)!;
  return {
    entry,
    start: call.token.start,
    argument: call.argument,
    parameter: entry.parameters[parameterIndex(entry, call.argument)],
  };
}

/**
 * Whose fields are meant at a place: the object's own, or, behind the first part of a question to related records
 * (`SOME(contacts, …`), those of the records that it asks. Undefined where those records are not known.
 */
export function objectSeenAt(
  model: Model,
  object: CompiledObject,
  text: string,
  place: number,
): CompiledObject | undefined {
  interface Open {
    readonly entry: FunctionEntry | undefined;
    readonly outer: CompiledObject | undefined;
    /** The name that stands as the first part, until the comma behind it. */
    first: string;
  }
  const open: Open[] = [];
  let seen: CompiledObject | undefined = object;
  let last: Token | undefined;
  for (const token of tokenise(text)) {
    if (token.kind === 'end' || token.start >= place) break;
    const call = open.at(-1);
    if (token.kind === 'sign' && token.value === '(') {
      open.push({
        entry: last?.kind === 'name' ? findFunction(last.value) : undefined,
        outer: seen,
        first: '',
      });
    } else if (token.kind === 'sign' && token.value === ')') {
      open.pop();
      if (call !== undefined) seen = call.outer;
    } else if (token.kind === 'sign' && token.value === ',' && call !== undefined && call.first !== '') {
      const { outer, first, entry } = call;
      const asked = outer && resolveRelation({ objects: model.objects, object: outer }, first).relation;
      // `MIN` and `MAX` ask related records only where they are given some.
      if (asked !== undefined || entry?.parameters[0]?.kind === 'records') seen = asked?.object;
      call.first = '';
    } else if (token.kind === 'name' && last?.value === '(' && MAY_ASK.has(call?.entry?.name ?? '')) {
      if (call !== undefined) call.first = token.value;
    }
    last = token;
  }
  return seen;
}

/** Which of the parameters an argument is for; repeated ones come round again. */
export function parameterIndex(entry: FunctionEntry, argument: number): number {
  const first = entry.parameters.findIndex((each) => each.isRepeated);
  if (first < 0 || argument < first) return argument;
  const repeated = entry.parameters.filter((each) => each.isRepeated).length;
  return first + ((argument - first) % repeated);
}

/** The token that a place is in or right behind; undefined between tokens. */
export function tokenAt(text: string, place: number): Token | undefined {
  return tokenise(text).find((each) => each.kind !== 'end' && each.start < place && place <= each.end);
}

/** The object that a path's lookups lead to; `title` where only the name can be reached. */
export function objectBehind(
  model: Model,
  object: CompiledObject,
  segments: readonly string[],
): CompiledObject | 'title' | undefined {
  let current = object;
  for (const [index, segment] of segments.entries()) {
    const field = current.fields.get(PRINCIPAL_PATHS.get(segment) ?? segment);
    if (field === undefined || field.type.valueType !== 'id' || field.targets.length === 0) return undefined;
    if (field.systemColumn !== undefined || field.isPolymorphic)
      return index === segments.length - 1 ? 'title' : undefined;
    const target = model.objects.get(field.targets[0] ?? '');
    if (target === undefined) return undefined;
    current = target;
  }
  return current;
}

/** The field at the end of a path. */
export function fieldAt(model: Model, object: CompiledObject, path: string): CompiledField | undefined {
  const segments = path.replace(/^\$previous\./, '').split('.');
  const last = segments.at(-1) ?? '';
  if (segments.length > 1) {
    const whole = fieldAt(model, object, segments.slice(0, -1).join('.'));
    const part = whole && partFields(whole).get(last);
    if (part !== undefined) return part;
  }
  const behind = objectBehind(model, object, segments.slice(0, -1));
  return behind === undefined || behind === 'title' ? undefined : behind.fields.get(last);
}

/** The field that a text at a place is compared with: the nearest name before it, in the same call. */
export function comparedField(
  model: Model,
  object: CompiledObject,
  text: string,
  place: number,
): CompiledField | undefined {
  const before = tokenise(text).filter((each) => each.kind !== 'end' && each.end <= place);
  let depth = 0;
  for (const token of before.toReversed()) {
    if (token.kind === 'sign' && token.value === ')') depth++;
    else if (token.kind === 'sign' && token.value === '(') {
      if (depth === 0) return undefined;
      depth--;
    } else if (token.kind === 'name' && depth === 0) {
      const field = fieldAt(model, object, token.value);
      if (field !== undefined) return field;
    }
  }
  return undefined;
}
