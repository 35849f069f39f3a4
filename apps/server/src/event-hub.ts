/**
 * Live updates: one reader of the outbox per process, however many browsers watch. It reads a workspace only while
 * somebody watches it; each tick costs one small statement per watched workspace, and one per object and distinct
 * caller whose rights are less than all. What is sent are names, ids and versions, never values.
 *
 * A watcher that falls behind, or for whom there is too much to tell, is told to ask for everything anew (`reset`).
 */
import type { Engine, RecordChange, UserContext } from '@trellis/engine';
import type { Storage, Workspace } from '@trellis/storage';
import { HttpProblem } from './http-problem.ts';
import type { Logger } from './logging.ts';

export interface Watcher {
  /** Whose rights decide, as of the last check. */
  context: UserContext;
  /** API names of the only objects that it wants to hear of. */
  readonly objects: ReadonlySet<string> | undefined;
  /** Text in the form of `text/event-stream`. False: it does not keep up and was let go. */
  send(text: string): boolean;
  /** Looks again at session or key. Undefined: it has ended. */
  check(): Promise<UserContext | undefined>;
  close(): void;
}

export interface EventHub {
  /** From here on the watcher is told. `after`: the last event that it had seen before. */
  add(watcher: Watcher, after: string | undefined): Promise<void>;
  remove(watcher: Watcher): void;
  /** Lets everybody go. */
  close(): Promise<void>;
}

export interface HubRules {
  readonly tickMilliseconds: number;
  readonly heartbeatMilliseconds: number;
  readonly perUser: number;
  readonly perProcess: number;
  /** Changes between two ticks, or missed, beyond which a watcher had better ask anew. */
  readonly maxChanges: number;
  readonly maxAgeMilliseconds: number;
}

export const HUB_RULES: HubRules = {
  tickMilliseconds: 500,
  heartbeatMilliseconds: 15_000,
  perUser: 20,
  perProcess: 2000,
  maxChanges: 1000,
  maxAgeMilliseconds: 60 * 60 * 1000,
};

interface Channel {
  readonly workspace: Workspace;
  readonly watchers: Set<Watcher>;
  position: string;
  revision: number;
}

