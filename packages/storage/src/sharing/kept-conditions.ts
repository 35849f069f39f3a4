/**
 * Conditions of sharing rules that the row of a record can't answer: they read what its lookups point to, records that
 * point to it, or formulas over these. No index serves one, so the records that may meet it are kept (decision 0047).
 * Here: which conditions these are, what tells one from another, and on which ways a change elsewhere leads to a record.
 */
import { createHash } from 'node:crypto';
import {
  type CompiledField,
  type CompiledObject,
  type Expression,
  type FieldPath,
  factsOf,
  type Model,
  pathsOfExpression,
  pathsOfOperand,
  pathsOfQuestion,
  type RelatedQuestion,
  sourcePath,
} from '@trellis/model';
import { sqlTypeOf } from '../system-columns.ts';

/** From a record one step on: to what its lookup points to, or to the records whose lookup points to it. */
export interface Step {
  readonly is: 'target' | 'child';
  /** Of the record itself for a target, of the other one for a child. */
  readonly lookup: CompiledField;
  /** The object that it leads to. */
  readonly object: CompiledObject;
}

/** What a condition reads of the records at the end of a way. */
export interface Reading {
  /** From the record that the condition is about; none: that record itself. */
  readonly steps: readonly Step[];
  readonly object: CompiledObject;
  readonly fields: Set<CompiledField>;
}

export interface KeptCondition {
  /** A uuid: conditions that say the same of the same object share it. */
  readonly id: string;
  readonly object: CompiledObject;
  readonly when: Expression;
  /** The first is the record itself. */
  readonly readings: readonly Reading[];
  /** Steps of the longest way. */
  readonly depth: number;
  /** Roll-ups that it reads: while one of them is not kept, its changes are told to nobody. */
  readonly rollups: readonly { readonly objectKey: string; readonly fieldKey: string }[];
}

const known = new WeakMap<Model, ReadonlyMap<Expression, KeptCondition>>();

/**
 * Why a condition is asked of record by record: it reads the `clock`, the `user` who asks, a moment as a `day` of a time zone,
 * the name of `people`, something behind a lookup to `several` objects, records of the `platform`, a `tree`, or a set of
 * `links` as a value.
 */
export type Untold = 'clock' | 'user' | 'day' | 'people' | 'several' | 'platform' | 'tree' | 'links';

/** How records are found that meet the condition of a rule; `row`: each tells by itself, and indexes may serve it. */
export type ConditionWay =
  | { readonly is: 'row' }
  | { readonly is: 'asked'; readonly because: Untold }
  | { readonly is: 'kept'; readonly condition: KeptCondition };

/** By the condition of the rule, as the model has it. */
export function keptConditions(model: Model): ReadonlyMap<Expression, KeptCondition> {
  let kept = known.get(model);
  if (!kept) {
    kept = new Map(
      [...model.access.sharingRules].flatMap(([name, rules]) =>
        rules.flatMap(({ when }) => {
          const condition = when && keptCondition(when, model.objects.get(name)!, model);
          return condition ? [[when, condition] as const] : [];
        }),
      ),
    );
    known.set(model, kept);
  }
  return kept;
}

/**
 * The parts of a condition that the record at the end of a way of lookups decides by its row alone, said of that record.
 * Where one does not hold, the condition does not either, whatever else is written.
 */
export function decidedBy({ steps }: Reading, when: Expression): readonly Expression[] {
  if (steps.some(({ is }) => is === 'child')) return [];
  return conjuncts(when).flatMap((part) => {
    const paths = [...pathsOfExpression(part)].map(sourcePath);
    const isOfEnd = paths.every(
      ({ through, field }) =>
        through.length === steps.length &&
        through.every((lookup, index) => lookup === steps[index]!.lookup) &&
        field.question === undefined &&
        field.rollup === undefined &&
        field.formula?.facts.readsOthers !== true,
    );
    return isOfEnd && paths.length > 0 ? [steps.length === 0 ? part : atEnd(part)] : [];
  });
}

function conjuncts(expression: Expression): readonly Expression[] {
  return expression.op === 'and' ? expression.args.flatMap(conjuncts) : [expression];
}

/** Said of the record at the end of its paths. */
function atEnd<T>(part: T): T {
  if (Array.isArray(part)) return part.map(atEnd) as T;
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => {
      if (name !== 'path') return [name, atEnd(value)];
      const { text, field } = sourcePath(value as FieldPath);
      return [name, { text, through: [], field }];
    }),
  ) as T;
}

function keptCondition(when: Expression, object: CompiledObject, model: Model): KeptCondition | undefined {
  const way = wayOf(when, object, model);
  return way.is === 'kept' ? way.condition : undefined;
}

/** One that the row answers needs nothing kept; one that can change without a write that tells can't be. */
export function wayOf(when: Expression, object: CompiledObject, model: Model): ConditionWay {
  const ways = new Ways(object, model);
  for (const path of pathsOfExpression(when)) ways.read(path);
  const readings = [...ways.readings.values()];
  const readsOthers = ways.untold !== undefined || readings.some(({ steps }) => steps.length > 0);
  if (!readsOthers) return { is: 'row' };
  // A clock ticks, and whoever asks is another one each time.
  const facts = factsOf({ op: 'condition', type: 'boolean', condition: when });
  if (facts.dependsOnAsker) return { is: 'asked', because: readsUser(when) ? 'user' : 'clock' };
  if (facts.dependsOnZone) return { is: 'asked', because: 'day' };
  if (ways.untold !== undefined) return { is: 'asked', because: ways.untold };
  const condition: KeptCondition = {
    // The number is raised with the ways: candidates that were found by others are found anew.
    id: uuidOf(`2 ${object.key} ${meaningOf(when, model)}`),
    object,
    when,
    readings,
    depth: Math.max(...readings.map(({ steps }) => steps.length)),
    rollups: readings.flatMap((reading) =>
      [...reading.fields]
        .filter((field) => field.rollup)
        .map((field) => ({ objectKey: reading.object.key, fieldKey: field.key })),
    ),
  };
  return { is: 'kept', condition };
}

