import { type ReactNode, useLayoutEffect, useRef } from 'react';
import classes from './parts.module.css';

/**
 * A table of set-up. On a phone each of its rows is a card, and each cell says of which column it is: the words are those of
 * the head, so that a table has them once.
 */
export function CardTable({ children }: { readonly children: ReactNode }) {
  const table = useRef<HTMLTableElement>(null);
  useLayoutEffect(() => {
    const { tHead, tBodies } = table.current!;
    const titles = [...(tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent?.trim() ?? '');
    for (const body of tBodies)
      for (const row of body.rows)
        for (const cell of row.cells) {
          const title = cell.colSpan > 1 || cell.cellIndex === 0 ? undefined : titles[cell.cellIndex];
          if (title) cell.dataset.label = title;
          else delete cell.dataset.label;
        }
  });
  return (
    <div className={classes.tableWrap}>
      <table ref={table} className={`${classes.table} ${classes.cards}`}>
        {children}
      </table>
    </div>
  );
}
