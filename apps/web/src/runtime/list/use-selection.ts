import type { ApiRecord } from '@trellis/api';
import type { ObjectDescription } from '@trellis/forms';
import { useCallback, useMemo, useRef, useState } from 'react';

export interface Selection {
  /** Of the records that are loaded. */
  readonly ids: ReadonlySet<string>;
  /** All that the list's filter and search find are meant, loaded or not. */
  readonly isEverything: boolean;
  /** Selects or deselects one; with shift, everything from the last one toggled up to it. */
  toggle(id: string, index: number, records: readonly ApiRecord[], isRange: boolean): void;
  all(records: readonly ApiRecord[]): void;
  everything(): void;
  clear(): void;
}

/** Whether there may be something to do with chosen records; else nothing is chosen. */
export function canSelect(
  { rights, is_system: isSystem }: ObjectDescription,
  { isDeleted, asOf }: { readonly isDeleted: boolean; readonly asOf: string | undefined },
): boolean {
  return !isSystem && asOf === undefined && (rights.delete || (rights.update && !isDeleted));
}

/**
 * The records chosen in a list, by id, so that a list that grows or is sorted anew keeps them. `scope` says what the
 * list finds: everything means everything of that, and no longer holds when it changes.
 */
export function useSelection(scope: string): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [everythingOf, setEverythingOf] = useState<string>();
  const isEverything = everythingOf === scope;
  const anchor = useRef(0);
  const toggle = useCallback(
    (id: string, index: number, records: readonly ApiRecord[], isRange: boolean) => {
      setIds((before) => {
        const next = new Set(isEverything ? records.map((record) => record.id) : before);
        const [from, to] = isRange ? [anchor.current, index].sort((a, b) => a - b) : [index, index];
        const isAdding = !next.has(id);
        for (const record of records.slice(from, (to ?? index) + 1)) {
          if (isAdding) next.add(record.id);
          else next.delete(record.id);
        }
        return next;
      });
      setEverythingOf(undefined);
      anchor.current = index;
    },
    [isEverything],
  );
  const all = useCallback((records: readonly ApiRecord[]) => {
    setIds(new Set(records.map((record) => record.id)));
    setEverythingOf(undefined);
  }, []);
  const everything = useCallback(() => setEverythingOf(scope), [scope]);
  const clear = useCallback(() => {
    setIds(new Set());
    setEverythingOf(undefined);
  }, []);
  return useMemo(
    () => ({ ids, isEverything, toggle, all, everything, clear }),
    [ids, isEverything, toggle, all, everything, clear],
  );
}
