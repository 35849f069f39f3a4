/** Roll-ups as an administrator sees them: how far each is, and working one out anew for every record. */
import { byTodaysNames } from './column-door.ts';
import type { Context, MetadataLifecycle } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import { translated } from './translate-error.ts';
import { requireOwnEyes } from './view-as.ts';
import { requireRight } from './with-pinned.ts';

type Door = Pick<MetadataLifecycle, 'rollupStates' | 'recomputeRollup'>;

export function createRollupDoor(parts: Parts): Door {
  const { metadata } = parts.storage;
  const opened = async (context: Context) => {
    await requireRight(parts, context, 'customise');
    const { snapshot } = await parts.snapshots.loadNewest(context.workspace);
    return snapshot.model;
  };
  return {
    async rollupStates(context) {
      const model = await opened(context);
      return byTodaysNames(model, await translated(() => metadata.rollupStates(context.workspace)));
    },
    async recomputeRollup(context, objectName, fieldName) {
      requireOwnEyes(context);
      const object = (await opened(context)).objects.get(objectName);
      const field = object?.fields.get(fieldName);
      const isKnown =
        object !== undefined &&
        field?.rollup !== undefined &&
        (await translated(() => metadata.recomputeRollup(context.workspace, object.key, field.key)));
      // This process reads what it has asked for; others are told.
      if (isKnown) await parts.snapshots.loadNewest(context.workspace);
      else throw new EngineError('unknown_component', 'There is no such roll-up.');
    },
  };
}
