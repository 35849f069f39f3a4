import type { ApiRecord } from '@trellis/api';
import { useCallback, useMemo, useRef, useState } from 'react';

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** Selects or deselects one; with shift, everything from the last one toggled up to it. */
  toggle(id: string, index: number, records: readonly ApiRecord[], isRange: boolean): void;
  all(records: readonly ApiRecord[]): void;
  clear(): void;
}

/** The records chosen in a list, by id, so that a list that grows or is sorted anew keeps them. */
export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef(0);
  const toggle = useCallback((id: string, index: number, records: readonly ApiRecord[], isRange: boolean) => {
    setIds((before) => {
      const next = new Set(before);
      const [from, to] = isRange ? [anchor.current, index].sort((a, b) => a - b) : [index, index];
      const isAdding = !before.has(id);
      for (const record of records.slice(from, (to ?? index) + 1)) {
        if (isAdding) next.add(record.id);
        else next.delete(record.id);
      }
      return next;
    });
    anchor.current = index;
  }, []);
  const all = useCallback(
    (records: readonly ApiRecord[]) => setIds(new Set(records.map((record) => record.id))),
    [],
  );
  const clear = useCallback(() => setIds(new Set()), []);
  return useMemo(() => ({ ids, toggle, all, clear }), [ids, toggle, all, clear]);
}
