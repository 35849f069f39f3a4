import { useEffect, useRef } from 'react';
import { isFocusLost } from './focus.ts';

/**
 * For a dialog that is there only while it is open: when it goes, the focus returns to what it was opened from, so that
 * whoever works by keyboard goes on there. (A Mantine dialog does that by itself only if it stays mounted.)
 */
export function useReturnFocus(): void {
  const opener = useRef(openerOf(document.activeElement));
  useEffect(() => {
    const { current } = opener;
    return () => {
      // The dialog's own trap lets go of the focus first; who has gone on elsewhere stays there.
      setTimeout(() => {
        if (isFocusLost() && current instanceof HTMLElement && current.isConnected) current.focus();
      });
    };
  }, []);
}

/** What was chosen from a menu is opened by the menu's button, which outlives it. */
function openerOf(active: Element | null): Element | null {
  const button = active?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  return button ? document.getElementById(button) : active;
}
