/** All results of a search: of every object the best ones, or of one page by page. Its address can be shared. */
import { Alert, Button, Tabs } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { SearchHit, SearchResponse } from '@trellis/api';
import { type KeyboardEvent, useRef } from 'react';
import { client, keys, useFindObject } from '../api.ts';
import { RecordAnchor } from '../runtime/cells/RecordAnchor.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { Page } from '../ui/Page.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { SearchBox } from '../ui/SearchBox.tsx';
import { Hit } from './Hit.tsx';
import { useMessages } from './messages.ts';
import { recentSearches, rememberSearch } from './recent-searches.ts';
import classes from './search.module.css';

const route = getRouteApi('/shell/search');
const LIMIT = 50;
const ALL = '*';

export function SearchPage() {
  const t = useMessages();
  const findObject = useFindObject();
  const navigate = route.useNavigate();
  const { q = '', object, after } = route.useSearch();
  const everywhere = useResults({ q, limit: LIMIT });
  const ofObject = useResults({ q, object, after, limit: LIMIT }, object !== undefined);
  const shown = object === undefined ? everywhere : ofObject;
  const results = useRef<HTMLDivElement>(null);
  const labelOf = (name: string) => findObject(name)?.plural_label ?? name;
  const groups = everywhere.data?.groups ?? [];
  const incomplete = shown.data?.incomplete ?? [];

  // The results are walked with the arrow keys, from the box on.
  const steer = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || (event.target as HTMLElement).role === 'tab') return;
    const links = [...(results.current?.querySelectorAll<HTMLElement>('a') ?? [])];
    const next = links[links.indexOf(document.activeElement as HTMLElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <Page title={t('title')} width="text">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys only help along; everything in it is a link or a box. */}
      <div onKeyDown={steer}>
        <SearchBox
          label={t('placeholder')}
          className={classes.box}
          key={object}
          text={q}
          onText={(text) =>
            void navigate({
              search: { ...(text === '' ? {} : { q: text }), ...(object ? { object } : {}) },
              replace: true,
            })
          }
        />
        {q !== '' && groups.length > 0 && (
          <Tabs
            value={object ?? ALL}
            onChange={(tab) =>
              void navigate({ search: { q, ...(tab === null || tab === ALL ? {} : { object: tab }) } })
            }
            className={classes.tabs ?? ''}
          >
            <Tabs.List aria-label={t('tabs')} style={{ flexWrap: 'nowrap', overflowX: 'auto' }}>
              <Tabs.Tab value={ALL}>{t('all')}</Tabs.Tab>
              {tabsOf(groups, object).map(({ name, count }) => (
                <Tabs.Tab key={name} value={name}>
                  {labelOf(name)}
                  {count !== undefined && <Count {...count} />}
                </Tabs.Tab>
              ))}
            </Tabs.List>
          </Tabs>
        )}
        {incomplete.length > 0 && (
          <Alert color="yellow" mb="md">
            {t('incomplete', { objects: incomplete.map(labelOf).join(', ') })}
          </Alert>
        )}
        <div ref={results} aria-busy={shown.isFetching}>
          {shown.isError ? (
            <ProblemAlert error={shown.error} onRetry={() => void shown.refetch()} />
          ) : q === '' ? (
            <Begin />
          ) : shown.data === undefined ? null : shown.data.hits.length === 0 ? (
            <EmptyState
              icon="search"
              title={
                object === undefined
                  ? t('none', { text: q })
                  : t('noneIn', { text: q, objects: labelOf(object) })
              }
              actions={
                object !== undefined && (
                  <Button variant="default" onClick={() => void navigate({ search: { q } })}>
                    {t('anywhere')}
                  </Button>
                )
              }
            >
              {t('advice')}
            </EmptyState>
          ) : object === undefined ? (
            groups.map((group) => (
              <Group
                key={group.object}
                label={labelOf(group.object)}
                group={group}
                hits={shown.data.hits.filter((hit) => hit.object === group.object)}
                q={q}
              />
            ))
          ) : (
            <>
              <Hits hits={shown.data.hits} q={q} />
              <div className={classes.pages}>
                {after !== undefined && (
                  <Link from="/search" to="/search" search={{ q, object }}>
                    {t('first')}
                  </Link>
                )}
                {shown.data.next !== null && (
                  <Link from="/search" to="/search" search={{ q, object, after: shown.data.next }}>
                    {t('next')}
                  </Link>
                )}
              </div>
            </>
          )}
        </div>
        <Announcement results={q === '' ? undefined : shown.data} />
      </div>
    </Page>
  );
}

