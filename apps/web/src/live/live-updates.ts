/**
 * Keeps what is on the screen fresh while others work: one stream of events per browser and workspace. The tab that
 * holds the lock reads it and tells the others; when it closes, another takes over. What has changed is marked stale
 * in the query cache a moment later, many changes at once, and read again if it is on the screen.
 */
import type { ListResponse } from '@trellis/api';
import { invalidateMetadata, keys, queryClient, workspace } from '../api.ts';

interface RecordEvent {
  readonly object: string;
  readonly id: string;
  readonly version: number;
  readonly action: string;
}
type News = { readonly record: RecordEvent } | { readonly metadata: number } | { readonly reset: true };

const NAME = `trellis-live-${workspace}`;
/** Changes are gathered for so long: a batch of a thousand makes one reload. */
const GATHER_MILLISECONDS = 400;
const FIRST_RETRY_MILLISECONDS = 1000;
const LAST_RETRY_MILLISECONDS = 60_000;
/** As the lists themselves: more pages than these are not asked for again from the top. */
const REFETCHED_PAGES = 3;

/** Starts listening, for the life of the page. */
export function startLiveUpdates(): void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }) => receive(data as News);
  const tell = (news: News) => {
    channel.postMessage(news);
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
  const open = () => {
    const source = new EventSource(`/api/v1/events?workspace=${encodeURIComponent(workspace)}`);
    const on = (name: string, act: (data: unknown) => void) =>
      source.addEventListener(name, (event) => act(JSON.parse((event as MessageEvent<string>).data)));
    on('ready', () => {
      // Whatever happened while nobody listened was missed, unless the browser itself took up the thread.
      if (hasGap) tell({ reset: true });
      hasGap = false;
      retry = FIRST_RETRY_MILLISECONDS;
    });
    on('record', (data) => tell({ record: data as RecordEvent }));
    on('metadata', (data) => tell({ metadata: (data as { revision: number }).revision }));
    on('reset', () => tell({ reset: true }));
    on('end', () => {
      hasEnded = true;
      source.close();
    });
    source.onerror = () => {
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
let isGathering = false;

function receive(news: News): void {
  if ('metadata' in news) void invalidateMetadata();
  else if ('reset' in news) {
    void queryClient.invalidateQueries({ queryKey: ['records'] });
    void invalidateMetadata();
  } else {
    const { object, id, action } = news.record;
    // A roll-up that moves and a share leave the record's version as it is: half a version more makes it news to who has
    // read it. What has left one's sight is news to all who have.
    const more = action === 'hidden' ? Number.POSITIVE_INFINITY : 0.5;
    const version = news.record.version + (['rollup', 'share', 'hidden'].includes(action) ? more : 0);
    const versions = gathered.get(object) ?? new Map<string, number>();
    gathered.set(object, versions.set(id, Math.max(version, versions.get(id) ?? 0)));
    if (!isGathering) setTimeout(refresh, GATHER_MILLISECONDS);
    isGathering = true;
  }
}

function refresh(): void {
  isGathering = false;
  const changes = new Map(gathered);
  gathered.clear();
  for (const [object, versions] of changes) {
    void queryClient.invalidateQueries({
      queryKey: keys.records(object),
      predicate: ({ queryKey, state }) => {
        const [, , part, id] = queryKey as readonly unknown[];
        const { data } = state as { data: unknown };
        if (part === 'one' || part === 'history') {
          const version = typeof id === 'string' ? versions.get(id) : undefined;
          // What this tab has just saved itself it has read already.
          const known = (data as { version?: number } | undefined)?.version ?? -1;
          return version !== undefined && (part === 'history' || known < version);
        }
        return ((data as { pages?: ListResponse[] } | undefined)?.pages?.length ?? 0) <= REFETCHED_PAGES;
      },
    });
  }
}
