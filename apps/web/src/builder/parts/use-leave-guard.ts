/** Asks before typed input is lost by leaving the page: within the application, and by closing or reloading it. */
import { useBlocker } from '@tanstack/react-router';
import { useMessages } from '../messages.ts';

export function useLeaveGuard(isDirty: boolean) {
  const t = useMessages();
  useBlocker({
    shouldBlockFn: () => isDirty && !window.confirm(t('leave.question')),
    enableBeforeUnload: isDirty,
    disabled: !isDirty,
  });
}
