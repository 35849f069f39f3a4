/**
 * Conditions of a layout (`visible_when`), evaluated on the record in a form while it is being typed. It knows the
 * operators of filters and is total: what it does not know counts as met, because hiding by mistake loses more
 * than showing by mistake. The rules room takes this over for the whole language.
 */

export interface ConditionContext {
  readonly userId: string;
  /** Today's date in the workspace's zone, `YYYY-MM-DD`. */
  readonly today: string;
  /** RFC 3339 UTC. */
  readonly now: string;
}

type Values = Readonly<Record<string, unknown>>;

/** Whether a condition holds for the values of a record; no condition always holds. */
export function isMet(condition: unknown, values: Values, context: ConditionContext): boolean {
  if (condition === undefined || condition === null) return true;
  const result = evaluate(condition, values, context);
  return result === UNKNOWN ? true : isTruthy(result);
}

/** Every `var` that a piece of JSON Logic mentions. */
export function pathsInLogic(logic: unknown): string[] {
  if (Array.isArray(logic)) return logic.flatMap(pathsInLogic);
  if (typeof logic !== 'object' || logic === null) return [];
  return Object.entries(logic).flatMap(([operator, args]) => {
    if (operator !== 'var') return pathsInLogic(args);
    const path: unknown = Array.isArray(args) ? args[0] : args;
    return typeof path === 'string' ? [path] : [];
  });
}

const UNKNOWN = Symbol('unknown');

function evaluate(logic: unknown, values: Values, context: ConditionContext): unknown {
  if (Array.isArray(logic)) return logic.map((each) => evaluate(each, values, context));
  if (typeof logic !== 'object' || logic === null) return logic;
  const [entry] = Object.entries(logic);
  if (entry === undefined) return UNKNOWN;
  const [operator, raw] = entry;
  if (operator === 'var') return readPath(Array.isArray(raw) ? raw[0] : raw, values, context);
  const args = (Array.isArray(raw) ? raw : [raw]).map((each) => evaluate(each, values, context));
  if (operator === 'and') return args.every((each) => each === UNKNOWN || isTruthy(each));
  if (operator === 'or') return args.some((each) => each === UNKNOWN || isTruthy(each));
  if (args.includes(UNKNOWN)) return UNKNOWN;
  const [left, right] = args;
  switch (operator) {
    case '!':
      return !isTruthy(left);
    case '==':
      return isSame(left, right);
    case '!=':
      return !isSame(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, left, right);
    case 'in':
      return Array.isArray(right) && right.some((each) => isSame(left, each));
    case 'is_blank':
      return isBlank(left);
    case 'contains':
      return folded(left).includes(folded(right));
    case 'starts_with':
      return folded(left).startsWith(folded(right));
    case 'ends_with':
      return folded(left).endsWith(folded(right));
    case 'includes_any':
      return asList(right).some((each) => asList(left).includes(each));
    case 'includes_all':
      return asList(right).every((each) => asList(left).includes(each));
    case 'today':
      return context.today;
    case 'now':
      return context.now;
    default:
      return UNKNOWN;
  }
}

function readPath(path: unknown, values: Values, context: ConditionContext): unknown {
  if (path === '$user.id') return context.userId;
  if (typeof path !== 'string' || path.startsWith('$')) return UNKNOWN;
  if (Object.hasOwn(values, path)) return reduce(values[path]);
  let current: unknown = values;
  for (const segment of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, segment)) {
      // A path into a record that the form does not hold.
      return path.includes('.') ? UNKNOWN : null;
    }
    current = (current as Values)[segment];
  }
  return reduce(current);
}

/** An expanded lookup counts as its id, as on the server. */
function reduce(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'id' in value) return value.id;
  return value;
}

export function isBlank(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

function isTruthy(value: unknown): boolean {
  return value === true;
}

function isSame(left: unknown, right: unknown): boolean {
  if (isBlank(left) || isBlank(right)) return isBlank(left) && isBlank(right);
  return reduce(left) === reduce(right);
}

function compare(operator: '<' | '<=' | '>' | '>=', left: unknown, right: unknown): boolean {
  if (isBlank(left) || isBlank(right)) return false;
  const order =
    typeof left === 'number' && typeof right === 'number'
      ? left - right
      : String(left) < String(right)
        ? -1
        : String(left) > String(right)
          ? 1
          : 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function folded(value: unknown): string {
  return isBlank(value) ? '' : String(value).toLowerCase();
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : isBlank(value) ? [] : [value];
}
