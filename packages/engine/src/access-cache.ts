/**
 * What callers may do, decided once per caller, model and organisation. The organisation (who has which role, who
 * belongs to which team) is read from the records of users and teams, kept, and read anew when any node says that it
 * changed; so a decision never asks the database.
 */
import {
  type Access,
  createAccess,
  NO_ORGANISATION,
  type Organisation,
  type Principal,
} from '@trellis/access';
import { ALWAYS, type JsonValue } from '@trellis/model';
import {
  type Delegation,
  granteeId,
  type Snapshot,
  type Storage,
  type Transaction,
  type Workspace,
} from '@trellis/storage';
import { LRUCache } from 'lru-cache';
import type { Context } from './engine.ts';
import { ownPath } from './own-path.ts';

/** Decisions kept per workspace: one for each user, key and set of rights that has asked of late. */
const MAX_CALLERS = 2_000;

type UserPrincipal = Extract<Principal, { kind: 'user' }>;
/** Who stands in for whom in a workspace, by the delegate. */
type Delegates = ReadonlyMap<string, readonly Delegation[]>;

interface Slot {
  readonly organisation: Promise<Organisation>;
  readonly delegates: Promise<Delegates>;
  /** Decisions on this model and this organisation. */
  readonly model: Snapshot['model'];
  readonly callers: LRUCache<string, Access>;
  /**
   * By the list of permission sets, which is the same one for as long as a session is remembered; of those whom the
   * hour matters to, none.
   */
  readonly sessions: WeakMap<
    readonly string[],
    { readonly principal: UserPrincipal; readonly access: Access }
  >;
}

export class AccessCache {
  readonly #storage: Storage;
  readonly #now: () => string;
  readonly #slots = new Map<string, Slot>();
  #listening: Promise<() => Promise<void>> | undefined;

  constructor(storage: Storage, now: () => string) {
    this.#storage = storage;
    this.#now = now;
  }

  /** What the caller may do, on the model of the snapshot. */
  async of(context: Context, snapshot: Snapshot): Promise<Access> {
    const principal = principalOf(context);
    if (principal.kind === 'system') return createAccess(principal, snapshot.model, NO_ORGANISATION);
    const slot = this.#known(snapshot) ?? (await this.#slot(snapshot));
    const asked = slot.sessions.get(principal.permissionSets);
    if (asked?.principal.userId === principal.userId && asked.principal.scope === principal.scope)
      return asked.access;
    // Whom the caller stands in for depends on the hour, so it is a part of the key.
    const delegations = (await slot.delegates).get(principal.userId);
    const standsInFor = delegations && [...new Set(this.#current(delegations).map((each) => each.delegator))];
    const key = JSON.stringify([principal.userId, principal.permissionSets, principal.scope, standsInFor]);
    const known = slot.callers.get(key);
    const access = known ?? (await this.#decide({ ...principal, standsInFor }, snapshot, slot));
    if (!known) slot.callers.set(key, access);
    if (!delegations) slot.sessions.set(principal.permissionSets, { principal, access });
    return access;
  }

  /** Those delegations by which a user stands in for somebody right now. */
  async delegationsOf(userId: string, snapshot: Snapshot): Promise<readonly Delegation[]> {
    return this.#current((await (await this.#slot(snapshot)).delegates).get(userId) ?? []);
  }

  /** Who stands where, as this process knows it. */
  async organisationOf(snapshot: Snapshot): Promise<Organisation> {
    return (await this.#slot(snapshot)).organisation;
  }

  /** The same, with how many shares by hand everybody has: all of them are looked at. */
  async countedOrganisationOf(snapshot: Snapshot): Promise<Organisation> {
    const organisation = await this.organisationOf(snapshot);
    return { ...organisation, countShares: countedIn(await this.#storage.shares.counts(snapshot.workspace)) };
  }

  /**
   * Has every process hear, with the commit of the transaction, that people, roles or teams of the workspace have changed:
   * whatever happens to this one after that.
   */
  async announceChange(workspace: Workspace, transaction: Transaction): Promise<void> {
    await this.#storage.metadata.announce(workspace, transaction);
  }

  /** To be said after that commit: whoever made the change finds it made, without waiting for the news of it. */
  organisationChanged(workspace: Workspace): void {
    this.#slots.delete(workspace.name);
  }

  async close(): Promise<void> {
    const stop = await this.#listening?.catch(() => undefined);
    await stop?.();
    this.#slots.clear();
  }

  /** One that is there is kept up to date: it was made by who listens. */
  #known(snapshot: Snapshot): Slot | undefined {
    const known = this.#slots.get(snapshot.workspace.name);
    return known?.model === snapshot.model ? known : undefined;
  }

  async #slot(snapshot: Snapshot): Promise<Slot> {
    await this.#listen();
    const { name } = snapshot.workspace;
    const known = this.#known(snapshot);
    if (known) return known;
    const slot: Slot = {
      organisation: this.#load(snapshot),
      delegates: this.#loadDelegates(snapshot.workspace),
      model: snapshot.model,
      callers: new LRUCache({ max: MAX_CALLERS }),
      sessions: new WeakMap(),
    };
    this.#slots.set(name, slot);
    Promise.all([slot.organisation, slot.delegates]).catch(() => {
      if (this.#slots.get(name) === slot) this.#slots.delete(name);
    });
    return slot;
  }

  async #listen(): Promise<void> {
    this.#listening ??= this.#storage.metadata.onChange((name) => {
      if (name === undefined) this.#slots.clear();
      else this.#slots.delete(name);
    });
    try {
      await this.#listening;
    } catch (error) {
      this.#listening = undefined;
      throw error;
    }
  }

  #current(delegations: readonly Delegation[]): readonly Delegation[] {
    const now = this.#now();
    return delegations.filter(({ startsAt, endsAt }) => startsAt <= now && now < endsAt);
  }

  async #loadDelegates(workspace: Workspace): Promise<Delegates> {
    const endingAfter = this.#now();
    const delegations = await this.#storage.delegations.list(workspace, { endingAfter });
    return Map.groupBy(delegations, (each) => each.delegate);
  }

