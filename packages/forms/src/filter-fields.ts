/** Which fields can be filtered by, with which verbs, and which editor takes the value of each. */
import type { FilterOperator } from '@trellis/model';
import type { FieldDescription, ObjectDescription } from './description.ts';
import type { FilterVerb } from './filter.ts';

/** How the value of a condition is typed in. `field`: with the field's own widget. */
export type FilterEditor =
  | 'none'
  | 'field'
  | 'text'
  | 'number'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'option'
  | 'options'
  | 'record'
  /** Several fields of the object itself. */
  | 'fields'
  | 'period';

/** Name of a verb in the messages catalogue: dates and numbers are "before" and "less than", texts "is". */
export type VerbLabel =
  | 'is'
  | 'is_not'
  | 'is_any_of'
  | 'is_none_of'
  | 'less'
  | 'at_most'
  | 'more'
  | 'at_least'
  | 'before'
  | 'on_or_before'
  | 'after'
  | 'on_or_after'
  | 'contains'
  | 'not_contains'
  | 'starts_with'
  | 'ends_with'
  | 'includes_any'
  | 'includes_all'
  | 'includes_none'
  | 'is_under'
  | 'is_not_under'
  | 'is_blank'
  | 'is_not_blank'
  | 'is_within'
  | 'is_me'
  | 'is_not_me'
  | 'changed'
  | 'not_changed'
  | 'is_new'
  | 'is_not_new'
  | 'changed_any'
  | 'not_changed_any';

export interface FilterVerbDescription {
  readonly verb: FilterVerb;
  readonly label: VerbLabel;
  readonly editor: FilterEditor;
}

export interface FilterField {
  readonly path: string;
  readonly field: FieldDescription;
  /** In the order in which they are offered; the first is chosen at first. */
  readonly verbs: readonly FilterVerbDescription[];
}

/** The fields of an object that a filter may ask about. */
export function filterFields(description: ObjectDescription): FilterField[] {
  return description.fields
    .flatMap((field) => [field, ...(field.parts ?? [])])
    .filter((field) => field.filter_operators.length > 0 && !isInternal(field))
    .map((field) => ({ path: field.name, field, verbs: verbsOf(field) }));
}

/** Facts that only the platform has a use for. */
function isInternal(field: FieldDescription): boolean {
  return field.is_system && ['id', 'version', 'deleted_at', 'deleted_by'].includes(field.name);
}

