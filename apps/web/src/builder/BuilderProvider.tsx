/**
 * What every screen of the builder shares: the published metadata, the draft over it, the catalogue of both, and the
 * server's plan of the draft, asked for again shortly after each change so that problems show while one types.
 */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useIsMutating, useQuery } from '@tanstack/react-query';
import type { ComponentDocument, PlanResponse } from '@trellis/api';
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react';
import { client, invalidateMetadata, keys, queryClient, workspace } from '../api.ts';
import {
  afterPublish,
  applyDraft,
  countChanges,
  type Draft,
  discard,
  EMPTY_DRAFT,
  idOf,
  indexPublished,
  type Published,
  put,
  type Reference,
  remove,
  toChangeSet,
} from './draft/draft.ts';
import { createDraftStore } from './draft/draft-store.ts';
import { type Catalogue, makeCatalogue } from './metadata/catalogue.ts';
import { type PlacedProblem, placeProblems } from './publish/problem-places.ts';

const store = createDraftStore(workspace, window.sessionStorage);

export const metadataQuery = queryOptions({
  queryKey: keys.metadata(),
  queryFn: () => client.metadata(),
  staleTime: 30_000,
});

export interface Builder {
  readonly revision: number;
  readonly published: Published;
  readonly catalogue: Catalogue;
  readonly draft: Draft;
  /** The plan of the draft as it was a moment ago; undefined without changes or before the first answer. */
  readonly planned: PlanResponse | undefined;
  readonly isPlanning: boolean;
  readonly planError: Error | null;
  readonly problems: readonly PlacedProblem[];
  /** Someone else has published since the draft was begun. */
  readonly isStale: boolean;
  put(components: readonly ComponentDocument[], options?: { readonly tag?: string }): void;
  remove(reference: Reference): void;
  discard(reference: Reference): void;
  discardAll(): void;
  /** Replaces the draft as a whole: after a rebase, or to bring back what was discarded. */
  replace(draft: Draft): void;
  undo(reference: Reference): void;
  redo(reference: Reference): void;
  /** After a publish: the new metadata takes the place of the draft as it was sent, in one go; what was changed since stays. */
  settle(sent?: Draft): Promise<void>;
  steps(reference: Reference): { readonly canUndo: boolean; readonly canRedo: boolean };
}

const BuilderContext = createContext<Builder | undefined>(undefined);

export function useBuilder(): Builder {
  const builder = useContext(BuilderContext);
  if (builder === undefined) throw new Error('useBuilder is used outside BuilderProvider');
  return builder;
}

const PLAN_PAUSE_MS = 450;
/** Of a publish of the draft: what it makes may be told before it is answered, and is nobody else's. */
export const PUBLISHING = ['publish'];

export function BuilderProvider({
  fallback,
  children,
}: {
  fallback: (error: Error | null) => ReactNode;
  children: ReactNode;
}) {
  const metadata = useQuery(metadataQuery);
  if (metadata.data === undefined) return fallback(metadata.error);
  return (
    <LoadedProvider revision={metadata.data.revision} components={metadata.data.components}>
      {children}
    </LoadedProvider>
  );
}

type Components = Parameters<typeof indexPublished>[0];

function LoadedProvider(props: { revision: number; components: Components; children: ReactNode }) {
  const { revision, components } = props;
  const { draft, histories } = useSyncExternalStore(store.subscribe, store.get);
  const published = useMemo(() => indexPublished(components), [components]);
  const catalogue = useMemo(() => makeCatalogue(applyDraft(draft, components), draft), [draft, components]);

  const [settled] = useDebouncedValue(draft, PLAN_PAUSE_MS);
  const hasChanges = countChanges(draft) > 0;
  const isPublishing = useIsMutating({ mutationKey: PUBLISHING }) > 0;
  const plan = useQuery({
    queryKey: ['metadata', 'plan', revision, settled],
    queryFn: async () => {
      const { expected_revision: _, ...changeSet } = toChangeSet(settled);
      const response = await client.plan(changeSet);
      return { ...response, placed: placeProblems(response.problems, changeSet) };
    },
    enabled: hasChanges && countChanges(settled) > 0 && !isPublishing,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });

  const builder = useMemo((): Builder => {
    const bodyOf = (reference: Reference) =>
      catalogue.components.find((each) => idOf(each) === idOf(reference))?.body;
    return {
      revision,
      published,
      catalogue,
      draft,
      planned: hasChanges ? plan.data : undefined,
      isPlanning: hasChanges && (plan.isFetching || settled !== draft),
      planError: hasChanges ? plan.error : null,
      problems: hasChanges ? (plan.data?.placed ?? []) : [],
      isStale: draft.revision !== null && draft.revision < revision && !isPublishing,
      put: (documents, options) => {
        for (const document of documents) {
          const before = bodyOf(document);
          if (before !== undefined) store.remember(document, before, options?.tag);
        }
        store.change((current) => put(current, published, documents), revision);
      },
      remove: (reference) => store.change((current) => remove(current, published, reference), revision),
      discard: (reference) => store.change((current) => discard(current, published, reference), revision),
      discardAll: () => store.clear(),
      replace: (next) => store.change(() => next, revision),
      settle: async (sent = EMPTY_DRAFT) => {
        const fresh = await client.metadata();
        queryClient.setQueryData(keys.metadata(), fresh);
        store.settle(
          (current) => afterPublish(current, sent, indexPublished(fresh.components), fresh.revision),
          fresh.revision,
        );
        await invalidateMetadata();
      },
      undo: (reference) => store.undo(reference, bodyOf(reference), published),
      redo: (reference) => store.redo(reference, bodyOf(reference), published),
      steps: (reference) => {
        const history = histories.get(idOf(reference));
        return {
          canUndo: (history?.past.length ?? 0) > 0,
          canRedo: (history?.future.length ?? 0) > 0,
        };
      },
    };
  }, [
    revision,
    published,
    catalogue,
    draft,
    histories,
    hasChanges,
    plan.data,
    plan.isFetching,
    plan.error,
    settled,
    isPublishing,
  ]);

  return <BuilderContext value={builder}>{props.children}</BuilderContext>;
}
