import {
  EMPTY_FILTER,
  type FieldDescription,
  type FilterCondition,
  type FilterField,
  type FilterRelated,
  filterFields,
  type ObjectDescription,
} from '@trellis/forms';

/** A condition to begin with: an option field, which is what people narrow lists by (one that is listed first), else the name. */
export function newCondition(description: ObjectDescription): FilterCondition {
  const fields = filterFields(description);
  const listed = description.views[0]?.columns ?? [];
  const first =
    fields.find((each) => each.field.value_type === 'option' && listed.includes(each.path)) ??
    fields.find((each) => each.field.value_type === 'option' && !each.field.is_system) ??
    fields.find((each) => each.path === description.name_field) ??
    fields[0];
  return first === undefined
    ? { kind: 'condition', path: '', verb: '==', value: null }
    : conditionOn(first.path, first.field, first.verbs);
}

/** The first question that can be asked of a field. */
export function conditionOn(
  path: string,
  field: FieldDescription | undefined,
  verbs: FilterField['verbs'],
): FilterCondition {
  const verb = verbs[0]?.verb ?? '==';
  const value = field?.value_type === 'boolean' && verb === '==' ? true : null;
  return { kind: 'condition', path, verb, value };
}

/** Whether there are any related records at all, to begin with. */
export function newRelated(relation: { readonly path: string } | undefined): FilterRelated {
  return { kind: 'related', path: relation?.path ?? '', function: 'some', where: EMPTY_FILTER };
}
