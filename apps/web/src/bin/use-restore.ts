/**
 * Bringing records back, one after the other in the order of the list: what went last may be what the others belong to. The
 * undo deletes again what came back, with its company.
 */
import { useMutation } from '@tanstack/react-query';
import { ApiError, type BinEntry } from '@trellis/api';
import { client, invalidateRecords } from '../api.ts';
import { notifyDone } from '../ui/notify.tsx';
import { useMessages } from './messages.ts';
import { useTitleOf } from './use-title.ts';

export interface Refused {
  readonly entry: BinEntry;
  readonly reason: string;
}

export function useRestore(onDone: (refused: readonly Refused[]) => void) {
  const t = useMessages();
  const titleOf = useTitleOf();
  return useMutation({
    mutationFn: restoreAll,
    onSuccess: async ({ restored, refused }) => {
      onDone(refused);
      await invalidateRecords();
      const [first] = restored;
      if (first === undefined) return;
      const name = titleOf(first.name);
      const count = first.company.value;
      const message =
        restored.length > 1
          ? t('restoredMany', { count: restored.length })
          : count > 0
            ? t('restoredWith', { name, count })
            : t('restored', { name });
      notifyDone({ message, undo: () => deleteAgain(restored) });
    },
  });
}

async function restoreAll(entries: readonly BinEntry[]) {
  const restored: BinEntry[] = [];
  const refused: Refused[] = [];
  for (const entry of entries) {
    try {
      await client.restore(entry.object, entry.id);
      restored.push(entry);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // One of those before it has brought it along.
      const isBack = restored.length > 0 && error.status === 404 && (await isLive(entry));
      if (!isBack) refused.push({ entry, reason: error.problem.errors[0]?.message ?? error.problem.detail });
    }
  }
  return { restored, refused };
}

async function isLive({ object, id }: BinEntry): Promise<boolean> {
  return client.get(object, id, ['id']).then(
    () => true,
    () => false,
  );
}

async function deleteAgain(entries: readonly BinEntry[]): Promise<void> {
  // What belongs to another one may have gone with it already.
  for (const { object, id } of entries)
    await client.remove(object, id).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    });
  await invalidateRecords();
}
