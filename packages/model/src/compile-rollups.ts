/**
 * Compiles one roll-up once what it reads is known: which records it looks at, over which of their fields, under which
 * condition. Whatever would do nothing, or could not be kept, is refused with the fix.
 */
import type { ComponentOf } from '@trellis/metadata';
import { type Compilation, type DraftObject, ownFieldsOf, replaceField } from './compilation.ts';
import type { OpenField } from './compile-computed.ts';
import { withArticle } from './compile-field.ts';
import { checkExpression } from './expressions/check-expression.ts';
import type { Expression, Operand } from './expressions/expression.ts';
import { pathsOfExpression } from './expressions/expression-paths.ts';
import { whyNotOfRecord } from './expressions/formula-facts.ts';
import { type RollupFunction, rollupResult } from './field-types/rollup.ts';
import type { CompiledField, CompiledRollup, RollupPath } from './model.ts';

type FieldComponent = ComponentOf<'field'>;
type RollupBody = NonNullable<FieldComponent['body']['rollup']>;

/** `isWanted`: a view sorts or filters by it, or an index names it. */
export function compileRollup(
  compilation: Compilation,
  { component, object, field: own }: OpenField,
  isWanted: boolean,
): void {
  const body = component.body.rollup!;
  for (const property of ['unique', 'set_once'] as const) {
    if (component.body[property] !== true) continue;
    compilation.error(
      component,
      'property_not_applicable',
      `/body/${property}`,
      `a roll-up is worked out by the platform: \`${property}\` means nothing on it.`,
      'Leave it out.',
    );
  }
  compilation.refer(component, '/body/rollup/object', 'object', body.object);
  const child = compilation.objects.get(body.object);
  if (!child) {
    compilation.error(
      component,
      'unknown_object',
      '/body/rollup/object',
      `it rolls up \`${body.object}\`, and there is no such object.`,
      compilation.didYouMean(body.object, compilation.objects.keys()),
    );
    return;
  }
  const via = resolveVia(compilation, component, object, child);
  const field = resolveField(compilation, component, child);
  const filter = resolveFilter(compilation, component, child);
  if (!via || field === 'faulty' || filter === 'faulty') return;
  const compiled: CompiledRollup = { function: body.function, object: child.name, via, field, filter };
  const result = rollupResult(body.function, field);
  const hasIndex = result.type.column !== undefined && result.type.column.index !== 'none';
  replaceField(object, {
    ...own,
    type: result.type,
    body: { ...result.body, ...own.body },
    rollup: compiled,
    isIndexed: own.isIndexed || (isWanted && hasIndex),
  });
}