function useResults(
  query: { q: string; object?: string | undefined; after?: string | undefined; limit: number },
  isAsked = true,
) {
  return useQuery({
    queryKey: keys.search(JSON.stringify(query)),
    queryFn: ({ signal }) => client.search(query, signal),
    enabled: isAsked && query.q !== '',
    placeholderData: keepPreviousData,
  });
}

type ResultGroup = SearchResponse['groups'][number];

/** An object that was asked for has its tab also when there is nothing in it. */
function tabsOf(groups: readonly ResultGroup[], object: string | undefined) {
  const tabs = groups.map(
    ({ object: name, count }) => ({ name, count }) as { name: string; count?: ResultGroup['count'] },
  );
  return object === undefined || tabs.some(({ name }) => name === object)
    ? tabs
    : [...tabs, { name: object }];
}

function Count({ value, kind }: ResultGroup['count']) {
  const t = useMessages();
  const number = value.toLocaleString();
  return <span className={classes.count}>{kind === 'exact' ? number : t('countOver', { number })}</span>;
}

function Group(props: {
  readonly label: string;
  readonly group: ResultGroup;
  readonly hits: readonly SearchHit[];
  readonly q: string;
}) {
  const t = useMessages();
  const { label, group, hits, q } = props;
  if (hits.length === 0) return null;
  const hasMore = group.count.kind === 'at_least' || group.count.value > hits.length;
  return (
    <section className={classes.group} aria-label={label}>
      <h2 className={classes.heading}>
        {label} <Count {...group.count} />
      </h2>
      <Hits hits={hits} q={q} />
      {hasMore && (
        <Link from="/search" to="/search" search={{ q, object: group.object }} className={classes.more ?? ''}>
          {t('showAllOf', { objects: label })}
        </Link>
      )}
    </section>
  );
}

function Hits({ hits, q }: { readonly hits: readonly SearchHit[]; readonly q: string }) {
  return (
    <ul className={classes.list}>
      {hits.map((hit) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: it only remembers what the link in it was found by.
        <li key={hit.id} onClick={() => rememberSearch(q)}>
          <RecordAnchor object={hit.object} id={hit.id} className={classes.hit}>
            <Hit hit={hit} />
          </RecordAnchor>
        </li>
      ))}
    </ul>
  );
}

/** Before anything was typed: what was searched for lately. */
function Begin() {
  const t = useMessages();
  const recent = recentSearches();
  if (recent.length === 0)
    return (
      <EmptyState icon="search" title={t('begin')}>
        {t('beginText')}
      </EmptyState>
    );
  return (
    <section className={classes.group} aria-label={t('recent')}>
      <h2 className={classes.heading}>{t('recent')}</h2>
      <ul className={classes.list}>
        {recent.map((text) => (
          <li key={text}>
            <Link from="/search" to="/search" search={{ q: text }} className={classes.hit ?? ''}>
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** For who does not see the list change. */
function Announcement({ results }: { readonly results: SearchResponse | undefined }) {
  const t = useMessages();
  const count = (results?.groups ?? []).reduce((sum, group) => sum + group.count.value, 0);
  const isOver = (results?.groups ?? []).some((group) => group.count.kind === 'at_least');
  return (
    <div className="tr-visually-hidden" role="status">
      {results === undefined ? '' : isOver ? t('foundOver', { count }) : t('found', { count })}
    </div>
  );
}
