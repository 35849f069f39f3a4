import { type RefObject, useEffect, useRef } from 'react';

/**
 * Tells of clicks beside a panel in a popover. Lists and calendars that the panel opens stand elsewhere in the document and
 * are part of it all the same, and so is a click that began within it, as when text is marked with the mouse. The button
 * that opens the panel closes it by itself: of that is told too, with `isOpener`.
 *
 * Give what it returns to the panel as its handler.
 */
export function useClickBeside(
  panel: RefObject<HTMLElement | null>,
  onBeside: (isOpener: boolean) => void,
): { onPointerDownCapture(): void } {
  // Of the pointer alone: a button that is pressed by a key is clicked too.
  const isBegunBeside = useRef(false);
  const told = useRef(onBeside);
  told.current = onBeside;
  useEffect(() => {
    // Before React hears of it, which hands it on to the panel from wherever its parts stand.
    const begin = () => {
      isBegunBeside.current = true;
    };
    const end = ({ target }: MouseEvent) => {
      if (!isBegunBeside.current || !(target instanceof Element) || !target.isConnected) return;
      isBegunBeside.current = false;
      const popover = panel.current?.closest('[role=dialog]')?.id;
      told.current(
        popover !== undefined && target.closest('[aria-controls]')?.getAttribute('aria-controls') === popover,
      );
    };
    window.addEventListener('pointerdown', begin, true);
    window.addEventListener('click', end, true);
    return () => {
      window.removeEventListener('pointerdown', begin, true);
      window.removeEventListener('click', end, true);
    };
  }, [panel]);
  return {
    onPointerDownCapture: () => {
      isBegunBeside.current = false;
    },
  };
}