  /** Of shares by hand, of which there may be very many, only those with the caller are counted. */
  async #decide(principal: UserPrincipal, snapshot: Snapshot, slot: Slot): Promise<Access> {
    let counts: ReadonlyMap<string, number> = new Map();
    const countShares: Organisation['countShares'] = (key, grantees) => countedIn(counts)(key, grantees);
    const access = createAccess(principal, snapshot.model, { ...(await slot.organisation), countShares });
    // Decisions are made when they are asked for: by then it is known.
    const { grantees } = access;
    if (grantees.length > 0) counts = await this.#storage.shares.counts(snapshot.workspace, grantees);
    return access;
  }

  async #load(snapshot: Snapshot): Promise<Organisation> {
    const roleOf = new Map<string, string>();
    for await (const [id, role] of this.#read(snapshot, 'user', ['id', 'role']))
      if (typeof role === 'string') roleOf.set(String(id), role);
    const teamsOf = new Map<string, string[]>();
    for await (const [user, team] of this.#read(snapshot, 'team_member', ['user', 'team'])) {
      if (typeof user !== 'string' || typeof team !== 'string') continue;
      const teams = teamsOf.get(user) ?? [];
      teamsOf.set(user, teams);
      teams.push(team);
    }
    return { roleOf, teamsOf };
  }

  /** All records of an object of the platform, as values of the named fields. */
  async *#read(snapshot: Snapshot, name: string, fields: readonly string[]): AsyncGenerator<JsonValue[]> {
    const object = snapshot.model.objects.get(name);
    const paths = fields.flatMap((field) => object?.fields.get(field) ?? []).map(ownPath);
    if (!object || paths.length < fields.length) return;
    const pages = this.#storage.records.stream(snapshot, {
      object,
      fields: paths,
      filter: ALWAYS,
      targetFilters: new Map(),
      search: undefined,
      sort: [{ path: ownPath(object.fields.get('id')!), descending: false }],
      deleted: false,
      context: { userId: '', now: this.#now(), timeZone: snapshot.workspace.timeZone },
    });
    for await (const page of pages) for (const row of page) yield fields.map((field) => row[field] ?? null);
  }
}

function countedIn(counts: ReadonlyMap<string, number>): NonNullable<Organisation['countShares']> {
  return (key, grantees) =>
    grantees.reduce((sum, grantee) => sum + (counts.get(`${key} ${granteeId(grantee)}`) ?? 0), 0);
}

export function principalOf(context: Context): Principal {
  return context.kind === 'user'
    ? { kind: 'user', userId: context.userId, permissionSets: context.permissionSets, scope: context.scope }
    : { kind: 'system', reason: context.reason };
}
