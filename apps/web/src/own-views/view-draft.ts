/** What differs between a list and its view, and so what can be saved. */
import type { ObjectDescription, ViewDescription } from '@trellis/forms';
import { type ListSearch, NONE } from '../paths.ts';

/** A list as it stands: what a view of one's own would keep of it. */
export interface ViewDraft {
  readonly columns: readonly string[];
  /** JSON Logic; undefined: all records. */
  readonly filter: unknown;
  readonly sort: readonly string[];
  /** Name of the field whose options are the columns of a board. */
  readonly board: string | undefined;
}

/** Whether the list differs from its view in what a view keeps. */
export function isChanged(
  view: ViewDescription,
  search: ListSearch,
  draft: Pick<ViewDraft, 'columns' | 'sort' | 'board'>,
): boolean {
  const board = view.mode === 'kanban' ? (view.group_by ?? undefined) : undefined;
  return (
    search.filter !== undefined ||
    draft.board !== board ||
    draft.sort.join() !== view.sort.join() ||
    draft.columns.join() !== view.columns.join()
  );
}

/** The name in the address leads to no view of the object that the person has. */
export function isUnknown(description: ObjectDescription, view: ViewDescription, name: string | undefined) {
  return name !== undefined && name !== NONE && view.name !== name && description.views.length > 0;
}
