/** What is looked for in the audit log, as it stands in the address bar: every search is a link. */
import { useRouter } from '@tanstack/react-router';
import type { AuditQueryParameters } from '@trellis/api';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { KnownAction } from './messages.ts';

/** Days of the workspace; `until` is included, as people mean it. */
export interface AuditFilter {
  readonly actor?: string;
  readonly action?: readonly string[];
  readonly outcome?: 'done' | 'refused';
  readonly object?: string;
  readonly record?: string;
  readonly from?: string;
  readonly until?: string;
}

const NAMES = ['actor', 'outcome', 'object', 'record', 'from', 'until'] as const;

export function parseFilter(search: string): AuditFilter {
  const given = new URLSearchParams(search);
  const actions = given.get('action')?.split(',').filter(Boolean) ?? [];
  const one = NAMES.flatMap((name) => {
    const value = given.get(name);
    return value ? [[name, value]] : [];
  });
  return { ...Object.fromEntries(one), ...(actions.length > 0 ? { action: actions } : {}) };
}

export function searchOf(filter: AuditFilter): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined && value.length > 0);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

/** What the server is asked: the day after `until` is the first that is not meant any more. */
export function toQuery({ until, ...filter }: AuditFilter): AuditQueryParameters {
  if (until === undefined || Number.isNaN(Date.parse(until))) return filter;
  return { ...filter, until: new Date(Date.parse(until) + 86_400_000).toISOString().slice(0, 10) };
}

export function useAuditFilter(): readonly [AuditFilter, (filter: AuditFilter) => void] {
  const { history } = useRouter();
  const href = useSyncExternalStore(history.subscribe, () => history.location.href);
  const [path = '', search = ''] = href.split('#')[0]!.split('?');
  const filter = useMemo(() => parseFilter(search), [search]);
  const change = useCallback((next: AuditFilter) => history.replace(path + searchOf(next)), [history, path]);
  return [filter, change];
}

/** Actions by what they are about, as the filter offers them. */
export const ACTION_GROUPS: readonly {
  readonly group: 'sign' | 'people' | 'metadata' | 'records' | 'log';
  readonly fits: (action: KnownAction) => boolean;
}[] = [
  { group: 'log', fits: (action) => action.startsWith('audit_') },
  { group: 'metadata', fits: (action) => /^(metadata|package|workspace|settings)_/.test(action) },
  { group: 'records', fits: (action) => /^(records|export|import)_/.test(action) },
  {
    group: 'people',
    fits: (action) => /^(user|team|share|delegation|access|view_as|invitation)_/.test(action),
  },
  { group: 'sign', fits: () => true },
];
