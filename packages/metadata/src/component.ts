/**
 * A component is one metadata document: `{ kind, name, body }`. This file says which kinds there are, how their
 * full names are built and where each stands in a package folder, and parses unknown input into components,
 * reporting every fault by JSON pointer. What a component means across documents is the model's business.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { BODY_SCHEMAS, type Bodies } from './bodies.ts';
import { jsonPointer, nearest, type Problem } from './problem.ts';

export type ComponentKind = keyof Bodies;

export type Component = {
  [K in ComponentKind]: { readonly kind: K; readonly name: string; readonly body: Bodies[K] };
}[ComponentKind];
export type ComponentOf<K extends ComponentKind> = Extract<Component, { kind: K }>;

interface KindDescription {
  /** Folder in a package: below the object's own folder where `ofObject`, else at the top. */
  readonly folder: string;
  /** Whether the full name is `object.name`. */
  readonly ofObject: boolean;
}

export const KINDS: { readonly [K in ComponentKind]: KindDescription } = {
  object: { folder: 'objects', ofObject: false },
  field: { folder: 'fields', ofObject: true },
  record_type: { folder: 'record_types', ofObject: true },
  layout: { folder: 'layouts', ofObject: true },
  view: { folder: 'views', ofObject: true },
  rule: { folder: 'rules', ofObject: true },
  sharing_rule: { folder: 'sharing_rules', ofObject: true },
  option_set: { folder: 'option_sets', ofObject: false },
  app: { folder: 'apps', ofObject: false },
  role: { folder: 'roles', ofObject: false },
  permission_set: { folder: 'permission_sets', ofObject: false },
};
export const KIND_NAMES = Object.keys(KINDS) as readonly ComponentKind[];

export const OBJECT_NAME_MAX_LENGTH = 50;
export const NAME_MAX_LENGTH = 100;
/** Levels of a component's JSON: deeper than any layout or expression gets, shallow enough for every recursive reader. */
const MAX_DEPTH = 120;
const NAME = /^[a-z][a-z0-9_]*$/;

/** Whether the text may name a component (without the object's part). */
export function isName(text: string): boolean {
  return NAME.test(text) && text.length <= NAME_MAX_LENGTH;
}

/** `deal.amount` → `deal`; undefined for a kind whose name has no object part. */
export function objectOf(component: { kind: ComponentKind; name: string }): string | undefined {
  return KINDS[component.kind].ofObject ? component.name.slice(0, component.name.indexOf('.')) : undefined;
}

/** `deal.amount` → `amount`, `sales` → `sales`. */
export function shortName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1);
}

/** A key that is unique among all components: `field:deal.amount`. */
export function componentId(component: { kind: string; name: string }): string {
  return `${component.kind}:${component.name}`;
}

export function isComponentKind(kind: string): kind is ComponentKind {
  return Object.hasOwn(KINDS, kind);
}

export interface ParsedComponents {
  /** The components that could be parsed, in input order. */
  readonly components: readonly Component[];
  readonly problems: readonly Problem[];
}

/**
 * Parses an array of `{ kind, name, body }`. Pointers in the problems start at the array: `/3/body/label`.
 * A component with a fault is left out of `components`.
 */
export function parseComponents(input: unknown): ParsedComponents {
  if (!Array.isArray(input)) {
    return { components: [], problems: [fault('wrong_type', '', 'Components must be an array.')] };
  }
  const components: Component[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const [index, value] of input.entries()) {
    const parsed = parseComponent(value);
    for (const problem of parsed.problems) {
      problems.push({ ...problem, pointer: jsonPointer(index) + problem.pointer });
    }
    if (!parsed.component) continue;
    const first = seen.get(componentId(parsed.component));
    if (first !== undefined) {
      const { kind, name } = parsed.component;
      problems.push(
        fault(
          'duplicate_component',
          jsonPointer(index, 'name'),
          `The ${kind} ${name} is given twice, first at /${first}.`,
        ),
      );
      continue;
    }
    seen.set(componentId(parsed.component), index);
    components.push(parsed.component);
  }
  return { components, problems };
}

