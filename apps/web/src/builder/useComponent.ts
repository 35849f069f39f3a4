/** One component as an editor sees it: its body with the draft applied, and a way to change it. */
import type { Bodies } from '@trellis/metadata';
import { useCallback } from 'react';
import { useBuilder } from './BuilderProvider.tsx';
import type { Entry, Kind } from './metadata/catalogue.ts';

export interface EditedComponent<K extends Kind> {
  readonly entry: Entry<K>;
  readonly body: Bodies[K];
  /** Changes the draft. Changes that carry the same tag in quick succession are one step for undo. */
  change(change: (body: Bodies[K]) => Bodies[K], tag?: string): void;
  /** Sets one property; undefined removes it. */
  set<P extends keyof Bodies[K]>(property: P, value: Bodies[K][P] | undefined): void;
}

export function useComponent<K extends Kind>(kind: K, name: string): EditedComponent<K> | undefined {
  const { catalogue, put } = useBuilder();
  const entry = catalogue.find(kind, name);
  const change = useCallback(
    (apply: (body: Bodies[K]) => Bodies[K], tag?: string) => {
      if (entry === undefined) return;
      put([{ kind, name, body: apply(entry.body) }], tag === undefined ? {} : { tag });
    },
    [entry, kind, name, put],
  );
  if (entry === undefined) return undefined;
  return {
    entry,
    body: entry.body,
    change,
    set: (property, value) => change((body) => withProperty(body, property, value), String(property)),
  };
}

/** A body with a property set; undefined, empty text and false-by-absence leave no trace. */
export function withProperty<B extends object, P extends keyof B>(
  body: B,
  property: P,
  value: B[P] | undefined,
): B {
  if (value !== undefined) return { ...body, [property]: value };
  const { [property]: _, ...rest } = body;
  return rest as B;
}
