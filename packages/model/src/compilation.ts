/**
 * What the stages of `compile` share: components by kind, the objects as they are being made, problems and references.
 */
import {
  type Component,
  type ComponentOf,
  componentId,
  nearest,
  objectOf,
  type Problem,
  shortName,
} from '@trellis/metadata';
import { wholeOf } from './expressions/part-field.ts';
import type { FieldPath } from './expressions/path.ts';
import type {
  CompiledField,
  CompiledLayout,
  CompiledObject,
  CompiledView,
  Reference,
  ReverseLookup,
} from './model.ts';

/** A component with the key it was given when it was first made; without one it is new, and its name is its key. */
export interface CompileInput {
  readonly component: Component;
  readonly key?: string;
}

/** Looking for a near name compares it with all of its kind. */
const MAX_HINTS = 200;

/** The object as it is being compiled: the stages fill it in. */
export type DraftObject = { -readonly [K in keyof CompiledObject]: CompiledObject[K] } & {
  fields: Map<string, CompiledField>;
  reverseLookups: ReverseLookup[];
  views: Map<string, CompiledView>;
  layouts: Map<string, CompiledLayout>;
};

/** What the stages share: input by kind, objects made so far, problems and references found. */
export class Compilation {
  readonly inputs: readonly CompileInput[];
  readonly objects: Map<string, DraftObject>;
  readonly problems: Problem[] = [];
  readonly references: Reference[] = [];
  /** By object: the names of its reverse lookups, and whose they are. */
  readonly reverseNames = new Map<string, Map<string, string>>();
  readonly #byKind: ReadonlyMap<string, readonly { component: Component; key: string }[]>;
  #hints = 0;
  readonly #unknownObjects = new Map<string, string | undefined>();

  /** `objects`: those of a model that is compiled already, for what is checked against it later. */
  constructor(inputs: readonly CompileInput[], objects = new Map<string, DraftObject>()) {
    this.inputs = inputs;
    this.objects = objects;
    this.#byKind = Map.groupBy(
      inputs.map(({ component, key }) => ({ component, key: key ?? shortName(component.name) })),
      (input) => input.component.kind,
    );
  }

  ofKind<K extends Component['kind']>(kind: K): readonly { component: ComponentOf<K>; key: string }[] {
    return (this.#byKind.get(kind) ?? []) as { component: ComponentOf<K>; key: string }[];
  }

  /** Notes that a component mentions another, at a pointer of the first. */
  refer(from: Component, pointer: string, kind: Component['kind'], name: string): void {
    this.references.push({ from: componentId(from), pointer, to: componentId({ kind, name }) });
  }

  /** Notes the own fields on a path, lookups included. */
  referToPath(from: Component, pointer: string, path: FieldPath): void {
    for (const field of [...path.through, wholeOf(path.field)]) {
      if (field.systemColumn === undefined)
        this.refer(from, pointer, 'field', `${field.object}.${field.name}`);
    }
  }

  error(component: Component, code: string, pointer: string, message: string, hint?: string): void {
    this.#report('error', component, { code, pointer, message, ...(hint === undefined ? {} : { hint }) });
  }

  warning(component: Component, code: string, pointer: string, message: string, hint?: string): void {
    this.#report('warning', component, { code, pointer, message, ...(hint === undefined ? {} : { hint }) });
  }

  #report(
    severity: Problem['severity'],
    component: Component,
    fault: Omit<Problem, 'severity' | 'component'>,
  ): void {
    this.problems.push({
      ...fault,
      severity,
      message: `${component.name}: ${fault.message}`,
      component: { kind: component.kind, name: component.name },
    });
  }

  /** The draft of a component's object, or undefined after reporting that it doesn't exist. */
  requireObject(component: Component): DraftObject | undefined {
    const name = objectOf(component)!;
    const object = this.objects.get(name);
    if (!object) {
      // A missing object has many orphans, and its nearest name is one.
      if (!this.#unknownObjects.has(name))
        this.#unknownObjects.set(name, this.didYouMean(name, this.objects.keys()));
      const hint = this.#unknownObjects.get(name);
      this.error(component, 'unknown_object', '/name', `there is no object \`${name}\`.`, hint);
    }
    return object;
  }

  /** A hint with the nearest candidate. Only the first problems get one: in thousands of them nobody reads hints. */
  didYouMean(name: string, candidates: Iterable<string>): string | undefined {
    if (++this.#hints > MAX_HINTS) return undefined;
    const near = nearest(name, candidates);
    return near && `Did you mean \`${near}\`?`;
  }
}

/** What decides in a form what is shown asks no related records: a form knows its record alone. */
export function refuseRelated(
  compilation: Compilation,
  component: Component,
  pointer: string,
  paths: readonly FieldPath[],
): void {
  const asked = paths.find((path) => path.field.question !== undefined);
  if (!asked) return;
  compilation.error(
    component,
    'not_supported',
    pointer,
    `it asks \`${asked.field.question!.operator}\` of related records, which a form does not know.`,
    'Keep the answer in a roll-up field, and read that.',
  );
}

/** The own fields before `orderFields`, in the order they were made. */
export function ownFieldsOf(object: DraftObject): CompiledField[] {
  return [...object.fields.values()].filter((field) => field.systemColumn === undefined);
}

/** Puts a changed field in the place of the one of its name, wherever the object holds it. */
export function replaceField(object: DraftObject, field: CompiledField): void {
  object.fields.set(field.name, field);
  if (object.nameField?.name === field.name) object.nameField = field;
  if (object.parentField?.name === field.name) object.parentField = field;
}
