import type { FieldDescription, ObjectDescription, ViewDescription } from '@trellis/forms';

/** In the address: a view that is a board is shown as a table. */
export const NO_BOARD = 'off';

/** The fields whose options can be the columns of a board. */
export function boardFields({ fields }: ObjectDescription): readonly FieldDescription[] {
  return fields.filter(
    (field) =>
      field.value_type === 'option' && field.options.length > 0 && !field.is_system && field.is_groupable,
  );
}

/** By which field a list is shown as a board: the address's, else the view's; undefined: as a table. */
export function boardFieldOf(
  description: ObjectDescription,
  view: ViewDescription,
  asked: string | undefined,
): FieldDescription | undefined {
  const name = asked ?? (view.mode === 'kanban' ? view.group_by : null);
  return name === null || name === NO_BOARD
    ? undefined
    : boardFields(description).find((field) => field.name === name);
}
