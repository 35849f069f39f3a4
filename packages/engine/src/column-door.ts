/** The columns that fields have of their own, as an administrator sees them: one state per field, by today's names. */
import type { Model } from '@trellis/model';
import type { ColumnState } from '@trellis/storage';
import type { Context, MetadataLifecycle } from './engine.ts';
import type { Parts } from './parts.ts';
import { translateError } from './translate-error.ts';
import { requireRight } from './with-pinned.ts';

/** A field is as far as the column of it that is furthest behind. */
const BEHIND: readonly ColumnState['state'][] = [
  'failed',
  'waiting',
  'filling',
  'indexing',
  'ready',
  'retired',
];

export function createColumnDoor(parts: Parts): Pick<MetadataLifecycle, 'columnStates'> {
  return {
    async columnStates(context: Context) {
      await requireRight(parts, context, 'customise');
      try {
        const { snapshot } = await parts.snapshots.loadNewest(context.workspace);
        const states = await parts.storage.metadata.columnStates(context.workspace);
        return onePerField(byTodaysNames(snapshot.model, states));
      } catch (error) {
        throw translateError(error);
      }
    },
  };
}

/** What storage tells of the keys of fields, told of their names. What is gone from the model is left out. */
export function byTodaysNames<S extends { readonly object: string; readonly field: string }>(
  model: Model,
  states: readonly S[],
): readonly S[] {
  const objects = new Map([...model.objects.values()].map((object) => [object.key, object]));
  return states.flatMap((state) => {
    const object = objects.get(state.object);
    const field = object?.ownFields.find((each) => each.key === state.field);
    return object && field ? [{ ...state, object: object.name, field: field.name }] : [];
  });
}

function onePerField(states: readonly ColumnState[]): readonly ColumnState[] {
  const furthestBehind = new Map<string, ColumnState>();
  for (const state of states) {
    const field = `${state.object}.${state.field}`;
    const other = furthestBehind.get(field);
    if (!other || BEHIND.indexOf(state.state) < BEHIND.indexOf(other.state)) furthestBehind.set(field, state);
  }
  return [...furthestBehind.values()];
}
