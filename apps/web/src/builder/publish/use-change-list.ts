/** The changes of the draft as people read them: what kind of thing, its label, and where it belongs. */
import { useMemo } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import type { Reference } from '../draft/draft.ts';
import { useMessages } from '../messages.ts';
import { useContextOf } from './use-context-of.ts';

export interface Change extends Reference {
  readonly label: string;
  /** `Field of Deal` */
  readonly context: string;
  readonly change: 'add' | 'change' | 'remove';
}

export function useChangeList(): readonly Change[] {
  const { draft, published } = useBuilder();
  const t = useMessages();
  const contextOf = useContextOf();
  return useMemo(() => {
    const labelIn = (body: unknown, name: string) =>
      typeof body === 'object' &&
      body !== null &&
      'label' in body &&
      typeof body.label === 'string' &&
      body.label !== ''
        ? body.label
        : t('draft.unnamed', { name });
    return [
      ...draft.writes.map(({ kind, name, body, base }) => ({
        kind,
        name,
        label: labelIn(body, name),
        context: contextOf({ kind, name }),
        change: base === null ? ('add' as const) : ('change' as const),
      })),
      ...draft.deletions.map(({ kind, name }) => ({
        kind,
        name,
        label: labelIn(published.get(`${kind}:${name}`)?.body, name),
        context: contextOf({ kind, name }),
        change: 'remove' as const,
      })),
    ];
  }, [draft, published, contextOf, t]);
}
