/**
 * Splits a question into its shape and its values: `stage == "won"` and `stage == "lost"` have one shape and differ
 * in a value. A statement is compiled once per shape; the values become its parameters. Everything that depends on
 * values (blank or not, one element or several, which bounds a period has today) is decided here, so that the
 * compiler behind never sees a value.
 */
import {
  addDays,
  type ComparisonOperator,
  type CompiledField,
  compareCodePoints,
  dayOf,
  type Expression,
  type ExpressionContext,
  type FieldPath,
  type JsonValue,
  type Operand,
  type RelatedQuestion,
  sourcePath,
  spanOf,
  startOfDay,
  todayAt,
} from '@trellis/model';
import { granteeId, type SharedPlaces } from '../sharing/share-store.ts';
import { type SqlType, sqlTypeOf } from '../system-columns.ts';
import type { SearchedCondition } from './search-condition.ts';
import { type ComputedCondition, shapeComputed } from './shape-computed.ts';
import { shapeValue, type Value, type ValueShaper } from './shape-value.ts';

/** A side of a comparison: a field, or the value at a place. */
export type Term =
  | { readonly is: 'field'; readonly path: FieldPath; readonly type: SqlType }
  | { readonly is: 'value'; readonly place: number; readonly type: SqlType };
export type FieldTerm = Extract<Term, { is: 'field' }>;

export type Condition =
  | { readonly is: 'constant'; readonly value: boolean }
  | { readonly is: 'and' | 'or'; readonly args: readonly Condition[] }
  | { readonly is: 'not'; readonly arg: Condition }
  | {
      readonly is: 'compare';
      readonly operator: ComparisonOperator;
      readonly left: FieldTerm;
      readonly right: Term;
    }
  /** The field's instant falls on a day that is compared with a date field. */
  | {
      readonly is: 'compare_day';
      readonly operator: ComparisonOperator;
      readonly instant: FieldTerm;
      readonly day: FieldTerm;
      readonly zone: Term;
    }
  | { readonly is: 'any'; readonly value: FieldTerm; readonly list: Term }
  /** Half-open: from included, until excluded. */
  | { readonly is: 'between'; readonly value: FieldTerm; readonly from: Term; readonly until: Term }
  | { readonly is: 'like'; readonly value: FieldTerm; readonly pattern: Term }
  | SearchedCondition
  | {
      readonly is: 'contains' | 'starts_with' | 'ends_with';
      readonly value: Term;
      readonly text: Term;
    }
  | { readonly is: 'overlaps' | 'covers'; readonly value: FieldTerm; readonly list: Term }
  | { readonly is: 'blank'; readonly value: FieldTerm }
  | { readonly is: 'true'; readonly value: FieldTerm }
  /** Read as the platform sees it; with `through` about the record behind that lookup. */
  | {
      readonly is: 'as_platform';
      readonly through: CompiledField | undefined;
      readonly arg: Condition;
      /** Of the condition of a sharing rule: as the model has it. */
      readonly rule: Expression | undefined;
    }
  /** Among the candidates that are kept of a condition, and meets it. */
  | { readonly is: 'kept'; readonly kept: KeptCandidates; readonly arg: Condition }
  /** Shared by hand with one of the grantees at a place. */
  | { readonly is: 'shared'; readonly amount: SharedAmount; readonly places: SharedPlaces }
  | ComputedCondition;

/** What is asked of each related record. */
export interface RelatedShape {
  readonly condition: Condition | undefined;
  readonly value: Value | undefined;
}

/** The candidates of a condition; `areFew`: they are all fetched, at once. */
export interface KeptCandidates {
  readonly id: string;
  readonly areFew: boolean;
}

/** How many records are shared with somebody: `few` are read sooner than a page, `some` sooner than many pages. */
export type SharedAmount = 'few' | 'some' | 'many';

function amountOf(count: number | undefined): SharedAmount {
  if (count === undefined || count > 2_000) return 'many';
  return count > 200 ? 'some' : 'few';
}

