/** The conditions of sharing rules as an administrator sees them: how records are found that meet each. */
import type { MetadataLifecycle } from './engine.ts';
import type { Parts } from './parts.ts';
import { translated } from './translate-error.ts';
import { requireRight } from './with-pinned.ts';

export function createSharingStateDoor(parts: Parts): Pick<MetadataLifecycle, 'sharingStates'> {
  return {
    async sharingStates(context) {
      await requireRight(parts, context, 'customise');
      const { snapshot } = await parts.snapshots.loadNewest(context.workspace);
      return translated(() => parts.storage.metadata.sharingStates(snapshot));
    },
  };
}