/** Parses one `{ kind, name, body }`; the component is undefined when any problem is an error. */
export function parseComponent(input: unknown): { component: Component | undefined; problems: Problem[] } {
  if (!isPlainObject(input))
    return failed(fault('wrong_type', '', 'A component must be an object with kind, name and body.'));
  if (isDeeperThan(input, MAX_DEPTH))
    return failed(fault('too_deep', '', `A component may be nested at most ${MAX_DEPTH} deep.`));
  const problems: Problem[] = [];
  for (const property of Object.keys(input)) {
    if (!['kind', 'name', 'body'].includes(property)) {
      problems.push(
        fault(
          'unknown_property',
          jsonPointer(property),
          `A component has no property \`${property}\`.`,
          'It has kind, name and body.',
        ),
      );
    }
  }
  const { kind, name, body } = input;
  if (typeof kind !== 'string') {
    const code = kind === undefined ? 'required' : 'wrong_type';
    return {
      component: undefined,
      problems: [...problems, fault(code, '/kind', 'A component needs a kind.', kindsHint())],
    };
  }
  if (!isComponentKind(kind)) {
    const near = nearest(kind, KIND_NAMES);
    const hint = near ? `Did you mean \`${near}\`?` : kindsHint();
    problems.push(fault('unknown_kind', '/kind', `There is no kind ${quoted(kind)}.`, hint));
    return { component: undefined, problems };
  }
  if (typeof name !== 'string') {
    const code = name === undefined ? 'required' : 'wrong_type';
    problems.push(fault(code, '/name', `${withArticle(kind)} needs a name.`));
  } else {
    problems.push(...checkName(kind, name));
  }
  problems.push(...checkBody(kind, typeof name === 'string' ? name : kind, body));
  if (problems.length > 0) return { component: undefined, problems };
  return { component: { kind, name, body } as Component, problems };
}

function failed(problem: Problem): { component: undefined; problems: Problem[] } {
  return { component: undefined, problems: [problem] };
}

function checkName(kind: ComponentKind, name: string): Problem[] {
  const reference = { component: { kind, name } };
  const parts = name.split('.');
  if (KINDS[kind].ofObject && parts.length !== 2) {
    return [
      {
        ...fault(
          'invalid_name',
          '/name',
          `The ${kind} \`${name}\` must be named after its object.`,
          `Such as \`deal.${shortName(name) || 'name'}\`.`,
        ),
        ...reference,
      },
    ];
  }
  const isObjectPart = (index: number) => kind === 'object' || (KINDS[kind].ofObject && index === 0);
  const wrong = parts.some(
    (part, index) =>
      !NAME.test(part) || part.length > (isObjectPart(index) ? OBJECT_NAME_MAX_LENGTH : NAME_MAX_LENGTH),
  );
  if (!wrong && (KINDS[kind].ofObject || parts.length === 1)) return [];
  return [
    {
      ...fault(
        'invalid_name',
        '/name',
        `\`${name}\` can't name a ${kind}.`,
        `Lower-case letters, digits and underscores, beginning with a letter; objects up to ${OBJECT_NAME_MAX_LENGTH} characters, all else up to ${NAME_MAX_LENGTH}.`,
      ),
      ...reference,
    },
  ];
}

function kindsHint(): string {
  return `Kinds are ${KIND_NAMES.join(', ')}.`;
}

function withArticle(kind: ComponentKind): string {
  return /^[aeiou]/.test(kind) ? `An ${kind}` : `A ${kind}`;
}

let validators: Map<ComponentKind, ValidateFunction> | undefined;

/** Compiled at first use: importing this room must not cost a browser, whose security policy forbids compiling, anything. */
function validatorOf(kind: ComponentKind): ValidateFunction {
  if (!validators) {
    const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, discriminator: false });
    validators = new Map(KIND_NAMES.map((each) => [each, ajv.compile(BODY_SCHEMAS[each])]));
  }
  return validators.get(kind)!;
}

function checkBody(kind: ComponentKind, name: string, body: unknown): Problem[] {
  const component = { kind, name };
  if (!isPlainObject(body)) {
    return [{ ...fault('wrong_type', '/body', `The body of ${kind} ${name} must be an object.`), component }];
  }
  const validate = validatorOf(kind);
  if (validate(body)) return [];
  return describeSchemaErrors(validate.errors ?? []).map((problem) => ({
    ...problem,
    pointer: `/body${problem.pointer}`,
    message: `${name}: ${problem.message}`,
    component,
  }));
}

/**
 * Turns ajv's errors into problems. A failed union reports one error for each branch; only those of the branch
 * that was meant are kept, since the others are noise. Where no branch was meant, the union itself is reported.
 */