export function verbsOf(field: FieldDescription): FilterVerbDescription[] {
  const has = (operator: FilterOperator) => field.filter_operators.includes(operator);
  const isUser = field.type === 'user' || (field.targets.length === 1 && field.targets[0] === 'user');
  const verbs: (FilterVerbDescription | false)[] = [];
  switch (field.value_type) {
    case 'text':
      // What is not searched for by its parts is picked or typed as in the form.
      if (!has('contains')) {
        verbs.push(
          has('==') && { verb: '==', label: 'is', editor: 'field' },
          has('!=') && { verb: '!=', label: 'is_not', editor: 'field' },
        );
        break;
      }
      verbs.push(
        { verb: 'contains', label: 'contains', editor: 'text' },
        has('==') && { verb: '==', label: 'is', editor: 'text' },
        has('!=') && { verb: '!=', label: 'is_not', editor: 'text' },
        has('starts_with') && { verb: 'starts_with', label: 'starts_with', editor: 'text' },
        has('ends_with') && { verb: 'ends_with', label: 'ends_with', editor: 'text' },
        { verb: 'not_contains', label: 'not_contains', editor: 'text' },
      );
      break;
    case 'number':
      verbs.push(
        has('>=') && { verb: '>=', label: 'at_least', editor: 'number' },
        has('<=') && { verb: '<=', label: 'at_most', editor: 'number' },
        has('>') && { verb: '>', label: 'more', editor: 'number' },
        has('<') && { verb: '<', label: 'less', editor: 'number' },
        has('==') && { verb: '==', label: 'is', editor: 'number' },
        has('!=') && { verb: '!=', label: 'is_not', editor: 'number' },
      );
      break;
    case 'boolean':
      verbs.push(has('==') && { verb: '==', label: 'is', editor: 'boolean' });
      return present(verbs);
    case 'date':
    case 'datetime': {
      const editor = field.value_type;
      verbs.push(
        has('period') && { verb: 'period', label: 'is_within', editor: 'period' },
        // An instant is never typed to the millisecond: only spans make sense.
        editor === 'date' && has('==') && { verb: '==', label: 'is', editor },
        has('<') && { verb: '<', label: 'before', editor },
        has('>') && { verb: '>', label: 'after', editor },
        has('<=') && { verb: '<=', label: 'on_or_before', editor },
        has('>=') && { verb: '>=', label: 'on_or_after', editor },
      );
      break;
    }
    case 'time':
      verbs.push(
        has('>=') && { verb: '>=', label: 'on_or_after', editor: 'field' },
        has('<') && { verb: '<', label: 'before', editor: 'field' },
        has('==') && { verb: '==', label: 'is', editor: 'field' },
        has('<=') && { verb: '<=', label: 'on_or_before', editor: 'field' },
        has('>') && { verb: '>', label: 'after', editor: 'field' },
      );
      break;
    case 'option':
      verbs.push(
        has('in') && { verb: 'in', label: 'is_any_of', editor: 'options' },
        has('in') && { verb: 'not_in', label: 'is_none_of', editor: 'options' },
        has('==') && { verb: '==', label: 'is', editor: 'option' },
        has('!=') && { verb: '!=', label: 'is_not', editor: 'option' },
      );
      break;
    case 'texts':
      verbs.push(
        has('contains') && { verb: 'contains', label: 'contains', editor: 'text' },
        has('includes_any') && { verb: 'includes_any', label: 'includes_any', editor: 'field' },
        has('includes_all') && { verb: 'includes_all', label: 'includes_all', editor: 'field' },
        has('includes_any') && { verb: 'not_includes_any', label: 'includes_none', editor: 'field' },
        has('contains') && { verb: 'not_contains', label: 'not_contains', editor: 'text' },
      );
      break;
    case 'options':
      verbs.push(
        has('includes_any') && { verb: 'includes_any', label: 'includes_any', editor: 'options' },
        has('includes_all') && { verb: 'includes_all', label: 'includes_all', editor: 'options' },
        has('includes_any') && { verb: 'not_includes_any', label: 'includes_none', editor: 'options' },
      );
      break;
    case 'id':
      verbs.push(
        isUser && has('==') && { verb: 'is_me', label: 'is_me', editor: 'none' },
        field.targets.length > 0 && has('==') && { verb: '==', label: 'is', editor: 'record' },
        field.targets.length > 0 && has('!=') && { verb: '!=', label: 'is_not', editor: 'record' },
        has('is_under') && { verb: 'is_under', label: 'is_under', editor: 'record' },
        has('is_under') && { verb: 'not_is_under', label: 'is_not_under', editor: 'record' },
        isUser && has('!=') && { verb: 'is_not_me', label: 'is_not_me', editor: 'none' },
      );
      break;
    case 'reference':
      verbs.push(
        has('==') && { verb: '==', label: 'is', editor: 'record' },
        has('!=') && { verb: '!=', label: 'is_not', editor: 'record' },
      );
      break;
    // Junction sets are asked about on the junction; of values in several parts, only whether they are there.
    case 'structure':
    case 'ids':
      break;
  }
  if (has('is_blank')) {
    verbs.push(
      { verb: 'is_not_blank', label: 'is_not_blank', editor: 'none' },
      { verb: 'is_blank', label: 'is_blank', editor: 'none' },
    );
  }
  return present(verbs);
}

function present(verbs: readonly (FilterVerbDescription | false)[]): FilterVerbDescription[] {
  return verbs.filter((verb): verb is FilterVerbDescription => verb !== false);
}
