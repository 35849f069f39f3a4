/** What a screen reader hears while something is dragged. */
import type { DndContextProps, UniqueIdentifier } from '@dnd-kit/core';
import type { Translate } from '../messages.ts';

export function announcements(
  t: Translate,
  labelOf: (id: UniqueIdentifier) => string,
): NonNullable<DndContextProps['accessibility']> {
  return {
    screenReaderInstructions: { draggable: t('drag.instructions') },
    announcements: {
      onDragStart: ({ active }) => t('drag.start', { label: labelOf(active.id) }),
      onDragOver: ({ active, over }) =>
        over === null || labelOf(over.id) === labelOf(active.id)
          ? undefined
          : t('drag.over', { label: labelOf(active.id), target: labelOf(over.id) }),
      onDragEnd: ({ active, over }) =>
        over === null
          ? t('drag.cancel', { label: labelOf(active.id) })
          : t('drag.end', { label: labelOf(active.id), target: labelOf(over.id) }),
      onDragCancel: ({ active }) => t('drag.cancel', { label: labelOf(active.id) }),
    },
  };
}
