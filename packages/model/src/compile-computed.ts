/**
 * Compiles the fields that are worked out from others (formulas, related fields and roll-ups) once all fields that
 * people write are known: each after those that it reads, in whichever object they stand. A ring of them is refused,
 * whichever kinds it goes through.
 */
import type { ComponentOf } from '@trellis/metadata';
import { objectOf, shortName } from '@trellis/metadata';
import type { Compilation, DraftObject } from './compilation.ts';
import { compileFormula } from './compile-formulas.ts';
import { compileRelated } from './compile-related.ts';
import { compileRollup } from './compile-rollups.ts';
import { asksRelated, variableIn } from './expressions/related-field.ts';
import { MAX_PATH_LOOKUPS } from './expressions/resolve-path.ts';
import { isRelation, resolveRelation } from './expressions/resolve-relation.ts';
import type { FieldType } from './field-type.ts';
import { formula as formulaType } from './field-types/formula.ts';
import { typeOfBody } from './field-types/registry.ts';
import { related as relatedType } from './field-types/related.ts';
import { rollup as rollupType } from './field-types/rollup.ts';
import type { CompiledField } from './model.ts';
import { PRINCIPAL_PATHS } from './system-fields.ts';

/** A computed field whose parts are not known yet. */
export interface OpenField {
  readonly component: ComponentOf<'field'>;
  readonly object: DraftObject;
  readonly field: CompiledField;
}

const COMPUTED: ReadonlySet<FieldType> = new Set<FieldType>([formulaType, relatedType, rollupType]);

/** `wanted`: by object, the names of fields that views sort or filter by and indexes name. */
export function compileComputed(
  compilation: Compilation,
  wanted: ReadonlyMap<string, Pick<ReadonlyMap<string, unknown>, 'has'>>,
): void {
  const open = new Map<string, OpenField>();
  for (const { component } of compilation.ofKind('field')) {
    if (!COMPUTED.has(typeOfBody(component.body)!)) continue;
    const object = compilation.objects.get(objectOf(component)!);
    const field = object?.fields.get(shortName(component.name));
    if (object && field && COMPUTED.has(field.type) && field.type.check(component.body).length === 0)
      open.set(component.name, { component, object, field });
  }
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]) => {
    if (done.has(name)) return;
    const each = open.get(name)!;
    const start = trail.indexOf(name);
    if (start >= 0) {
      for (const member of trail.slice(start)) done.add(member);
      reportRing(compilation, open, trail.slice(start));
      return;
    }
    let isSound = true;
    for (const { text, object } of textsOf(compilation, each)) {
      for (const read of computedOnWay(compilation, object, text)) {
        const full = `${read.object}.${read.name}`;
        if (!open.has(full)) continue;
        visit(full, [...trail, name]);
        const found = compilation.objects.get(read.object)?.fields.get(read.name);
        // What is at fault is told where it stands; what reads it can't be judged.
        isSound &&= (found?.formula ?? found?.related ?? found?.rollup) !== undefined;
      }
    }
    if (done.has(name)) return;
    done.add(name);
    if (!isSound) return;
    const isWanted = wanted.get(each.object.name)?.has(each.field.name) === true;
    if (each.field.type === relatedType) compileRelated(compilation, each);
    else if (each.field.type === rollupType) compileRollup(compilation, each, isWanted);
    else compileFormula(compilation, each, isWanted);
  };
  for (const name of open.keys()) visit(name, []);
}

function reportRing(
  compilation: Compilation,
  open: ReadonlyMap<string, OpenField>,
  members: readonly string[],
): void {
  const ring = [...members, members[0]!].join(' → ');
  const isOfRollups = members.some((member) => open.get(member)!.component.body.type === 'rollup');
  for (const member of members) {
    const { component } = open.get(member)!;
    const { type } = component.body;
    const at = type === 'rollup' ? '/body/rollup' : type === 'related' ? '/body/related' : '/body/formula';
    if (isOfRollups)
      compilation.error(
        component,
        'rollup_cycle',
        at,
        `it would be worked out from itself: ${ring}.`,
        type === 'rollup'
          ? 'Roll up a field that does not depend on it.'
          : 'Take one of them out of the ring.',
      );
    else
      compilation.error(
        component,
        'formula_cycle',
        at,
        `formulas and related fields can not read each other in a ring: ${ring}.`,
        'Take one of them out of the ring.',
      );
  }
}

/** A path as written, and the object from which it is seen. */
interface SeenText {
  readonly text: string;
  readonly object: DraftObject;
}

function textsOf(compilation: Compilation, { component, object, field }: OpenField): Iterable<SeenText> {
  const { body } = component;
  if (field.type === relatedType) return [{ text: body.related!, object }];
  if (field.type === rollupType) return rolledUpTexts(compilation, body.rollup!);
  return variablesIn(compilation, body.formula, object);
}

/** What a roll-up reads is seen from the records that it looks at. */
function* rolledUpTexts(
  compilation: Compilation,
  { object, field, filter }: NonNullable<ComponentOf<'field'>['body']['rollup']>,
): Generator<SeenText> {
  const child = compilation.objects.get(object);
  if (!child) return;
  if (field !== undefined) yield { text: field, object: child };
  yield* variablesIn(compilation, filter, child);
}

/** The fields on the way of a path, one by one: whoever takes the next may have compiled the one before. */
function* computedOnWay(
  compilation: Compilation,
  start: DraftObject,
  text: string,
): Generator<{ readonly object: string; readonly name: string }> {
  let object: DraftObject | undefined = start;
  for (const segment of text.split('.').slice(0, MAX_PATH_LOOKUPS + 1)) {
    const name: string | undefined = object?.fields.has(segment) ? segment : PRINCIPAL_PATHS.get(segment);
    if (!object || name === undefined) return;
    yield { object: object.name, name };
    const field: CompiledField | undefined = object.fields.get(name);
    object = field?.isPolymorphic ? undefined : compilation.objects.get(field?.targets[0] ?? '');
  }
}

/** The paths of an unchecked expression; what is asked of related records is seen from them. */
function* variablesIn(
  compilation: Compilation,
  source: unknown,
  object: DraftObject,
): Generator<SeenText, undefined> {
  if (typeof source !== 'object' || source === null) return;
  const scope = { objects: compilation.objects, object };
  for (const [operator, value] of Object.entries(source) as [string, unknown][]) {
    const args: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (operator === 'var' && args.length === 1 && typeof args[0] === 'string') {
      yield { text: args[0], object };
    } else if (asksRelated(operator, args, (name) => isRelation(scope, name))) {
      const text = variableIn(args[0]);
      if (text === undefined) continue;
      // Its lookups first: one may be a related field that is not compiled yet.
      yield { text, object };
      const { relation } = resolveRelation(scope, text);
      const related = relation && compilation.objects.get(relation.object.name);
      if (related) yield* variablesIn(compilation, args.slice(1), related);
    } else yield* variablesIn(compilation, value, object);
  }
}
