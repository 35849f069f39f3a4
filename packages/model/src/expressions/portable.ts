/**
 * Checked expressions as JSON, for a browser that has the rules room and not the model: the same typed tree, its paths
 * reduced to their text. What comes back can be evaluated, and nothing else.
 */
import type { JsonValue } from '../field-type.ts';
import { isSameJson } from '../field-types/structure.ts';
import type { CompiledField } from '../model.ts';
import { firstOf } from '../object-rules.ts';
import { PRINCIPAL_PATHS } from '../system-fields.ts';
import type { Expression, Operand } from './expression.ts';
import { wholeOf } from './part-field.ts';
import type { FieldPath } from './path.ts';
import { sourcePath } from './source-path.ts';

export interface PortableExpression {
  /** The tree, for `fromPortable`. */
  readonly tree: JsonValue;
  /** Values of other records that it reads: `account.owner.name` is `owner.name` of what `account` links to. */
  readonly reads: readonly { readonly text: string; readonly lookup: string; readonly path: string }[];
}

export function toPortable(expression: Expression | Operand, paths: Iterable<FieldPath>): PortableExpression {
  const distant = [...paths].filter((path) => sourcePath(path).through.length > 0);
  const tree = JSON.parse(
    JSON.stringify(expression, (key, value: unknown) => {
      if (key === 'path') {
        const { text, through, field } = value as FieldPath;
        return { text, through: through.map(() => ({})), field: toStub(field, through.length === 0) };
      }
      if (key !== 'fields') return value;
      return (value as readonly CompiledField[]).map((field) => toStub(field, true));
    }),
  ) as JsonValue;
  return {
    tree,
    reads: [...new Map(distant.map((path) => [path.text, path])).values()].map((path) => ({
      text: path.text,
      lookup: firstOf(path).name,
      path: textBehindFirst(path),
    })),
  };
}

/** What is asked of the record behind the first lookup, in words of that record: `owner_id` is passed as `owner`. */
function textBehindFirst(path: FieldPath): string {
  const { through, field } = sourcePath(path);
  const whole = wholeOf(field);
  const names = through
    .slice(1)
    .map(({ name }) => [...PRINCIPAL_PATHS].find(([, field]) => field === name)?.[0] ?? name);
  return [...names, ...(field.part ? [whole.name] : []), field.name].join('.');
}

/** What evaluating looks at of a field. A formula of the record itself goes along; others come as values. */
function toStub({ name, isPolymorphic, type, part, formula }: CompiledField, isOwn: boolean): unknown {
  return {
    name,
    isPolymorphic,
    type: { valueType: type.valueType, column: { isMarkup: type.column?.isMarkup } },
    ...(part ? { part: { name: part.name } } : {}),
    ...(formula && isOwn
      ? {
          formula: {
            value: formula.value,
            facts: {
              dependsOnAsker: formula.facts.dependsOnAsker,
              dependsOnZone: formula.facts.dependsOnZone,
            },
          },
        }
      : {}),
  };
}

const known = new WeakMap<object, Expression | Operand>();

/** The expression again. The same description gives the same expression, so that it is made ready once. */
export function fromPortable<T extends Expression | Operand = Expression>({ tree }: PortableExpression): T {
  if (typeof tree !== 'object' || tree === null) throw new TypeError('An expression is an object.');
  const before = known.get(tree);
  if (before) return before as T;
  const revived = revive(tree) as T;
  known.set(tree, revived);
  return revived;
}

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => {
    if (key !== 'fields' || (value as { op?: unknown }).op !== 'changed') return [key, revive(each)];
    const fields = each as readonly { readonly type: object }[];
    return [key, fields.map((field) => ({ ...field, type: { ...field.type, isEqual: isSameJson } }))];
  });
  return Object.fromEntries(entries) as unknown;
}
