/** The recycle bin over all objects: found, brought back, or erased for good. Its address says what is shown. */
import { Alert, Button, Select, Switch } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconRestore, IconTrashX } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { BinEntry, BinQuery } from '@trellis/api';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, keys, useFindObject } from '../api.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { Page } from '../ui/Page.tsx';
import { PageSkeleton } from '../ui/PageSkeleton.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { SearchBox } from '../ui/SearchBox.tsx';
import { BinRow } from './BinRow.tsx';
import classes from './bin.module.css';
import { EraseModal } from './EraseModal.tsx';
import { useMessages } from './messages.ts';
import { type Refused, useRestore } from './use-restore.ts';
import { useTitleOf } from './use-title.ts';

const route = getRouteApi('/shell/bin');
const ANY = '*';

export function BinPage() {
  const t = useMessages();
  const { t: main } = useTranslation();
  const findObject = useFindObject();
  const titleOf = useTitleOf();
  const navigate = route.useNavigate();
  const { object, q, mine } = route.useSearch();
  const isNarrowed = object !== undefined || q !== undefined || mine !== undefined;
  const bin = useBin({
    object,
    search: q,
    ...(mine === 'true' && { mine: true }),
    // Who looks for a record finds it, whatever took it along.
    ...((q !== undefined || object !== undefined) && { all: true }),
  });
  const kinds = useKinds(object);
  const entries = bin.data?.pages.flatMap((page) => page.entries) ?? [];
  const incomplete = bin.data?.pages[0]?.incomplete ?? [];
  const selection = useChosen(entries);
  const list = useKeptPlace(entries);
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const [erasing, setErasing] = useState<readonly BinEntry[]>([]);
  const searchBox = useRef<HTMLInputElement>(null);
  const restoring = useRestore((left) => {
    setRefused(left);
    selection.clear();
  });
  useHotkeys([['/', () => searchBox.current?.focus()]]);
  const labelOf = (name: string) => findObject(name)?.plural_label ?? name;
  const go = (change: { object?: string; q?: string; mine?: string }, replace = false) =>
    void navigate({ search: (before) => withoutBlanks({ ...before, ...change }), replace });

  return (
    <Page title={t('title')} subtitle={t('subtitle')} width="text">
      <div className={classes.filters}>
        <SearchBox
          label={t('search')}
          text={q ?? ''}
          className={classes.box}
          isFocused={false}
          inputRef={searchBox}
          onText={(text) => go({ q: text }, true)}
        />
        <Select
          className={classes.kinds ?? ''}
          aria-label={t('object')}
          allowDeselect={false}
          value={object ?? ANY}
          data={[
            { value: ANY, label: t('anyObject') },
            ...kinds.map((name) => ({ value: name, label: labelOf(name) })),
          ]}
          onChange={(value) => go({ object: value === null || value === ANY ? '' : value })}
        />
        <Switch
          label={t('mine')}
          checked={mine === 'true'}
          onChange={(event) => go({ mine: event.currentTarget.checked ? 'true' : '' })}
        />
      </div>
      {incomplete.length > 0 && (
        <Alert color="yellow" mb="md">
          {t('incomplete', { objects: incomplete.map(labelOf).join(', ') })}
        </Alert>
      )}
      {restoring.isError && <ProblemAlert error={restoring.error} />}
      {refused.length > 0 && (
        <Alert
          color="red"
          mb="md"
          role="alert"
          title={t('notRestored', { count: refused.length })}
          withCloseButton
          closeButtonLabel={main('action.close')}
          onClose={() => setRefused([])}
        >
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {refused.map(({ entry, reason }) => (
              <li key={entry.id}>{t('reason', { name: titleOf(entry.name), reason })}</li>
            ))}
          </ul>
        </Alert>
      )}
      {bin.isError && entries.length === 0 ? (
        <ProblemAlert error={bin.error} onRetry={() => void bin.refetch()} />
      ) : bin.isPending ? (
        <PageSkeleton />
      ) : entries.length === 0 ? (
        <EmptyState
          icon="archive"
          title={t(isNarrowed ? 'noneMatching' : 'none')}
          actions={
            isNarrowed && (
              <Button variant="default" onClick={() => void navigate({ search: {} })}>
                {t('clear')}
              </Button>
            )
          }
        >
          {t(isNarrowed ? 'noneMatchingText' : 'noneText')}
        </EmptyState>
      ) : (
        <ul
          ref={list.ref}
          onFocus={list.onFocus}
          className={classes.list}
          aria-label={t('list')}
          aria-busy={bin.isFetching}
        >
          {entries.map((entry, index) => (
            <BinRow
              key={entry.id}
              entry={entry}
              isSelected={selection.ids.has(entry.id)}
              onToggle={(isRange) => selection.toggle(index, isRange)}
              onRestore={() => !restoring.isPending && restoring.mutate([entry])}
              onErase={() => setErasing([entry])}
            />
          ))}
        </ul>
      )}
      {bin.hasNextPage && (
        <div className={classes.more}>
          <Button variant="default" loading={bin.isFetchingNextPage} onClick={() => void bin.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
      {selection.chosen.length > 0 && (
        <section className={classes.bar} aria-label={t('selected', { count: selection.chosen.length })}>
          <span>{t('selected', { count: selection.chosen.length })}</span>
          <Button
            variant="default"
            leftSection={<IconRestore size={14} aria-hidden />}
            loading={restoring.isPending}
            onClick={() => restoring.mutate(selection.chosen)}
          >
            {main('action.restore')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconTrashX size={14} aria-hidden />}
            onClick={() => setErasing(selection.chosen)}
          >
            {t('erase')}
          </Button>
          <Button variant="subtle" color="gray" onClick={selection.clear}>
            {main('list.deselect')}
          </Button>
        </section>
      )}
      {erasing.length > 0 && (
        <EraseModal
          entries={erasing}
          onClose={() => setErasing([])}
          onErased={() => {
            setErasing([]);
            selection.clear();
          }}
        />
      )}
    </Page>
  );
}

function useBin(query: BinQuery) {
  return useInfiniteQuery({
    queryKey: keys.bin(query),
    queryFn: ({ pageParam, signal }) =>
      client.bin({ ...query, ...(pageParam !== '' && { after: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** The objects that have anything in the bin, and the one that is asked for. */
function useKinds(object: string | undefined): readonly string[] {
  const { data } = useQuery({
    queryKey: keys.bin({ limit: 1, all: true }),
    queryFn: ({ signal }) => client.bin({ limit: 1, all: true }, signal),
  });
  return [...new Set([...(data?.objects ?? []), ...(object === undefined ? [] : [object])])].sort();
}

/** Who works through the list by keyboard goes on with the next entry when the one in hand has left it. */
function useKeptPlace(entries: readonly BinEntry[]) {
  const ref = useRef<HTMLUListElement>(null);
  const place = useRef<{ readonly id: string; readonly index: number }>(undefined);
  useEffect(() => {
    const left = place.current;
    if (left === undefined || entries.some(({ id }) => id === left.id)) return;
    place.current = undefined;
    if (document.activeElement !== document.body) return;
    const rows = ref.current?.querySelectorAll<HTMLElement>('[data-entry]');
    const next = rows?.[Math.min(left.index, rows.length - 1)] ?? document.getElementById('main');
    (next?.querySelector<HTMLElement>('button') ?? next)?.focus();
  }, [entries]);
  return {
    ref,
    onFocus: ({ target }: { readonly target: EventTarget }) => {
      const id = (target as HTMLElement).closest<HTMLElement>('[data-entry]')?.dataset.entry;
      const index = entries.findIndex((entry) => entry.id === id);
      place.current = id === undefined ? undefined : { id, index };
    },
  };
}

/** The entries that are chosen, with shift from the last one on; those that leave the list are chosen no more. */
function useChosen(entries: readonly BinEntry[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef(0);
  return {
    ids,
    chosen: entries.filter(({ id }) => ids.has(id)),
    clear: () => setIds(new Set()),
    toggle: (index: number, isRange: boolean) => {
      const [from = index, to = index] = isRange ? [anchor.current, index].sort((a, b) => a - b) : [];
      const isAdding = !ids.has(entries[index]!.id);
      const next = new Set(ids);
      for (const { id, rights } of entries.slice(from, to + 1))
        if (!isAdding) next.delete(id);
        else if (rights.includes('delete')) next.add(id);
      setIds(next);
      anchor.current = index;
    },
  };
}

function withoutBlanks(search: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(search).filter(
      (each): each is [string, string] => each[1] !== undefined && each[1] !== '',
    ),
  );
}
