import type { Display, ExpressionContext } from '@trellis/model';
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
  const { locale } = useMe();
  return useMemo(
    () => ({
      locale: locale ?? (navigator.language || workspace.locale),
      timeZone: workspace.time_zone,
      currency: workspace.currency,
    }),
    [workspace, locale],
  );
}

/** What expressions may refer to besides the record; `today` is for what shows the date itself. */
export interface ConditionContext extends ExpressionContext {
  /** Today's date in the workspace's zone, `YYYY-MM-DD`. */
  readonly today: string;
}

export function useConditionContext(): ConditionContext {
  const { user } = useMe();
  const { timeZone } = useDisplay();
  return useMemo(() => {
    const now = new Date().toISOString();
    const today = toZonedParts(now, timeZone).date;
    return { userId: user.id, userName: user.name, userEmail: user.email, now, timeZone, today };
  }, [user, timeZone]);
}
