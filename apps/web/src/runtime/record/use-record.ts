/** One record on a screen: reading it with the titles of its lookups, saving, deleting, restoring. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, type ApiRecord, type ListResponse } from '@trellis/api';
import { isBlank, type ObjectDescription, recordFields, relationOf, titleOf } from '@trellis/forms';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, keys, useFindObject } from '../../api.ts';
import { notifyDone } from '../../ui/notify.tsx';
import { confirmed } from '../confirm-warnings.ts';

/** A record as read, flat by field: the value of a lookup is its expansion where the server gave one. */
export type ShownRecord = ApiRecord & {
  /** Names of fields whose values are about to be worked out again. No field has this name. */
  readonly $stale?: readonly string[];
};

/** How often a value that is being recalculated is asked for, should nobody tell that it is done. */
const RECALCULATED_MILLISECONDS = 4000;

/** The record, and what may be done with it. */
export function useRecord(description: ObjectDescription, id: string) {
  const findObject = useFindObject();
  const fields = useMemo(() => recordFields(description, { findObject }), [description, findObject]);
  return useQuery({
    queryKey: [...keys.record(description.name, id), fields.length],
    queryFn: async () => {
      const { record, rights, stale } = await client.getWithRights(description.name, id, fields);
      const shown: ShownRecord = flatten(record, description);
      return { record: stale.length === 0 ? shown : { ...shown, $stale: stale }, rights };
    },
    refetchInterval: ({ state }) =>
      state.data?.record.$stale === undefined ? false : RECALCULATED_MILLISECONDS,
  });
}

/** `owner: {id, name}` is the expansion of `owner_id`: fields hold their own expansion. */
export function flatten(record: ApiRecord, description: ObjectDescription): ShownRecord {
  const values: Record<string, unknown> = { ...record };
  for (const field of description.fields) {
    const relation = relationOf(field.name);
    if (relation !== field.name && relation in record)
      values[field.name] = record[relation] ?? record[field.name];
  }
  return values as ShownRecord;
}

export interface Conflict {
  /** What this person wanted to write. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** The record as it was when they began. */
  readonly before: ShownRecord;
  /** The record as someone else has left it. */
  readonly theirs: ShownRecord;
}

/**
 * Writes to one record. A version that has moved on is never overwritten: it becomes a conflict to decide. `reached` is the
 * version that this screen's own writes have made of one.
 */
export function useRecordActions(description: ObjectDescription, id: string) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const findObject = useFindObject();
  const [conflict, setConflict] = useState<Conflict>();
  const { name } = description;

  const refresh = useCallback(async () => {
    await Promise.all([
      cache.invalidateQueries({ queryKey: keys.record(name, id) }),
      cache.invalidateQueries({ queryKey: keys.history(name, id) }),
    ]);
    // Lists show the record too: those not too long to ask for again.
    void cache.invalidateQueries({
      queryKey: ['records'],
      predicate: (query) =>
        query.queryKey[2] !== 'one' &&
        ((query.state.data as { pages?: ListResponse[] } | undefined)?.pages?.length ?? 0) <= 3,
    });
  }, [cache, name, id]);

  // Of this screen: one write after the other, each on top of those before it, whose answers may not be read yet.
  const last = useRef<Promise<unknown>>(Promise.resolve());
  const steps = useRef(new Map<number, number>());
  const reached = useCallback((version: number) => {
    let newest = version;
    for (let next = steps.current.get(newest); next !== undefined; next = steps.current.get(newest))
      newest = next;
    return newest;
  }, []);
  const write = useCallback(
    (changes: Readonly<Record<string, unknown>>, version: number): Promise<ApiRecord> => {
      const work = async () => {
        const newest = reached(version);
        const saved = await confirmed((warnings) => client.update(name, id, changes, newest, { warnings }));
        if (saved.version > newest) steps.current.set(newest, saved.version);
        return saved;
      };
      const written = last.current.then(work, work);
      last.current = written;
      return written;
    },
    [name, id, reached],
  );

  const save = useCallback(
    async function save(
      before: ShownRecord,
      changes: Readonly<Record<string, unknown>>,
      quiet = false,
    ): Promise<boolean> {
      if (Object.keys(changes).length === 0) return true;
      try {
        const saved = await write(changes, before.version);
        await refresh();
        if (!quiet) {
          const previous = Object.fromEntries(
            Object.keys(changes).map((field) => [field, reduced(before[field], description, field)]),
          );
          notifyDone({
            message: t('record.saved', { object: description.label }),
            undo: async () => {
              await client.update(name, id, previous, saved.version);
              await refresh();
            },
          });
        }
        return true;
      } catch (error) {
        if (!(error instanceof ApiError) || error.problem.code !== 'stale_version') throw error;
        const theirs = flatten(
          await client.get(name, id, recordFields(description, { findObject })),
          description,
        );
        const met = { changes, before, theirs };
        if (disputedFields(met).length > 0) {
          setConflict(met);
          return false;
        }
        // They have touched other fields: both changes stand, and that is said.
        if (!(await save(theirs, changes, true))) return false;
        notifyDone({
          message: t('conflict.merged', { who: titleOf(theirs.updated_by) || t('conflict.someone') }),
        });
        return true;
      }
    },
    [name, id, refresh, write, t, description, findObject],
  );

  return { save, refresh, reached, conflict, setConflict };
}

/** Fields that both have changed, to different values: only a person can say which stays. */
export function disputedFields({ changes, before, theirs }: Conflict): readonly string[] {
  return Object.keys(changes).filter(
    (name) => !isSameValue(before[name], theirs[name]) && !isSameValue(changes[name], theirs[name]),
  );
}

/** Whether two values say the same, expanded or not. */
export function isSameValue(left: unknown, right: unknown): boolean {
  const plain = (value: unknown): unknown => {
    if (isBlank(value)) return null;
    return typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
  };
  return JSON.stringify(plain(left)) === JSON.stringify(plain(right));
}

/** The wire value of a field that may hold an expansion. */
function reduced(value: unknown, description: ObjectDescription, name: string): unknown {
  const field = description.fields.find((each) => each.name === name);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value) || !('id' in value)) return value;
  return field?.is_polymorphic === true && 'object' in value
    ? { object: value.object, id: value.id }
    : value.id;
}

/** Saves with Ctrl-S wherever the focus is, instead of the browser's own "save page". */
export function useSaveKey(action: () => void, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const listen = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [action, isOn]);
}
