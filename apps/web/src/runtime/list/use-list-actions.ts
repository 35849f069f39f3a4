import type { ObjectDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { client, invalidateRecords } from '../../api.ts';
import { notifyDone, notifyProblem } from '../../ui/notify.tsx';

const BATCH = 200;

/** What can be done with several records of a list at once. Results are told per record where they differ. */
export function useListActions(description: ObjectDescription) {
  const { t } = useTranslation();
  const { name } = description;

  const restore = async (ids: readonly string[]) => {
    for (const id of ids) await client.restore(name, id);
    await invalidateRecords();
    notifyDone({ message: t('list.restored', { count: ids.length }) });
  };

  const remove = async (ids: readonly string[]): Promise<void> => {
    const deleted: string[] = [];
    const reasons: string[] = [];
    try {
      for (let at = 0; at < ids.length; at += BATCH) {
        const records = ids.slice(at, at + BATCH).map((id) => ({ id }));
        const { results } = await client.batch(name, { operation: 'delete', records });
        for (const result of results) {
          if (result.status === 'deleted' && result.id !== null) deleted.push(result.id);
          else if (result.status === 'failed')
            reasons.push(...(result.errors ?? []).map((error) => error.message));
        }
      }
    } catch (error) {
      notifyProblem(error);
    }
    await invalidateRecords();
    if (deleted.length > 0) {
      notifyDone({ message: t('list.deleted', { count: deleted.length }), undo: () => restore(deleted) });
    }
    if (reasons.length > 0) {
      const [first = ''] = reasons;
      notifyProblem(new Error(t('list.notDeleted', { count: reasons.length, reason: first })));
    }
  };

  return { remove, restore };
}
