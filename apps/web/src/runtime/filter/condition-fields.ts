/**
 * The fields that a condition may ask about: those of its object, and behind every lookup those of its target, as far
 * as people drill. Descriptions come from where the condition stands: the runtime asks the server for them, the
 * builder compiles them from its draft.
 */
import {
  type FieldDescription,
  type FilterField,
  filterFields,
  IS_NEW_PATH,
  type ObjectDescription,
  PREVIOUS_PREFIX,
  verbsOf,
} from '@trellis/forms';
import { createContext, useContext, useEffect } from 'react';

export interface DescriptionSource {
  /** An object as far as it is known. */
  find(object: string): ObjectDescription | undefined;
  /** Asks for one that is not known yet. */
  want(object: string): void;
}

export interface ConditionScope extends DescriptionSource {
  readonly object: string;
  /** There is a change: `$previous`, `$changed` and `$is_new` mean something. */
  readonly hasPrevious: boolean;
  /** How many questions to related records may stand within each other from here on; 0: none can be asked. */
  readonly questionsLeft: number;
  /** The icon of a field type; the builder has them at hand. */
  iconOf?(type: string): string | undefined;
  /** Formula text of an expression, and a way to change it; without it, such parts can only be removed. */
  readonly formula?: FormulaSupport;
}

export interface FormulaSupport {
  textOf(logic: unknown): string;
  edit(scope: ConditionScope, logic: unknown, onChange: (logic: unknown) => void): void;
}

/** Questions to related records that may stand within each other, as the language allows. */
export const MOST_QUESTIONS = 2;

export const ConditionScopeContext = createContext<ConditionScope | undefined>(undefined);

export function useConditionScope(): ConditionScope {
  const scope = useContext(ConditionScopeContext);
  if (scope === undefined) throw new Error('useConditionScope is used outside its provider');
  return scope;
}

/** Conditions within a question are seen from a related record; of its change nothing is known. */
export function innerScope(outer: ConditionScope, object: string): ConditionScope {
  return { ...outer, object, hasPrevious: false, questionsLeft: outer.questionsLeft - 1 };
}

/** The title of a record of an object that is not known: all that can be reached behind an owner, or one of several. */
const TITLE: FieldDescription = {
  name: 'name',
  label: 'Name',
  type: 'text',
  value_type: 'text',
  help: null,
  placeholder: null,
  access: 'read',
  is_system: true,
  is_required: true,
  is_unique: false,
  set_once: false,
  no_copy: false,
  is_sortable: true,
  is_groupable: true,
  filter_operators: ['==', '!=', 'contains', 'starts_with', 'ends_with', 'is_blank'],
  aggregates: [],
  widget: 'text',
  schema: {},
  options: [],
  transitions: null,
  targets: [],
  is_polymorphic: false,
  default: null,
  scale: null,
  currency: null,
};

/** Lookups that a path may pass (design brief §3.1). */
const MOST_LOOKUPS = 5;

export interface Hop {
  /** As written in a path: `account`, `owner`. */
  readonly segment: string;
  readonly field: FieldDescription;
  /** The object behind it; undefined when it may be one of several, of which only the title can be reached. */
  readonly target: string | undefined;
}

/** The field as a step of a path, when there is something behind it. */
export function hopOf(field: FieldDescription): Hop | undefined {
  if (field.targets.length === 0 || field.value_type === 'ids') return undefined;
  const isTitleOnly = field.is_system || field.is_polymorphic || field.targets.length !== 1;
  return {
    segment: field.name === 'owner_id' ? 'owner' : field.name,
    field,
    target: isTitleOnly ? undefined : field.targets[0],
  };
}

export interface FoundField {
  /** Undefined while a description is on its way, or when the path leads nowhere. */
  readonly field: FieldDescription | undefined;
  /** `['Account', 'Industry']` */
  readonly labels: readonly string[];
  /** The object whose description is needed to go on. */
  readonly missing: string | undefined;
}

/** Follows a path as far as descriptions are known. */
export function findField(scope: ConditionScope, path: string): FoundField {
  const labels: string[] = [];
  let object: string | undefined = scope.object;
  const segments = bare(path).split('.');
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (object === undefined) {
      const isTitle = isLast && segment === TITLE.name;
      if (isTitle) labels.push(TITLE.label);
      return { field: isTitle ? TITLE : undefined, labels, missing: undefined };
    }
    const description = scope.find(object);
    if (description === undefined) return { field: undefined, labels, missing: object };
    const field: FieldDescription | undefined = description.fields.find(
      (each) => each.name === segment || (!isLast && hopOf(each)?.segment === segment),
    );
    if (field === undefined) return { field: undefined, labels, missing: undefined };
    labels.push(field.label);
    if (isLast) return { field, labels, missing: undefined };
    const part = field.parts?.find((each) => each.name === `${segment}.${segments.at(-1)}`);
    if (part !== undefined)
      return { field: part, labels: [...labels.slice(0, -1), part.label], missing: undefined };
    const hop = hopOf(field);
    if (hop === undefined) return { field: undefined, labels, missing: undefined };
    object = hop.target;
  }
  return { field: undefined, labels, missing: undefined };
}

/** The same, asking for what is missing. */
export function useFoundField(path: string): FoundField {
  const scope = useConditionScope();
  const found = findField(scope, path);
  const { missing } = found;
  useEffect(() => {
    if (missing !== undefined) scope.want(missing);
  }, [missing, scope]);
  return found;
}

/** `$previous.amount` → `amount` */
export function bare(path: string): string {
  return path.startsWith(PREVIOUS_PREFIX) ? path.slice(PREVIOUS_PREFIX.length) : path;
}

/** What can be asked of a path, in the order in which it is offered. */
export function verbsAt(
  scope: ConditionScope,
  path: string,
  field: FieldDescription | undefined,
): FilterField['verbs'] {
  if (path === IS_NEW_PATH)
    return [
      { verb: 'is_new', label: 'is_new', editor: 'none' },
      { verb: 'is_not_new', label: 'is_not_new', editor: 'none' },
      { verb: 'changed_any', label: 'changed_any', editor: 'fields' },
      { verb: 'not_changed_any', label: 'not_changed_any', editor: 'fields' },
    ];
  if (field === undefined) return [];
  const canChange = scope.hasPrevious && !path.includes('.');
  return canChange
    ? [
        ...verbsOf(field),
        { verb: 'changed', label: 'changed', editor: 'none' },
        { verb: 'not_changed', label: 'not_changed', editor: 'none' },
      ]
    : verbsOf(field);
}

export interface Level {
  /** The fields to choose from; undefined while their object's description is on its way. */
  readonly fields: readonly FilterField[] | undefined;
  readonly hops: readonly Hop[];
}

/** What stands behind the lookups passed so far. */
export function levelAt(scope: ConditionScope, passed: readonly Hop[]): Level {
  const last = passed.at(-1);
  if (last !== undefined && last.target === undefined)
    return { fields: [{ path: 'name', field: TITLE, verbs: [] }], hops: [] };
  const description = scope.find(last?.target ?? scope.object);
  if (description === undefined) return { fields: undefined, hops: [] };
  const canDrill = passed.length < MOST_LOOKUPS;
  return {
    // What people made comes before what every object has.
    fields: filterFields(description).toSorted(
      (a, b) => Number(a.field.is_system) - Number(b.field.is_system),
    ),
    hops: canDrill ? description.fields.flatMap((field) => hopOf(field) ?? []) : [],
  };
}