/** Whether it says something of who asks, itself or in a formula that it reads. */
function readsUser(part: unknown): boolean {
  if (Array.isArray(part)) return part.some(readsUser);
  if (typeof part !== 'object' || part === null) return false;
  const { op } = part as { readonly op?: unknown };
  if (op === 'user' || op === 'user_id') return true;
  return Object.entries(part).some(([name, value]) => {
    if (name !== 'path') return readsUser(value);
    const { formula, question } = sourcePath(value as FieldPath).field;
    return readsUser(formula?.value) || readsUser([question?.value, question?.condition]);
  });
}

class Ways {
  readonly readings = new Map<string, Reading>();
  /** Undefined: every change of what is read fires a trigger of ours. */
  untold: Untold | undefined;
  readonly #object: CompiledObject;
  readonly #model: Model;

  constructor(object: CompiledObject, model: Model) {
    this.#object = object;
    this.#model = model;
    this.#at([]);
  }

  read(asked: FieldPath, start: readonly Step[] = []): void {
    const path = sourcePath(asked);
    let steps = start;
    for (const lookup of path.through) {
      // Names of people, and titles of whatever a lookup to several objects points to, are written elsewhere.
      const object = lookup.systemColumn || lookup.isPolymorphic ? undefined : this.#target(lookup);
      if (!object) {
        this.untold ??= lookup.isPolymorphic ? 'several' : 'people';
        return;
      }
      this.#at(steps).fields.add(lookup);
      steps = [...steps, { is: 'target', lookup, object }];
      // Even where nothing is read of it but who points to it: in the bin it is gone.
      this.#at(steps);
    }
    this.#readField(path.field.part?.of ?? path.field, steps);
  }

  #readField(field: CompiledField, steps: readonly Step[]): void {
    const { question, formula } = field;
    if (question) this.#ask(question, steps);
    else if (formula) for (const path of pathsOfOperand(formula.value)) this.read(path, steps);
    else if (field.junction) this.untold ??= 'links';
    else this.#at(steps).fields.add(field);
  }

  #ask(question: RelatedQuestion, steps: readonly Step[]): void {
    const { via } = question;
    const object = this.#model.objects.get(question.object);
    // A move high up in a tree moves all that is below.
    const junction = via.is === 'junction' ? this.#model.objects.get(via.object) : undefined;
    if (!object || question.operator === 'is_under' || (via.is === 'junction' && !junction)) {
      this.untold ??= 'tree';
      return;
    }
    const near = via.is === 'lookup' ? via.lookup : via.near;
    let further: readonly Step[] = [...steps, { is: 'child', lookup: near, object: junction ?? object }];
    this.#at(further).fields.add(near);
    if (via.is === 'junction') {
      this.#at(further).fields.add(via.far);
      further = [...further, { is: 'target', lookup: via.far, object }];
      this.#at(further);
    }
    for (const path of pathsOfQuestion(question)) this.read(path, further);
  }

  #at(steps: readonly Step[]): Reading {
    const key = steps.map(({ is, lookup, object }) => `${is} ${object.key} ${lookup.key}`).join('\n');
    const reading = this.readings.get(key) ?? {
      steps,
      object: steps.at(-1)?.object ?? this.#object,
      fields: new Set(),
    };
    this.readings.set(key, reading);
    if (reading.object.isSystem) this.untold ??= 'platform';
    return reading;
  }

  #target(lookup: CompiledField): CompiledObject | undefined {
    return this.#model.objects.get(lookup.targets[0] ?? '');
  }
}

/**
 * Everything that decides what a condition means, in words that a renaming doesn't change: keys of fields and objects,
 * formulas written out.
 */
function meaningOf(part: unknown, model: Model): string {
  const keyOf = (object: string) => model.objects.get(object)?.key ?? object;
  const fieldOf = (field: CompiledField): unknown => {
    const { part, formula, question, rollup } = field;
    if (part) return [fieldOf(part.of), part.name];
    if (formula) return ['formula', sqlTypeOf(field), meaningOf(formula.value, model)];
    if (!question) return [keyOf(field.object), field.key, sqlTypeOf(field), rollup ? 'rollup' : null];
    const { operator, object, via, value, condition } = question;
    const way = via.is === 'lookup' ? [via.lookup.key] : [keyOf(via.object), via.near.key, via.far.key];
    return [operator, keyOf(object), way, meaningOf([value, condition], model)];
  };
  return JSON.stringify(part, (name, value: unknown) => {
    if (name !== 'path') return value;
    const { through, field } = sourcePath(value as FieldPath);
    return [...through.map((hop) => [keyOf(hop.object), hop.key, hop.targets.map(keyOf)]), fieldOf(field)];
  });
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [8, 12, 16, 20, 32].map((end, index) => hex.slice([0, 8, 12, 16, 20][index], end)).join('-');
}