const NEVER: Condition = { is: 'constant', value: false };
const ALWAYS: Condition = { is: 'constant', value: true };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Collects the key of a shape and the values beside it. */
export class Shape {
  readonly values: unknown[] = [];
  /** The shapes of the formulas that the question reads, in whichever table they stand. */
  readonly formulas = new Map<CompiledField, Value>();
  /** The shapes of what it asks of related records. */
  readonly related = new Map<CompiledField, RelatedShape>();
  readonly #asked: ExpressionContext;
  readonly #context: ExpressionContext;
  #key = '';
  #isInFormula = false;
  readonly #days = new Map<string, string>();
  #isOfInstant = false;

  constructor(context: ExpressionContext) {
    this.#asked = context;
    // A formula means the same to everybody: its days are those of the workspace.
    this.#context = { ...context, timeZone: context.sharedTimeZone ?? context.timeZone };
  }

  get key(): string {
    return this.#key;
  }

  /** The days that the values hang on, by time zone; undefined when they hang on the very instant. */
  get days(): ReadonlyMap<string, string> | undefined {
    return this.#isOfInstant ? undefined : this.#days;
  }

  now({ now }: ExpressionContext): string {
    this.#isOfInstant = true;
    return now;
  }

  today({ now, timeZone }: ExpressionContext): string {
    const day = todayAt(now, timeZone);
    this.#days.set(timeZone, day);
    return day;
  }

