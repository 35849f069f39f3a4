import { type RefObject, useEffect, useRef } from 'react';

/** For the element around a list: while something is searched for, what was found is marked in it. */
export function useMarks(text: string | undefined): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (text === undefined) return;
    let isGone = false;
    let stop: (() => void) | undefined;
    void import('./mark-found.ts').then(({ markFound }) => {
      if (!isGone && list.current) stop = markFound(list.current, text);
    });
    return () => {
      isGone = true;
      stop?.();
    };
  }, [text]);
  return list;
}
