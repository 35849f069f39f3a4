/**
 * News from other nodes, of publishes and of people: one connection that listens, shared by all subscribers of this process. When
 * it breaks it is made anew, and subscribers are told that they may have missed something.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Connections } from '../connections.ts';
import { IDENTITY_CHANNEL } from '../session-store.ts';
import { CHANNEL } from './publish.ts';

/** Called with what was said, undefined when something may have been missed. */
type Callback = (payload: string | undefined) => void;

/**
 * A connection that a firewall has forgotten looks alive for hours and hears nothing; a node that is deaf for so long
 * would read by columns that serve another field by then. So the server is asked now and then whether it is there.
 */
const BEAT = { everyMilliseconds: 20_000, patienceMilliseconds: 10_000 };

export class ChangeListener {
  readonly #connections: Connections;
  readonly #log: (message: string, details?: unknown) => void;
  readonly #beat: typeof BEAT;
  /** Subscribers, with the channel that each listens to. */
  readonly #callbacks = new Map<Callback, string>();
  /** Connections that were ended on purpose. */
  readonly #left = new WeakSet<pg.Client>();
  #client: Promise<pg.Client> | undefined;
  #isClosed = false;

  constructor(
    connections: Connections,
    log: (message: string, details?: unknown) => void,
    beat: typeof BEAT = BEAT,
  ) {
    this.#connections = connections;
    this.#log = log;
    this.#beat = beat;
  }

  /** Resolves once the connection listens. */
  async subscribe(callback: Callback, channel: string = CHANNEL): Promise<() => Promise<void>> {
    this.#callbacks.set(callback, channel);
    this.#client ??= this.#listen();
    try {
      await this.#client;
    } catch (error) {
      this.#callbacks.delete(callback);
      this.#client = undefined;
      throw error;
    }
    return async () => {
      this.#callbacks.delete(callback);
      if (this.#callbacks.size === 0) await this.#disconnect();
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#callbacks.clear();
    await this.#disconnect();
  }

  async #listen(): Promise<pg.Client> {
    const client = await this.#connections.connectClient({ query_timeout: this.#beat.patienceMilliseconds });
    const leave = () => void client.end().catch(() => undefined);
    client.on('notification', ({ channel, payload }) => this.#tell(payload, channel));
    try {
      await client.query(`listen ${CHANNEL}; listen ${IDENTITY_CHANNEL}`);
    } catch (error) {
      leave();
      throw error;
    }
    const beat = setInterval(
      () => client.query('select 1').catch(leave),
      this.#beat.everyMilliseconds,
    ).unref();
    client.once('end', () => {
      clearInterval(beat);
      if (this.#left.has(client) || this.#isClosed || this.#callbacks.size === 0) return;
      const next = this.#reconnect();
      next.catch(() => undefined); // it gives up only when nobody listens any more
      this.#client = next;
    });
    return client;
  }

  async #reconnect(): Promise<pg.Client> {
    for (let pause = 100; ; pause = Math.min(pause * 2, 5_000)) {
      await sleep(pause);
      try {
        const client = await this.#listen();
        this.#tell(undefined);
        return client;
      } catch (error) {
        if (this.#isClosed || this.#callbacks.size === 0) throw error;
        this.#log('The connection that listens for changes could not be made again yet.', error);
      }
    }
  }

  /** Without a channel: everybody. */
  #tell(payload: string | undefined, said?: string): void {
    for (const [callback, channel] of this.#callbacks) {
      if (said !== undefined && said !== channel) continue;
      try {
        callback(payload);
      } catch (error) {
        this.#log('A listener for changes failed.', error);
      }
    }
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    const connected = await client?.catch(() => undefined);
    if (!connected) return;
    this.#left.add(connected);
    await connected.end().catch(() => undefined);
  }
}
