import type { ConditionContext } from '@trellis/forms';
import type { Display } from '@trellis/model';
import { createContext, useContext, useMemo } from 'react';
import { useDescribe, useMe } from '../api.ts';
import { toZonedParts } from './time-zone.ts';

const DisplayContext = createContext<Display | undefined>(undefined);

/** Given once by the shell: a list asks for it in every cell, and an observer of the query in each would cost frames. */
export const DisplayProvider = DisplayContext.Provider;

/** How values are written: in the person's language, in the workspace's time zone and currency. */
export function useDisplay(): Display {
  const display = useContext(DisplayContext);
  if (display === undefined) throw new Error('Values can be written only inside the shell.');
  return display;
}

export function useWorkspaceDisplay(): Display {
  const { workspace } = useDescribe();
  return useMemo(
    () => ({
      locale: navigator.language || workspace.locale,
      timeZone: workspace.time_zone,
      currency: workspace.currency,
    }),
    [workspace],
  );
}

/** What conditions of layouts may refer to. */
export function useConditionContext(): ConditionContext {
  const { user } = useMe();
  const { timeZone } = useDisplay();
  return useMemo(() => {
    const now = new Date().toISOString();
    return { userId: user.id, now, today: toZonedParts(now, timeZone).date };
  }, [user.id, timeZone]);
}
