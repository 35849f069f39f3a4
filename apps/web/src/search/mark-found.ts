/**
 * Marks in a list what its search has found, by the browser's own highlights: no cell has to know of it, whatever it
 * shows, and rows that come into sight later are marked as they come. Cells of searched fields bear `data-searched`.
 */
import { findWords, parseSearch } from '@trellis/model';

const NAME = 'tr-found';

/** Marks from now on; the answer ends it. */
export function markFound(list: HTMLElement, text: string): () => void {
  if (!('highlights' in CSS)) return () => undefined;
  const search = parseSearch(text);
  let frame = 0;
  const mark = () => {
    frame = 0;
    const highlight = new Highlight();
    for (const cell of list.querySelectorAll('[data-searched]')) {
      const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        for (const [from, until] of findWords(node.nodeValue ?? '', search)) {
          const range = new Range();
          range.setStart(node, from);
          range.setEnd(node, until);
          highlight.add(range);
        }
      }
    }
    CSS.highlights.set(NAME, highlight);
  };
  const soon = () => {
    frame ||= requestAnimationFrame(mark);
  };
  const observer = new MutationObserver(soon);
  observer.observe(list, { childList: true, characterData: true, subtree: true });
  soon();
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    CSS.highlights.delete(NAME);
  };
}
