/**
 * Keeps what is on the screen fresh while others work: one stream of events per browser and workspace. The tab that
 * holds the lock reads it and tells the others; when it closes, another takes over. What has changed is marked stale
 * in the query cache a moment later, many changes at once, and read again if it is on the screen.
 */
import type { QueryKey } from '@tanstack/react-query';
import type { MeResponse, WorkspaceDescription } from '@trellis/api';
import { keys, keysOfPublish, queryClient, workspace } from '../api.ts';
import { connectionIs } from './connection.ts';
import type { News, RecordEvent } from './early-news.ts';
import { hearTabs, NAME, tellTabs } from './other-tabs.ts';
import { readAnew } from './read-anew.ts';
import { refreshShown, watchReturns } from './refresh-shown.ts';

/** Changes are gathered for so long: a batch of a thousand makes one reload. */
const GATHER_MILLISECONDS = 400;
const FIRST_RETRY_MILLISECONDS = 1000;
const LAST_RETRY_MILLISECONDS = 60_000;
/** Between one reading and the next, so that an import of others costs a page little. */
const PAUSE_MILLISECONDS = 2000;
/** A connection that is back by then is not worth a word. */
const LOST_MILLISECONDS = 3000;

/** Starts listening, for the life of the page. */
export function startLiveUpdates(): void {
  watchReturns();
  hearTabs(receive);
  const tell = (news: News) => {
    tellTabs(news);
    receive(news);
  };
  // Without a secure context there are no locks: then each tab reads for itself.
  if ('locks' in navigator) {
    const asked = performance.now();
    void navigator.locks.request(NAME, () => {
      // Taken over from a tab that was closed: what happened in between was told to nobody.
      const isLate = performance.now() - asked > FIRST_RETRY_MILLISECONDS;
      return new Promise<never>(() => listen(tell, isLate));
    });
  } else listen(receive, false);
}

/** Reads the stream, and again when it breaks, waiting longer each time. */
function listen(tell: (news: News) => void, mayHaveMissed: boolean): void {
  let hasGap = mayHaveMissed;
  let retry = FIRST_RETRY_MILLISECONDS;
  let hasEnded = false;
  // Of what is on the screen: there may be a publish before anybody listens.
  let revision = queryClient.getQueryData<WorkspaceDescription>(keys.describe())?.revision;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    const asked = new URLSearchParams({ workspace });
    // What was read before anybody listened has changed meanwhile, perhaps: it is told from where the page began.
    const begun = hasGap ? undefined : queryClient.getQueryData<MeResponse>(keys.me())?.events_after;
    if (begun !== undefined) asked.set('after', begun);
    const source = new EventSource(`/api/v1/events?${asked}`);
    const on = (name: string, act: (data: unknown) => void) =>
      source.addEventListener(name, (event) => act(JSON.parse((event as MessageEvent<string>).data)));
    on('ready', (data) => {
      const now = (data as { revision: number }).revision;
      // There was a publish while nobody listened, or while the browser took up the thread again.
      if (revision !== undefined && revision < now && !hasGap) tell({ metadata: now });
      revision = now;
      // Whatever happened while nobody listened was missed, unless the browser itself took up the thread.
      if (hasGap) tell({ reset: true });
      hasGap = false;
      retry = FIRST_RETRY_MILLISECONDS;
      clearTimeout(silence);
      silence = undefined;
      tell({ isLost: false });
    });
    on('record', (data) => tell({ record: data as RecordEvent }));
    on('metadata', (data) => {
      revision = (data as { revision: number }).revision;
      tell({ metadata: revision });
    });
    on('access', () => tell({ access: true }));
    on('reset', () => tell({ reset: true }));
    on('end', () => {
      hasEnded = true;
      clearTimeout(silence);
      source.close();
    });
    source.onerror = () => {
      if (!hasEnded) silence ??= setTimeout(() => tell({ isLost: true }), LOST_MILLISECONDS);
      // A connection that was merely lost is taken up again by the browser, with the last event's id.
      if (hasEnded || source.readyState !== EventSource.CLOSED) return;
      hasGap = true;
      retry = Math.min(retry * 2, LAST_RETRY_MILLISECONDS);
      setTimeout(open, retry * (0.5 + Math.random() / 2));
    };
  };
  open();
}

const gathered = new Map<string, Map<string, number>>();
let isRefreshing = false;
let isLookingAnew = false;

function receive(news: News): void {
  if ('metadata' in news) void readAll();
  else if ('access' in news) void lookAnew();
  else if ('isLost' in news) connectionIs(news.isLost);
  else if ('reset' in news) void readAll();
  else if ('views' in news) void queryClient.invalidateQueries({ queryKey: keys.object(news.views) });
  else {
    const { object, id, action } = news.record;
    // A roll-up that moves and a share leave the record's version as it is: half a version more makes it news to who has
    // read it. What has left one's sight is news to all who have.
    const more = action === 'hidden' ? Number.POSITIVE_INFINITY : 0.5;
    const version = news.record.version + (['rollup', 'share', 'hidden'].includes(action) ? more : 0);
    const versions = gathered.get(object) ?? new Map<string, number>();
    gathered.set(object, versions.set(id, Math.max(version, versions.get(id) ?? 0)));
    if (!isRefreshing) void refresh();
  }
}

/**
 * What this person may see is not what it was, and whatever is on the screen is read again: a list loses and gains rows, a
 * record that is theirs no more gives way to a notice. Whom a change of the organisation concerns may be many, so they
 * don't all ask in the same moment.
 */
async function lookAnew(): Promise<void> {
  if (isLookingAnew) return;
  isLookingAnew = true;
  await new Promise((resolve) => setTimeout(resolve, GATHER_MILLISECONDS * (1 + Math.random())));
  isLookingAnew = false;
  await readAll(keys.me());
}

async function readAll(...more: readonly QueryKey[]): Promise<void> {
  const all: readonly QueryKey[] = [...more, ...keysOfPublish()];
  await Promise.allSettled(all.map((queryKey) => readAnew(queryClient, { queryKey })));
}

/** Reads what has changed; while much changes, again and again with a pause, and never twice at a time. */
async function refresh(): Promise<void> {
  isRefreshing = true;
  let pause = GATHER_MILLISECONDS;
  while (gathered.size > 0) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const changes = new Map(gathered);
    gathered.clear();
    await refreshShown(changes);
    pause = PAUSE_MILLISECONDS;
  }
  isRefreshing = false;
}
