/** A stream of events that is read as a browser would, for tests of live updates. */
import { expect } from 'vitest';
import type { TestServer } from './start-test-server.ts';

export interface Event {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

export interface WatchOptions {
  readonly query?: string;
  readonly apiKey: string;
  readonly lastEventId?: string;
}

/** A stream that is being read; resolves once it is ready. */
export async function watchEvents(server: Pick<TestServer, 'url'>, options: WatchOptions) {
  const abort = new AbortController();
  const response = await fetch(`${server.url}/api/v1/events${options.query ?? ''}`, {
    signal: abort.signal,
    headers: {
      authorization: `Bearer ${options.apiKey}`,
      ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
    },
  });
  const events: Event[] = [];
  const state = { isEnded: false, lastId: undefined as string | undefined };
  const read = async () => {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) {
        const lines = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
        state.lastId = lines.get('id') ?? state.lastId;
        const [name, data] = [lines.get('event'), lines.get('data')];
        if (name && data) events.push({ name, id: lines.get('id'), data: JSON.parse(data) });
      }
    }
  };
  const done = read()
    .catch(() => undefined)
    .finally(() => {
      state.isEnded = true;
    });
  if (response.status === 200) await expect.poll(() => events[0]?.name).toBe('ready');
  const records = () => events.filter(({ name }) => name === 'record').map(({ data }) => data);
  return { response, events, records, state, done, close: () => abort.abort() };
}
