/**
 * A list that changes while somebody reads it: the rows in sight stay where they are, whatever comes and goes above them,
 * and the row that the keys steer stays the same record. At the top of a list new records push the others down, as there
 * is nothing above to keep.
 */
import type { ApiRecord } from '@trellis/api';
import { type RefObject, useLayoutEffect, useRef } from 'react';

interface SteadyRows {
  readonly records: readonly ApiRecord[];
  readonly scroll: RefObject<HTMLElement | null>;
  /** Another question, another list: nothing of the old one is kept. */
  readonly listKey: string;
  /** Pixels from the beginning of the list to a row. */
  offsetOf(index: number): number;
  /** The row that the keys steer. */
  readonly active?: number;
  onActive?(index: number): void;
}

export function useSteadyRows(rows: SteadyRows): void {
  const { records, scroll, listKey } = rows;
  const latest = useRef(rows);
  latest.current = rows;
  /** The topmost row in sight, and how much of it is scrolled away. */
  const anchor = useRef({ index: 0, rest: 0 });
  const before = useRef({ records, listKey });
  const steered = rows.active === undefined ? undefined : records[rows.active]?.id;
  const steeredBefore = useRef(steered);

  useLayoutEffect(() => {
    const was = before.current;
    before.current = { records, listKey };
    const { active, onActive, offsetOf } = latest.current;
    const element = scroll.current;
    if (was.records === records || was.listKey !== listKey) return;
    const placeOf = (id: string | undefined) =>
      id === undefined ? -1 : records.findIndex((record) => record.id === id);
    const place = placeOf(steeredBefore.current);
    if (place >= 0 && place !== active) onActive?.(place);
    if (!element || element.scrollTop === 0) return;
    const { index, rest } = anchor.current;
    const now = placeOf(was.records[index]?.id);
    if (now < 0 || now === index) return;
    element.scrollTop = offsetOf(now) + rest;
    anchor.current = { index: now, rest };
  }, [records, listKey, scroll]);

  useLayoutEffect(() => {
    steeredBefore.current = steered;
  }, [steered]);

  useLayoutEffect(() => {
    const element = scroll.current;
    if (!element) return;
    const note = () => {
      const { records: now, offsetOf } = latest.current;
      const index = topmost(element.scrollTop, now.length, offsetOf);
      anchor.current = { index, rest: element.scrollTop - offsetOf(index) };
    };
    element.addEventListener('scroll', note, { passive: true });
    return () => element.removeEventListener('scroll', note);
  }, [scroll]);
}

/** The last row that begins at or above a place. */
function topmost(place: number, count: number, offsetOf: (index: number) => number): number {
  let [low, high] = [0, Math.max(0, count - 1)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (offsetOf(middle) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}