function describeSchemaErrors(errors: readonly ErrorObject[]): Problem[] {
  const unions = new Map<string, ErrorObject>();
  for (const error of errors) {
    if (error.keyword === 'anyOf') unions.set(`${error.schemaPath} ${error.instancePath}`, error);
  }
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    if (error.keyword === 'anyOf' && meantBranch(error) !== undefined) continue;
    // All our enums are of texts: a value of another type is reported as that, once.
    if (error.keyword === 'enum' && typeof error.data !== 'string') continue;
    const isNoise = enclosingUnions(error, unions).some(({ union, branch }) => branch !== meantBranch(union));
    if (isNoise) continue;
    const problem = describeSchemaError(error);
    problems.set(`${problem.code} ${problem.pointer}`, problem);
  }
  return [...problems.values()];
}

/** The unions within which an error was found, each with the number of the branch that it belongs to. */
function enclosingUnions(
  error: ErrorObject,
  unions: ReadonlyMap<string, ErrorObject>,
): { union: ErrorObject; branch: number }[] {
  const found: { union: ErrorObject; branch: number }[] = [];
  for (const match of error.schemaPath.matchAll(/\/anyOf\/(\d+)(?=\/)/g)) {
    const schemaPath = error.schemaPath.slice(0, match.index + '/anyOf'.length);
    let at = error.instancePath;
    while (!unions.has(`${schemaPath} ${at}`) && at !== '') at = at.slice(0, at.lastIndexOf('/'));
    const union = unions.get(`${schemaPath} ${at}`);
    if (union) found.push({ union, branch: Number(match[1]) });
  }
  return found;
}

interface Branch {
  readonly type?: string;
  readonly const?: unknown;
  readonly properties?: { readonly type?: { readonly const?: string } };
}

/**
 * The branch of a union that was meant: the one whose `type` was written; among branches that have no such
 * property, the first of the same JSON type. Undefined when none was.
 */
function meantBranch(union: ErrorObject): number | undefined {
  const branches = union.schema as Branch[];
  const isTagged = branches.some((branch) => branch.properties?.type?.const !== undefined);
  const index = isTagged
    ? branches.findIndex(
        (branch) => isPlainObject(union.data) && branch.properties?.type?.const === union.data.type,
      )
    : branches.findIndex((branch) => branch.const === undefined && branch.type === typeName(union.data));
  return index < 0 ? undefined : index;
}

function describeSchemaError(error: ErrorObject): Problem {
  const at = error.instancePath;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const property = String(params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      const near = nearest(property, known);
      return fault(
        'unknown_property',
        at + jsonPointer(property),
        `there is no property \`${property}\`.`,
        near ? `Did you mean \`${near}\`?` : `Properties are ${known.join(', ')}.`,
      );
    }
    case 'required': {
      const property = String(params.missingProperty);
      return fault('required', at + jsonPointer(property), `\`${property}\` is required.`);
    }
    case 'enum': {
      const allowed = params.allowedValues as string[];
      const near = nearest(error.data as string, allowed);
      return fault(
        'invalid_value',
        at,
        `${quoted(error.data as string)} is not one of the values allowed here.`,
        near ? `Did you mean \`${near}\`?` : `Allowed are ${allowed.join(', ')}.`,
      );
    }
    case 'type':
      return fault('wrong_type', at, `expected ${String(params.type)}, not ${typeName(error.data)}.`);
    case 'pattern':
      return fault(
        'invalid_value',
        at,
        `${quoted(error.data as string)} is not well formed.`,
        `It must match ${String(params.pattern)}.`,
      );
    case 'anyOf': {
      const types = (error.schema as { properties?: { type?: { const?: string } } }[])
        .map((branch) => branch.properties?.type?.const)
        .filter((type) => type !== undefined);
      return fault(
        'invalid_value',
        at,
        'this is none of the forms allowed here.',
        types.length > 0 ? `Its \`type\` must be one of ${types.join(', ')}.` : undefined,
      );
    }
    default:
      return fault('invalid_value', at, `${error.message ?? 'is not valid'}.`);
  }
}

function fault(code: string, pointer: string, message: string, hint?: string): Problem {
  return { code, severity: 'error', pointer, message, ...(hint === undefined ? {} : { hint }) };
}

/** Text as a message quotes it: not at any length. */
function quoted(text: string): string {
  return `\`${text.length > 100 ? `${text.slice(0, 100)}…` : text}\``;
}

/** Whether JSON is nested deeper than that; without recursion, which deep input would overflow. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= limit; depth++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
