import { useCallback, useEffect, useRef } from 'react';

/** Whether the screen is still there, for what comes after an answer: nobody is brought back to what they have left. */
export function useIsShown(): () => boolean {
  const isShown = useRef(false);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  return useCallback(() => isShown.current, []);
}
