import type { ConditionContext } from '@trellis/forms';
import type { Display } from '@trellis/model';
import { useMemo } from 'react';
import { useDescribe, useMe } from '../api.ts';
import { toZonedParts } from './time-zone.ts';

/** How values are written: in the person's language, in the workspace's time zone and currency. */
export function useDisplay(): Display {
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
  const { workspace } = useDescribe();
  return useMemo(() => {
    const now = new Date().toISOString();
    return { userId: user.id, now, today: toZonedParts(now, workspace.time_zone).date };
  }, [user.id, workspace.time_zone]);
}
