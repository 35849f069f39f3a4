/** Saves and manages views of one's own. Each waits until the new description is there, so that the list can go to the view at once. */
import type { OwnViewChangeBody } from '@trellis/api';
import type { ObjectDescription, ViewDescription } from '@trellis/forms';
import { useMemo } from 'react';
import { client, keys, queryClient } from '../api.ts';
import { tellTabs } from '../live/other-tabs.ts';
import { notifyDone, notifyProblem } from '../ui/notify.tsx';
import { useMessages } from './messages.ts';
import type { ViewDraft } from './view-draft.ts';

export function useOwnViews(description: ObjectDescription, onPick: (view: string) => void) {
  const t = useMessages();
  const { name: object } = description;
  return useMemo(() => {
    const settled = async () => {
      tellTabs({ views: object });
      await queryClient.invalidateQueries({ queryKey: keys.object(object) });
    };
    /** False: it failed, and a notice says so. */
    const tried = async (work: () => Promise<void>): Promise<boolean> => {
      try {
        await work();
        return true;
      } catch (error) {
        notifyProblem(error);
        return false;
      }
    };
    const restore = ({ name, label }: ViewDescription) =>
      tried(async () => {
        await client.restoreView(object, name);
        await settled();
        onPick(name);
        notifyDone({ message: t('restored', { view: label }), about: name });
      });
    return {
      /** Its id. Throws `ApiError`. */
      async add(label: string, draft: ViewDraft, isFirst: boolean): Promise<string> {
        const body = Object.entries(bodyOf(draft)).filter(([, value]) => value !== null);
        const { id } = await client.addView(object, {
          label,
          columns: draft.columns,
          ...Object.fromEntries(body),
        });
        if (isFirst) await client.setDefaultView(object, id);
        await settled();
        return id;
      },
      /** Throws `ApiError`. */
      async rename({ name }: ViewDescription, label: string): Promise<void> {
        await client.changeView(object, name, { label });
        await settled();
        notifyDone({ message: t('renamed', { view: label }), about: name });
      },
      save: (view: ViewDescription, draft: ViewDraft) =>
        tried(async () => {
          await client.changeView(object, view.name, bodyOf(draft));
          await settled();
          notifyDone({ message: t('saved', { view: view.label }), about: view.name });
        }),
      /** Undefined: the object's own default again. */
      setFirst: (view: ViewDescription | undefined) =>
        tried(async () => {
          await client.setDefaultView(object, view?.name ?? null);
          await settled();
          const shown = queryClient.getQueryData<ObjectDescription>(keys.object(object));
          const first = view ?? shown?.views.find((each) => each.is_default);
          if (first)
            notifyDone({
              message: t(view ? 'first' : 'notFirst', { view: first.label }),
              about: `first ${object}`,
            });
        }),
      remove: (view: ViewDescription) =>
        tried(async () => {
          await client.removeView(object, view.name);
          // First away from it, or the list would say that it is not there.
          onPick('');
          await settled();
          notifyDone({
            message: t('deleted', { view: view.label }),
            undo: async () => void (await restore(view)),
            about: view.name,
          });
        }),
    };
  }, [object, onPick, t]);
}

function bodyOf({ columns, filter, sort, board }: ViewDraft): OwnViewChangeBody {
  return {
    columns,
    filter: filter ?? null,
    sort,
    mode: board === undefined ? null : 'kanban',
    group_by: board ?? null,
  };
}
