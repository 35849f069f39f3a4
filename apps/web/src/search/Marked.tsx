import type { SearchRange } from '@trellis/api';
import classes from './search.module.css';

/** Plain text with the parts that were found marked. */
export function Marked({ text, ranges }: { readonly text: string; readonly ranges: readonly SearchRange[] }) {
  const parts = [];
  let end = 0;
  for (const [from, until] of ranges) {
    if (from > end) parts.push(text.slice(end, from));
    parts.push(
      <mark key={from} className={classes.mark}>
        {text.slice(from, until)}
      </mark>,
    );
    end = until;
  }
  return (
    <>
      {parts}
      {text.slice(end)}
    </>
  );
}