export function createEventHub(
  { engine, storage, log }: { engine: Engine; storage: Pick<Storage, 'metadata'>; log: Pick<Logger, 'warn'> },
  rules: HubRules = HUB_RULES,
): EventHub {
  const channels = new Map<string, Promise<Channel>>();
  /** All watchers, those included whose channel is being opened still. */
  const all = new Set<Watcher>();
  let timer: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let underway: Promise<void> | undefined;
  let stopListening: Promise<() => Promise<void>> | undefined;
  let isClosed = false;

  async function openChannel(workspace: Workspace): Promise<Channel> {
    const [position, { revision }] = await Promise.all([
      engine.changes.position(),
      storage.metadata.loadRevision(workspace),
    ]);
    return { workspace, watchers: new Set(), position, revision };
  }

  function start(): void {
    if (timer) return;
    timer = setInterval(() => {
      underway ??= tick().finally(() => {
        underway = undefined;
      });
    }, rules.tickMilliseconds);
    heartbeat = setInterval(() => void beat(), rules.heartbeatMilliseconds);
    timer.unref();
    heartbeat.unref();
    stopListening = storage.metadata.onChange((name) => void tellMetadata(name));
    stopListening.catch((error: unknown) => log.warn({ err: error }, 'Nobody is told of metadata changes.'));
  }

  /** With the last watcher everything falls silent. */
  async function stop(): Promise<void> {
    clearInterval(timer);
    clearInterval(heartbeat);
    timer = undefined;
    const listening = stopListening;
    stopListening = undefined;
    await underway;
    await (await listening?.catch(() => undefined))?.();
  }

  async function tick(): Promise<void> {
    for (const [name, opening] of channels) {
      try {
        const channel = await opening;
        if (channel.watchers.size === 0) channels.delete(name);
        else await tell(channel);
      } catch (error) {
        log.warn({ err: error }, 'Changes could not be read for live updates; they are read again.');
      }
    }
  }

  async function tell(channel: Channel): Promise<void> {
    const { workspace, watchers } = channel;
    const { changes, position } = await engine.changes.read(workspace, channel.position, rules.maxChanges);
    if (changes.length >= rules.maxChanges) {
      channel.position = await engine.changes.position();
      for (const watcher of watchers) watcher.send(reset(channel.position, 'too_many'));
      return;
    }
    if (changes.length > 0) {
      // Callers of equal rights are answered alike: one decision for all of them.
      const groups = Map.groupBy(watchers, ({ context }) =>
        JSON.stringify([context.userId, [...context.permissionSets].sort(), context.scope]),
      );
      for (const group of groups.values()) {
        const visible = await engine.changes.visible(group[0]!.context, changes);
        for (const watcher of group) sendChanges(watcher, visible, position);
      }
    }
    channel.position = position;
  }

  async function tellMetadata(name: string | undefined): Promise<void> {
    for (const opening of name === undefined ? channels.values() : [channels.get(name)]) {
      try {
        const channel = await opening;
        if (!channel) continue;
        const { revision } = await storage.metadata.loadRevision(channel.workspace);
        if (revision === channel.revision) continue;
        channel.revision = revision;
        for (const watcher of channel.watchers) watcher.send(event('metadata', { revision }));
      } catch (error) {
        log.warn({ err: error }, 'A change of metadata could not be told.');
      }
    }
  }

  /** Keeps proxies from hanging up, moves on what the browser will resume from, and lets go whose session has ended. */
  async function beat(): Promise<void> {
    for (const opening of channels.values()) {
      const channel = await opening.catch(() => undefined);
      for (const watcher of channel?.watchers ?? []) {
        const context = await watcher.check().catch(() => watcher.context);
        if (context) {
          watcher.context = context;
          watcher.send(`id: ${idOf(channel!.position)}\n\n`);
        } else {
          watcher.send(event('end', {}));
          watcher.close();
        }
      }
    }
  }

  /** What was missed since an event; more than can be told is told as `reset`. */
  async function resume(channel: Channel, watcher: Watcher, after: string): Promise<void> {
    const [position, at] = parseId(after);
    const isRecent = Math.abs(Date.now() - at) <= rules.maxAgeMilliseconds;
    if (!isRecent || !(await engine.changes.isPast(position))) {
      watcher.send(reset(channel.position, 'expired'));
      return;
    }
    const missed = await engine.changes.read(channel.workspace, position, rules.maxChanges);
    if (missed.changes.length >= rules.maxChanges) {
      watcher.send(reset(channel.position, 'too_many'));
      return;
    }
    const visible = await engine.changes.visible(watcher.context, missed.changes);
    sendChanges(watcher, visible, missed.position);
  }

  return {
    async add(watcher, after) {
      if (isClosed) throw new HttpProblem('unavailable', 'The server is stopping.');
      const { userId, workspace } = watcher.context;
      const own = [...all].filter(({ context }) => context.userId === userId).length;
      if (own >= rules.perUser || all.size >= rules.perProcess) {
        throw new HttpProblem('rate_limited', 'Too many connections watch for changes already.', {
          headers: { 'retry-after': '30' },
        });
      }
      all.add(watcher);
      start();
      try {
        let opening = channels.get(workspace.name);
        if (!opening) {
          opening = openChannel(workspace);
          channels.set(workspace.name, opening);
          opening.catch(() => channels.delete(workspace.name));
        }
        const channel = await opening;
        // Told from now on, then what was missed: something may be told twice, and nothing never.
        channel.watchers.add(watcher);
        if (!channels.has(workspace.name)) channels.set(workspace.name, opening);
        watcher.send(`${event('ready', { revision: channel.revision }, channel.position)}`);
        if (after !== undefined) await resume(channel, watcher, after);
      } catch (error) {
        this.remove(watcher);
        throw error;
      }
    },
    remove(watcher) {
      all.delete(watcher);
      void channels.get(watcher.context.workspace.name)?.then(
        (channel) => channel.watchers.delete(watcher),
        () => undefined,
      );
      if (all.size === 0 && timer) void stop();
    },
    async close() {
      isClosed = true;
      for (const watcher of all) watcher.close();
      all.clear();
      channels.clear();
      if (timer) await stop();
    },
  };
}

function sendChanges(watcher: Watcher, changes: readonly RecordChange[], position: string): void {
  const wanted = changes.filter(({ object }) => watcher.objects?.has(object) ?? true);
  if (wanted.length === 0) return;
  watcher.send(
    wanted
      // The last one alone carries the position: a browser that lost the connection half-way resumes before them all.
      .map((change, index) => event('record', change, index === wanted.length - 1 ? position : undefined))
      .join(''),
  );
}

function reset(position: string, reason: 'expired' | 'too_many'): string {
  return event('reset', { reason }, position);
}

function event(name: string, data: object, position?: string): string {
  const id = position === undefined ? '' : `id: ${idOf(position)}\n`;
  return `event: ${name}\n${id}data: ${JSON.stringify(data)}\n\n`;
}

/** A position and when it was told, since one that is too old may have been swept. */
function idOf(position: string): string {
  return `${position}.${Date.now()}`;
}

function parseId(id: string): readonly [string, number] {
  const match = /^(\d+\.\d+)\.(\d+)$/.exec(id);
  return match ? [match[1]!, Number(match[2])] : ['', Number.NaN];
}