/** The way from this object to the records that are rolled up: a lookup there, or a many-to-many on either side. */
function resolveVia(
  compilation: Compilation,
  component: FieldComponent,
  object: DraftObject,
  child: DraftObject,
): RollupPath | undefined {
  const { via } = component.body.rollup!;
  const there = child.fields.get(via);
  const here = object.fields.get(via);
  if (there && there.systemColumn === undefined) {
    if (there.type.valueType === 'id' || there.type.valueType === 'reference') {
      if (there.targets.includes(object.name)) {
        compilation.refer(component, '/body/rollup/via', 'field', `${child.name}.${via}`);
        return { is: 'lookup', lookup: there };
      }
    } else if (there.junction && there.targets[0] === object.name) {
      compilation.refer(component, '/body/rollup/via', 'field', `${child.name}.${via}`);
      return junctionPath(compilation, there.junction.object, there.junction.far, there.junction.near);
    }
  }
  if (here?.junction && here.targets[0] === child.name) {
    compilation.refer(component, '/body/rollup/via', 'field', `${object.name}.${via}`);
    return junctionPath(compilation, here.junction.object, here.junction.near, here.junction.far);
  }
  const ways = [
    ...ownFieldsOf(child).filter((each) => each.targets.includes(object.name)),
    ...ownFieldsOf(object).filter((each) => each.junction && each.targets[0] === child.name),
  ].map((each) => each.name);
  compilation.error(
    component,
    there || here ? 'wrong_type' : 'unknown_field',
    '/body/rollup/via',
    `\`${via}\` does not tie ${child.name} to ${object.name}.`,
    ways.length > 0
      ? `Use ${ways.map((way) => `\`${way}\``).join(' or ')}.`
      : `Add a lookup to ${object.name} on ${child.name} first.`,
  );
  return undefined;
}

function junctionPath(
  compilation: Compilation,
  object: string,
  near: string,
  far: string,
): RollupPath | undefined {
  const fields = compilation.objects.get(object)?.fields;
  const [nearField, farField] = [fields?.get(near), fields?.get(far)];
  return nearField && farField ? { is: 'junction', object, near: nearField, far: farField } : undefined;
}

/** What each function can be worked out over, for people. */
const WANTED: Readonly<Record<RollupFunction, string>> = {
  count: 'nothing: it counts records',
  sum: 'a number',
  avg: 'a number',
  min: 'a number, a date or a time',
  max: 'a number, a date or a time',
  any: 'a checkbox, or a filter alone',
  all: 'a checkbox, or a filter alone',
};

function fits(operation: RollupFunction, field: CompiledField): boolean {
  const { valueType, column } = field.type;
  if (column === undefined) return false;
  if (operation === 'sum' || operation === 'avg') return valueType === 'number';
  if (operation === 'min' || operation === 'max')
    return ['number', 'date', 'datetime', 'time'].includes(valueType);
  return valueType === 'boolean';
}

function resolveField(
  compilation: Compilation,
  component: FieldComponent,
  child: DraftObject,
): CompiledField | undefined | 'faulty' {
  const { function: operation, field: name, filter } = component.body.rollup as RollupBody;
  const fault = (code: string, pointer: string, message: string, hint?: string): 'faulty' => {
    compilation.error(component, code, pointer, message, hint);
    return 'faulty';
  };
  if (name === undefined) {
    if (operation === 'count') return undefined;
    if ((operation === 'any' || operation === 'all') && filter !== undefined) return undefined;
    const candidates = ownFieldsOf(child).filter((each) => fits(operation, each));
    return fault(
      'required',
      '/body/rollup/field',
      `\`${operation}\` needs \`field\`: ${WANTED[operation]}.`,
      candidates.length > 0 ? `Such as \`${candidates[0]!.name}\`.` : `${child.name} has no field for it.`,
    );
  }
  const field = child.fields.get(name);
  if (field && field.systemColumn === undefined)
    compilation.refer(component, '/body/rollup/field', 'field', `${child.name}.${name}`);
  if (!field) {
    return fault(
      'unknown_field',
      '/body/rollup/field',
      `${child.name} has no field \`${name}\`.`,
      compilation.didYouMean(name, child.fields.keys()),
    );
  }
  const reason = whyNotOfRecord(field);
  if (reason !== undefined) {
    return fault(
      'not_storable',
      '/body/rollup/field',
      `\`${name}\` ${reason}, so it is computed when it is read; what a roll-up reads must be kept on the record.`,
      'Roll up a field that it reads.',
    );
  }
  if (operation === 'count') {
    return fault(
      'property_not_applicable',
      '/body/rollup/field',
      'a count is of records, not of a field.',
      `Leave \`field\` out; to count those that have \`${name}\`, use the filter {"!": [{"is_blank": [{"var": "${name}"}]}]}.`,
    );
  }
  if (!fits(operation, field)) {
    return fault(
      'wrong_type',
      '/body/rollup/field',
      `\`${operation}\` is worked out over ${WANTED[operation]}; \`${name}\` is ${withArticle(field.type.label)}.`,
    );
  }
  return field;
}

function resolveFilter(
  compilation: Compilation,
  component: FieldComponent,
  child: DraftObject,
): Expression | undefined | 'faulty' {
  const { filter } = component.body.rollup!;
  if (filter === undefined) return undefined;
  const { expression, problems, mentions } = checkExpression(filter, {
    objects: compilation.objects,
    object: child,
  });
  for (const problem of problems) {
    compilation.error(
      component,
      problem.code,
      `/body/rollup/filter${problem.pointer}`,
      problem.message,
      problem.hint,
    );
  }
  for (const { pointer, path } of mentions)
    compilation.referToPath(component, `/body/rollup/filter${pointer}`, path);
  if (!expression) return 'faulty';
  const reason = whyNotKept(expression);
  if (reason === undefined) return expression;
  compilation.error(
    component,
    'not_storable',
    '/body/rollup/filter',
    `a roll-up is kept up to date when its records change, and its filter ${reason}.`,
    `Use fields of ${child.name} alone; what depends on time belongs in a view.`,
  );
  return 'faulty';
}

/** Why the outcome of a condition can't be kept, if it can't. */
function whyNotKept(expression: Expression): string | undefined {
  for (const path of pathsOfExpression(expression)) {
    if (path.field.question) return 'asks related records, which others may change';
    if (path.through.length > 0) return `reads \`${path.text}\`, which another record may change`;
    const reason = whyNotOfRecord(path.field);
    if (reason !== undefined)
      return `reads \`${path.text}\`, which ${reason} and is computed when it is read`;
    if (path.field.type.column === undefined) return `reads \`${path.text}\`, which is kept elsewhere`;
  }
  return readsTheMoment(expression) ? 'depends on the day or on who asks' : undefined;
}

const MOMENTS: ReadonlySet<string> = new Set([
  'today',
  'now',
  'user',
  'user_id',
  'period',
  'previous',
  'changed',
  'is_new',
]);

/** Whether any part depends on the clock, the user or a change. */
function readsTheMoment(part: Expression | Operand): boolean {
  if (MOMENTS.has(part.op)) return true;
  if (part.op === 'field') return false;
  return Object.values(part).some((value: unknown) =>
    (Array.isArray(value) ? value : [value]).some(isMomentPart),
  );
}

function isMomentPart(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('op' in value) return readsTheMoment(value as Expression);
  // The branches of an `if`.
  return 'when' in value && 'value' in value ? isMomentPart(value.when) || isMomentPart(value.value) : false;
}
