/**
 * Live updates: one reader of the outbox per process, however many browsers watch. It reads a workspace only while
 * somebody watches it; each tick costs one small statement per watched workspace, and one per object and distinct
 * caller whose rights are less than all. What is sent are names, ids and versions, never values.
 *
 * What somebody may see changes as a whole with their role, their teams, a delegation: then they are told just that
 * (`access`), to ask for everything anew, and nobody else hears of it.
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
  /** From here on the watcher is told. `after`: the last event that it had seen before, or what stands for one. */
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
  epoch: number;
  /**
   * Rights may have changed: `asked` until the news of it has gone round, then each watcher is looked at; `again`: there was
   * more news before that, which may not have gone round by then.
   */
  look: 'asked' | 'due' | 'again' | undefined;
}

export function createEventHub(
  { engine, storage, log }: { engine: Engine; storage: Pick<Storage, 'metadata'>; log: Pick<Logger, 'warn'> },
  rules: HubRules = HUB_RULES,
): EventHub {
  const channels = new Map<string, Promise<Channel>>();
  /** All watchers, those included whose channel is being opened still. */
  const all = new Set<Watcher>();
  /** Those who have yet to hear what they missed: until then nothing moves on what they would resume from. */
  const behind = new Set<Watcher>();
  let timer: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let underway: Promise<void> | undefined;
  let looking: Promise<void> | undefined;
  /** Workspaces of which somebody has said that they are not what they were, and that could not be looked at then. */
  const untold = new Set<string>();
  /** What each watcher could see when it was last told. */
  const sights = new WeakMap<Watcher, string>();
  let stopListening: Promise<() => Promise<void>> | undefined;
  let isClosed = false;

  async function openChannel(workspace: Workspace): Promise<Channel> {
    const [position, { revision, epoch }] = await Promise.all([
      engine.changes.position(),
      storage.metadata.loadRevision(workspace),
    ]);
    return { workspace, watchers: new Set(), position, revision, epoch, look: undefined };
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
    stopListening = storage.metadata.onChange((name) => void tellChange(name));
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
    await looking;
    await (await listening?.catch(() => undefined))?.();
  }

  async function tick(): Promise<void> {
    for (const [name, opening] of channels) {
      try {
        const channel = await opening;
        if (channel.watchers.size === 0) channels.delete(name);
        else await tell(channel);
        if (untold.delete(name)) await tellChange(name);
        // What is said of a person's session goes round a moment after what is said of the workspace.
        if (channel.look === 'asked') channel.look = 'due';
        else if (channel.look) looking ??= lookAtAll(channel).finally(() => (looking = undefined));
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
      for (const watcher of watchers) watcher.send(reset(idFor(watcher, channel.position), 'too_many'));
      return;
    }
    if (changes.length > 0) {
      // Callers of equal rights are answered alike: one decision for all of them.
      const groups = Map.groupBy(watchers, ({ context }) =>
        JSON.stringify([context.userId, [...context.permissionSets].sort(), context.scope]),
      );
      for (const group of groups.values()) {
        const visible = await engine.changes.visible(group[0]!.context, changes);
        for (const watcher of group)
          sendChanges(watcher, visible, behind.has(watcher) ? undefined : idFor(watcher, position));
      }
    }
    channel.position = position;
  }

  /** Somebody has said that a workspace is not what it was: by a publish, a column or index, or people, roles and teams. */
  async function tellChange(name: string | undefined): Promise<void> {
    for (const workspace of name === undefined ? [...channels.keys()] : [name]) {
      try {
        const channel = await channels.get(workspace);
        if (!channel) continue;
        const { revision, epoch } = await storage.metadata.loadRevision(channel.workspace);
        const isStorage = epoch !== channel.epoch && revision === channel.revision;
        channel.epoch = epoch;
        if (!isStorage || name === undefined)
          channel.look = channel.look && channel.look !== 'asked' ? 'again' : 'asked';
        if (revision === channel.revision) continue;
        channel.revision = revision;
        for (const watcher of channel.watchers) watcher.send(event('metadata', { revision }));
      } catch (error) {
        untold.add(workspace);
        log.warn({ err: error }, 'A change of metadata could not be told yet; it is looked at again.');
      }
    }
  }

  async function lookAtAll(channel: Channel): Promise<void> {
    channel.look = channel.look === 'again' ? 'asked' : undefined;
    for (const watcher of channel.watchers) await lookAt(watcher);
  }

  /** Reads anew who the watcher is and what they may see, and tells them if it is not what it was. False: it has ended. */
  async function lookAt(watcher: Watcher): Promise<boolean> {
    const context = await watcher.check().catch(() => watcher.context);
    if (!context) {
      watcher.send(event('end', {}));
      watcher.close();
      return false;
    }
    watcher.context = context;
    const before = sights.get(watcher);
    const now = await engine.changes.sight(context).catch(() => before);
    if (before !== undefined && now !== undefined && before !== now) watcher.send(event('access', {}));
    if (now !== undefined) sights.set(watcher, now);
    return true;
  }

  /** Keeps proxies from hanging up, moves on what the browser will resume from, and lets go whose session has ended. */
  async function beat(): Promise<void> {
    for (const opening of channels.values()) {
      const channel = await opening.catch(() => undefined);
      for (const watcher of channel?.watchers ?? []) {
        if (await lookAt(watcher))
          watcher.send(behind.has(watcher) ? ':\n\n' : `id: ${idFor(watcher, channel!.position)}\n\n`);
      }
    }
  }

  /** A position, when it was told, since one that is too old may have been swept, and what the watcher could see then. */
  function idFor(watcher: Watcher, position: string): string {
    return eventId(position, sights.get(watcher) ?? '');
  }

  /** What was missed since an event; more than can be told is told as `reset`. */
  async function resume(channel: Channel, watcher: Watcher, after: string): Promise<void> {
    const [position, at, sight] = parseId(after);
    const isRecent = Math.abs(Date.now() - at) <= rules.maxAgeMilliseconds;
    if (!isRecent || !(await engine.changes.isPast(position))) {
      watcher.send(reset(idFor(watcher, channel.position), 'expired'));
      return;
    }
    const missed = await engine.changes.read(channel.workspace, position, rules.maxChanges);
    if (missed.changes.length >= rules.maxChanges) {
      watcher.send(reset(idFor(watcher, channel.position), 'too_many'));
      return;
    }
    if (sight !== sights.get(watcher)) watcher.send(event('access', {}));
    const visible = await engine.changes.visible(watcher.context, missed.changes);
    sendChanges(watcher, visible, idFor(watcher, missed.position));
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
        sights.set(watcher, await engine.changes.sight(watcher.context));
        // Told from now on, then what was missed: something may be told twice, and nothing never.
        channel.watchers.add(watcher);
        if (!channels.has(workspace.name)) channels.set(workspace.name, opening);
        const id = after === undefined ? idFor(watcher, channel.position) : undefined;
        if (after !== undefined) behind.add(watcher);
        watcher.send(event('ready', { revision: channel.revision }, id));
        if (after !== undefined) await resume(channel, watcher, after);
        behind.delete(watcher);
      } catch (error) {
        this.remove(watcher);
        throw error;
      }
    },
    remove(watcher) {
      all.delete(watcher);
      behind.delete(watcher);
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

function sendChanges(watcher: Watcher, changes: readonly RecordChange[], id: string | undefined): void {
  const wanted = changes.filter(({ object }) => watcher.objects?.has(object) ?? true);
  if (wanted.length === 0) return;
  watcher.send(
    wanted
      // The last one alone carries the position: a browser that lost the connection half-way resumes before them all.
      .map((change, index) => event('record', change, index === wanted.length - 1 ? id : undefined))
      .join(''),
  );
}

function reset(id: string, reason: 'expired' | 'too_many'): string {
  return event('reset', { reason }, id);
}

function event(name: string, data: object, id?: string): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** The id of an event, for who takes up the thread after it: of all that is told up to a position to who has this sight. */
export function eventId(position: string, sight: string): string {
  return `${position}.${Date.now()}.${sight}`;
}

function parseId(id: string): readonly [string, number, string] {
  const match = /^(\d+\.\d+)\.(\d+)(?:\.([\w-]*))?$/.exec(id);
  return match ? [match[1]!, Number(match[2]), match[3] ?? ''] : ['', Number.NaN, ''];
}