  note(part: string): void {
    if (!this.#isInFormula) this.#key += `${part}\u0001`;
  }

  value(value: unknown, type: SqlType): Extract<Term, { is: 'value' }> {
    this.values.push(value);
    this.note(`$${type}`);
    return { is: 'value', place: this.values.length, type };
  }

  field(path: FieldPath): FieldTerm {
    // A question to related records has values in its text; the parts of it are noted without.
    this.note(path.field.question ? path.through.map(({ key }) => key).join('.') : path.text);
    this.read(path);
    return { is: 'field', path, type: path.field.isPolymorphic ? 'uuid' : sqlTypeOf(path.field) };
  }

  /** Takes in the formula behind a field that is read; whether a column holds its value is not known here. */
  read(path: FieldPath): void {
    const { field } = sourcePath(path);
    if (field.question) this.#ask(field, field.question);
    if (!field.formula || this.formulas.has(field)) return;
    // The model says what a formula is made of, and the key says which model: its name is all there is to note.
    this.note(`formula ${field.object}.${field.key}`);
    const isNested = this.#isInFormula;
    this.#isInFormula = true;
    this.formulas.set(field, shapeOperand(field.formula.value, this, this.#context));
    this.#isInFormula = isNested;
  }

  /** In a formula the days are the workspace's, elsewhere the asker's. */
  #ask(field: CompiledField, question: RelatedQuestion): void {
    if (this.related.has(field)) {
      this.note(`again ${field.name}`);
      return;
    }
    const context = this.#isInFormula ? this.#context : this.#asked;
    const { operator, object, via, condition, value } = question;
    const way = via.is === 'lookup' ? via.lookup.key : `${via.object} ${via.near.key} ${via.far.key}`;
    this.note(`${operator} ${object} ${way}(`);
    const shaped = {
      condition: condition && shapeCondition(condition, this, context),
      value: value && shapeOperand(value, this, context),
    };
    this.note(')');
    this.related.set(field, shaped);
  }
}

/** The shape of a value; its key and values are added to `shape`. */
function shapeOperand(operand: Operand, shape: Shape, context: ExpressionContext): Value {
  return shapeValue(operand, shaperOf(shape, context));
}

function shaperOf(shape: Shape, context: ExpressionContext): ValueShaper {
  return {
    shape,
    context,
    condition: (inner) => shapeCondition(inner, shape, context),
    constant: (operand) => idOrSelf(constantOf(operand, shape, context)),
  };
}

/** The shape of a condition; its key and values are added to `shape`. */
export function shapeCondition(expression: Expression, shape: Shape, context: ExpressionContext): Condition {
  const condition = read(expression, shape, context);
  if (condition.is === 'constant') shape.note(constantKey(condition.value));
  return condition;
}

/** No name of a field and no operator looks like this: shapes that differ have keys that differ. */
function constantKey(value: boolean): string {
  return value ? '=true' : '=false';
}

function read(expression: Expression, shape: Shape, context: ExpressionContext): Condition {
  const computed = shapeComputed(expression, shaperOf(shape, context));
  if (computed) return computed;
  switch (expression.op) {
    case 'constant':
      return expression.value ? ALWAYS : NEVER;
    case 'and':
    case 'or': {
      shape.note(`${expression.op}(`);
      const args = expression.args.map((arg) => shapeCondition(arg, shape, context));
      shape.note(')');
      return { is: expression.op, args };
    }
    case 'not': {
      shape.note('not');
      return { is: 'not', arg: shapeCondition(expression.arg, shape, context) };
    }
    case 'as_platform': {
      shape.note(`as_platform ${expression.through?.key ?? ''}(`);
      const arg = shapeCondition(expression.arg, shape, context);
      shape.note(')');
      const rule = expression.isRule ? expression.arg : undefined;
      return { is: 'as_platform', through: expression.through, arg, rule };
    }
    case 'shared': {
      const { access, grantees, about } = expression;
      if (grantees.length === 0) return NEVER;
      const amount = amountOf(about);
      shape.note(`shared ${access} ${amount}`);
      const ids = shape.value(grantees.map(granteeId), 'uuid');
      const now = shape.value(shape.now(context), 'timestamptz');
      return { is: 'shared', amount, places: { access, grantees: ids.place, now: now.place } };
    }
    case 'in':
      return readMembership(expression.value, expression.list, shape, context);
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return readTextSearch(expression, shape, context);
    case 'includes_any':
    case 'includes_all': {
      const isAny = expression.op === 'includes_any';
      if (expression.list.length === 0) return isAny ? NEVER : ALWAYS;
      if (expression.value.op !== 'field') return NEVER;
      shape.note(expression.op);
      const value = shape.field(expression.value.path);
      return { is: isAny ? 'overlaps' : 'covers', value, list: shape.value([...expression.list], 'text[]') };
    }
    case 'is_blank':
      return readBlank(expression.value, shape);
    case 'is_true':
      if (expression.value.op !== 'field')
        return constantOf(expression.value, shape, context) === true ? ALWAYS : NEVER;
      shape.note('true');
      return { is: 'true', value: shape.field(expression.value.path) };
    case 'period': {
      const span = spanOf(expression.period, expression.n, shape.today(context));
      if (expression.value.op !== 'field') {
        const constant = constantOf(expression.value, shape, context);
        if (typeof constant !== 'string') return NEVER;
        const day = expression.value.type === 'datetime' ? dayOf(constant, context.timeZone) : constant;
        return day >= span.from && day < span.until ? ALWAYS : NEVER;
      }
      return between(expression.value.path, span.from, span.until, shape, context);
    }
    case 'changed':
    case 'is_new':
      throw new TypeError(`A query knows no change, so it can't ask \`${expression.op}\`.`);
    default:
      return readComparison(expression.op, expression.left, expression.right, shape, context);
  }
}

function readComparison(
  operator: ComparisonOperator,
  left: Operand,
  right: Operand,
  shape: Shape,
  context: ExpressionContext,
): Condition {
  if (left.op !== 'field' && right.op !== 'field')
    return compareConstants(operator, { left, right }, shape, context);
  if (left.op !== 'field') return readComparison(MIRRORED[operator], right, left, shape, context);
  if (right.op === 'field') return compareFields(operator, left.path, right.path, shape, context);

  const constant = constantOf(right, shape, context);
  if (constant === null) {
    if (operator !== '==' && operator !== '!=') return NEVER;
    const blank = readBlank(left, shape);
    if (operator === '==') return blank;
    // A constant is noted by what it is in the end: a `not` before it would be the key of the opposite.
    if (blank.is === 'constant') return blank.value ? NEVER : ALWAYS;
    shape.note('not');
    return { is: 'not', arg: blank };
  }
  const type = left.path.field.isPolymorphic ? 'uuid' : sqlTypeOf(left.path.field);
  if (type === 'boolean') {
    shape.note(`${operator}${String(constant)}`);
    const isTrue: Condition = { is: 'true', value: shape.field(left.path) };
    const wantsTrue = (constant === true) === (operator === '==');
    return wantsTrue ? isTrue : { is: 'not', arg: isTrue };
  }
  if (type === 'timestamptz' && isDay(right, constant)) {
    return compareWithDay(operator, left.path, constant as string, shape, context);
  }
  const value = type === 'uuid' ? idOf(constant) : constant;
  // An id of another form can't be stored, so no record has it.
  if (value === undefined) return operator === '!=' ? ALWAYS : NEVER;
  const literalType = type === 'integer' ? 'numeric' : type;
  shape.note(operator);
  return { is: 'compare', operator, left: shape.field(left.path), right: shape.value(value, literalType) };
}

function compareFields(
  operator: ComparisonOperator,
  left: FieldPath,
  right: FieldPath,
  shape: Shape,
  context: ExpressionContext,
): Condition {
  const [leftType, rightType] = [sqlTypeOf(left.field), sqlTypeOf(right.field)];
  if (leftType === 'timestamptz' && rightType === 'date') {
    shape.note(`day ${operator}`);
    const [instant, day] = [shape.field(left), shape.field(right)];
    return { is: 'compare_day', operator, instant, day, zone: shape.value(context.timeZone, 'text') };
  }
  if (leftType === 'date' && rightType === 'timestamptz') {
    return compareFields(MIRRORED[operator], right, left, shape, context);
  }
  shape.note(operator);
  return { is: 'compare', operator, left: shape.field(left), right: shape.field(right) };
}

/** An instant beside a day is read as the day that it falls on in the asker's zone. */
function compareWithDay(
  operator: ComparisonOperator,
  path: FieldPath,
  day: string,
  shape: Shape,
  context: ExpressionContext,
): Condition {
  const bound = (date: string) => shape.value(startOfDay(date, context.timeZone), 'timestamptz');
  switch (operator) {
    case '==':
      return between(path, day, addDays(day, 1), shape, context);
    case '!=':
      shape.note('not');
      return { is: 'not', arg: between(path, day, addDays(day, 1), shape, context) };
    case '<':
    case '>=':
      shape.note(operator);
      return { is: 'compare', operator, left: shape.field(path), right: bound(day) };
    case '<=':
      shape.note('<');
      return { is: 'compare', operator: '<', left: shape.field(path), right: bound(addDays(day, 1)) };
    case '>':
      shape.note('>=');
      return { is: 'compare', operator: '>=', left: shape.field(path), right: bound(addDays(day, 1)) };
  }
}

function between(
  path: FieldPath,
  from: string,
  until: string,
  shape: Shape,
  context: ExpressionContext,
): Condition {
  shape.note('between');
  const value = shape.field(path);
  const isInstant = value.type === 'timestamptz';
  const bound = (day: string) => (isInstant ? startOfDay(day, context.timeZone) : day);
  const type = isInstant ? 'timestamptz' : 'date';
  return {
    is: 'between',
    value,
    from: shape.value(bound(from), type),
    until: shape.value(bound(until), type),
  };
}

function readMembership(
  operand: Operand,
  list: readonly JsonValue[],
  shape: Shape,
  context: ExpressionContext,
): Condition {
  const equals = (value: JsonValue) =>
    read(
      { op: '==', left: operand, right: { op: 'literal', type: literalType(operand, value), value } },
      shape,
      context,
    );
  const type = operand.op === 'field' ? sqlTypeOf(operand.path.field) : undefined;
  const isSet =
    operand.op === 'field' &&
    type !== 'boolean' &&
    list.length > 1 &&
    list.every(
      (value) => value !== null && value !== '' && !(type === 'timestamptz' && isCalendarText(value)),
    );
  if (!isSet) {
    shape.note('or(');
    const args = list.map((value) => {
      const condition = equals(value);
      if (condition.is === 'constant') shape.note(constantKey(condition.value));
      return condition;
    });
    shape.note(')');
    return args.length === 1 ? args[0]! : { is: 'or', args };
  }
  shape.note('any');
  const value = shape.field(operand.path);
  const values = value.type === 'uuid' ? list.map(idOf).filter((id) => id !== undefined) : [...list];
  const elementType = value.type === 'integer' ? 'numeric' : value.type;
  return { is: 'any', value, list: shape.value(values, elementType) };
}

function literalType(operand: Operand, value: JsonValue): Extract<Operand, { op: 'literal' }>['type'] {
  if (value === null || value === '') return 'blank';
  return operand.type === 'datetime' && isCalendarText(value) ? 'date' : operand.type;
}

function readTextSearch(
  expression: Extract<Expression, { op: 'contains' | 'starts_with' | 'ends_with' }>,
  shape: Shape,
  context: ExpressionContext,
): Condition {
  const { op, value, text } = expression;
  const [subject, sought] = [value, text].map((operand) =>
    operand.op === 'field' ? undefined : constantOf(operand, shape, context),
  );
  if (subject === null || sought === null) return NEVER;
  if (value.op === 'field' && typeof sought === 'string') {
    shape.note('like');
    return {
      is: 'like',
      value: shape.field(value.path),
      pattern: shape.value(patternOf(op, sought), 'text'),
    };
  }
  if (typeof subject === 'string' && typeof sought === 'string') {
    const [whole, part] = [subject.toLowerCase(), sought.toLowerCase()];
    const holds =
      op === 'contains'
        ? whole.includes(part)
        : op === 'starts_with'
          ? whole.startsWith(part)
          : whole.endsWith(part);
    return holds ? ALWAYS : NEVER;
  }
  shape.note(op);
  const term = (operand: Operand) =>
    operand.op === 'field'
      ? shape.field(operand.path)
      : shape.value(constantOf(operand, shape, context), 'text');
  return { is: op, value: term(value), text: term(text) };
}

/** `50%` sought anywhere → `%50\%%`. */
export function patternOf(op: 'contains' | 'starts_with' | 'ends_with', sought: string): string {
  const escaped = sought.replaceAll(/[\\%_]/g, '\\$&');
  return `${op === 'starts_with' ? '' : '%'}${escaped}${op === 'ends_with' ? '' : '%'}`;
}

function readBlank(operand: Operand, shape: Shape): Condition {
  if (operand.op !== 'field') return operand.op === 'literal' && isBlank(operand.value) ? ALWAYS : NEVER;
  // A boolean is never blank: absent reads as false.
  if (sqlTypeOf(operand.path.field) === 'boolean') return NEVER;
  shape.note('blank');
  return { is: 'blank', value: shape.field(operand.path) };
}

/** Value of what is no field: text, number, boolean, date or instant; null when blank. */
function constantOf(operand: Operand, shape: Shape, context: ExpressionContext): JsonValue {
  switch (operand.op) {
    case 'literal':
      return isBlank(operand.value) ? null : operand.value;
    case 'today':
      return shape.today(context);
    case 'now':
      return shape.now(context);
    case 'user_id':
      return context.userId;
    case 'user':
      return (operand.property === 'name' ? context.userName : context.userEmail) || null;
    default:
      throw new TypeError(`\`${operand.op}\` is no constant.`);
  }
}

function compareConstants(
  operator: ComparisonOperator,
  { left, right }: { readonly left: Operand; readonly right: Operand },
  shape: Shape,
  context: ExpressionContext,
): Condition {
  let [first, second] = [constantOf(left, shape, context), constantOf(right, shape, context)];
  if (left.type === 'datetime' && right.type === 'date' && first !== null)
    first = dayOf(String(first), context.timeZone);
  if (left.type === 'date' && right.type === 'datetime' && second !== null) {
    second = dayOf(String(second), context.timeZone);
  }
  if (operator === '==' || operator === '!=') {
    const isEqual = JSON.stringify(idOrSelf(first)) === JSON.stringify(idOrSelf(second));
    return isEqual === (operator === '==') ? ALWAYS : NEVER;
  }
  if (first === null || second === null) return NEVER;
  const order =
    typeof first === 'number' && typeof second === 'number'
      ? first - second
      : compareCodePoints(String(first), String(second));
  const holds =
    operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
  return holds ? ALWAYS : NEVER;
}

function isDay(operand: Operand, value: JsonValue): boolean {
  return operand.type === 'date' || isCalendarText(value);
}

function isCalendarText(value: JsonValue): boolean {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
}

function isBlank(value: JsonValue): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The id in a lookup's value, `"…"` or `{object, id}`; undefined when it is no uuid. */
function idOf(value: JsonValue): string | undefined {
  const id = idOrSelf(value);
  return typeof id === 'string' && UUID.test(id) ? id : undefined;
}

function idOrSelf(value: JsonValue): JsonValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? ((value as { id?: JsonValue }).id ?? null)
    : value;
}
