/**
 * The server, as the web sees it: one client for the workspace of the address, one query cache, and the hooks for
 * what nearly every screen needs. Screens add their own queries with keys from `keys`.
 */
import {
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
  useQuery,
  useSuspenseQuery,
} from '@tanstack/react-query';
import { ApiError, type BinQuery, createClient, type ListQuery } from '@trellis/api';
import type { ObjectDescription, ObjectSummary, WorkspaceDescription } from '@trellis/forms';
import { useMemo } from 'react';
import { basePathOf, workspaceOf } from './paths.ts';

/** Fixed for the life of the page: changing workspace loads the application anew. */
export const workspace = workspaceOf(window.location.pathname);
export const basePath = basePathOf(workspace);

export const client = createClient({ workspace, source: 'web' });

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A problem document is an answer; only silence and overload are worth asking again.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiError && error.status < 500 && error.status !== 429),
    },
  },
  queryCache: new QueryCache({ onError: leaveIfEnded }),
  mutationCache: new MutationCache({ onError: leaveIfEnded }),
});

/** Keys of the query cache, outermost first, so that a prefix invalidates what hangs on it. */
export const keys = {
  me: () => ['me'] as const,
  setup: () => ['setup-state'] as const,
  describe: () => ['describe'] as const,
  object: (object: string) => ['describe', object] as const,
  metadata: (kind?: string) => (kind === undefined ? (['metadata'] as const) : (['metadata', kind] as const)),
  records: (object: string) => ['records', object] as const,
  list: (object: string, query: ListQuery) => ['records', object, 'list', query] as const,
  record: (object: string, id: string) => ['records', object, 'one', id] as const,
  history: (object: string, id: string) => ['records', object, 'history', id] as const,
  /** Below `records`, since whatever is written may move it. */
  bin: (query: BinQuery) => ['records', '', 'bin', query] as const,
  search: (text: string) => ['search', text] as const,
  /** Of changes: cards of a board that are on their way. */
  moves: (object: string) => ['board', object] as const,
};

export const meQuery = queryOptions({ queryKey: keys.me(), queryFn: () => client.me(), staleTime: 60_000 });
export const setupQuery = queryOptions({
  queryKey: keys.setup(),
  queryFn: () => client.setupState(),
  staleTime: 0,
});
export const describeQuery = queryOptions({
  queryKey: keys.describe(),
  queryFn: () => client.describe(),
  staleTime: 60_000,
});
export const objectQuery = (object: string) =>
  queryOptions({
    queryKey: keys.object(object),
    queryFn: () => client.describeObject(object),
    staleTime: 60_000,
  });

/** Who is signed in. Suspends; the routes behind sign-in have loaded it before they render. */
export function useMe() {
  return useSuspenseQuery(meQuery).data;
}

/** Apps, objects and rights of the caller, and the workspace's settings. Suspends like `useMe`. */
export function useDescribe(): WorkspaceDescription {
  return useSuspenseQuery(describeQuery).data;
}

/** Everything about one object that the caller may know. Suspends until it is there; throws `ApiError` 404. */
export function useObject(object: string): ObjectDescription {
  return useSuspenseQuery(objectQuery(object)).data;
}

/** The same without suspending, for parts that can be drawn before it is known. */
export function useOptionalObject(object: string | undefined): ObjectDescription | undefined {
  return useQuery({ ...objectQuery(object ?? ''), enabled: object !== undefined }).data;
}

export function useHasRight(right: string): boolean {
  return useDescribe().rights.includes(right);
}

/**
 * Why a screen has nothing to show. What is shown stays, with whatever was typed into it, when reading it again merely got no
 * answer; it gives way to a refusal.
 */
export function failureOf({ error, data }: { error: Error | null; data: unknown }): Error | undefined {
  const isRefused = error instanceof ApiError && error.status < 500 && error.status !== 429;
  return error !== null && (data === undefined || isRefused) ? error : undefined;
}

/** Finds the summary of an object by name. */
export function useFindObject(): (name: string) => ObjectSummary | undefined {
  const { objects } = useDescribe();
  return useMemo(() => {
    const byName = new Map(objects.map((object) => [object.name, object]));
    return (name: string) => byName.get(name);
  }, [objects]);
}

/** What a publish may have changed: descriptions, metadata and records. */
export const keysOfPublish = () => [keys.describe(), keys.metadata(), ['records']] as const;

/** After a publish: all that it may have changed is asked for again. */
export async function invalidateMetadata(): Promise<void> {
  await Promise.all(keysOfPublish().map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}

/** After a write: everything shown of this object's records, and what other objects show of them. */
export async function invalidateRecords(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['records'] });
}

/** What has ended is left: the session, or seeing the product as somebody else. */
function leaveIfEnded(error: Error): void {
  if (error instanceof ApiError && error.problem.code === 'view_ended') void endView();
  else leaveIfSignedOut(error);
}

/** Sees the product as oneself again. The page is loaded anew, so that nothing of the other stays in memory. */
export async function endView(): Promise<void> {
  await client.endViewAs();
  window.location.assign(basePath);
}

/**
 * A session that has ended sends to sign-in, and back here afterwards. Who was never signed in is the router's
 * business: on a new installation it leads to the set-up page instead.
 */
function leaveIfSignedOut(error: Error): void {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  if (queryClient.getQueryData(meQuery.queryKey) === undefined) return;
  const base = basePath === '/' ? '' : basePath;
  const here = window.location.pathname.slice(base.length) + window.location.search;
  if (here.startsWith('/login') || here.startsWith('/first-run')) return;
  window.location.assign(`${base}/login?next=${encodeURIComponent(here)}`);
}
