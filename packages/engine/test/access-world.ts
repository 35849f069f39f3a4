/**
 * Random small organisations, made real in a workspace, and a naive reading of packages/access/SPEC.md: who may do what
 * with which record, worked out in memory from the same facts. The reading shares nothing with what decides: no import
 * of packages/access, packages/model or packages/storage.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { UserContext } from '../src/index.ts';
import { type OpenEngine, openEngine } from './open-engine.ts';

// --- the world -------------------------------------------------------------------------------------------------------

/** `pair` has two parents, `detail` is a child of a child. */
const PARENTS: Record<string, readonly string[]> = {
  client: [],
  deal: [],
  line: ['deal'],
  detail: ['line'],
  pair: ['deal', 'client'],
};
export const OBJECTS = Object.keys(PARENTS);
const ROLES = ['r0', 'r1', 'r2', 'r3'];
const SETS = ['s0', 's1', 's2'];
export const USERS = [0, 1, 2, 3, 4];
const TEAMS = [0, 1];
const ACTIONS = ['read', 'update', 'delete', 'export', 'view_all', 'modify_all'] as const;
export type Action = (typeof ACTIONS)[number];

type Owner = { readonly user: number } | { readonly team: number };
type Someone = { readonly role: number; readonly and_below: boolean } | Owner;
type RuleOn =
  | { readonly least: number }
  | { readonly zone: number }
  /** Records whose client has so many live deals. */
  | { readonly family: number }
  | { readonly mine: true }
  | { readonly owner: Exclude<Someone, { user: number }> };
interface Rule {
  readonly object: 'client' | 'deal';
  readonly on: RuleOn;
  readonly to: readonly Someone[];
  readonly access: 'read' | 'update';
}
/** A record opened by hand: `record` counts through the deals, or the clients. */
interface Share {
  readonly object: 'client' | 'deal';
  readonly record: number;
  readonly to: Someone;
  readonly access: 'read' | 'update';
  readonly when: 'open' | 'ends_later' | 'has_ended';
}
interface Delegation {
  readonly from: number;
  readonly to: number;
  readonly when: 'now' | 'past' | 'later';
}
export interface World {
  /** Of each role the one above it, always an earlier one. */
  readonly above: readonly (number | null)[];
  readonly defaults: { readonly client: string; readonly deal: string };
  readonly sets: readonly Readonly<Record<string, readonly Action[]>>[];
  readonly system: readonly ('view_all_records' | 'modify_all_records' | null)[];
  readonly users: readonly { readonly role: number | null; readonly sets: readonly number[] }[];
  readonly members: readonly (readonly number[])[];
  readonly rules: readonly Rule[];
  readonly shares: readonly Share[];
  readonly delegations: readonly Delegation[];
  readonly clients: readonly { readonly owner: Owner; readonly zone: number }[];
  readonly deals: readonly {
    readonly owner: Owner;
    readonly amount: number;
    readonly client: number | null;
    readonly isGone: boolean;
  }[];
}

const user = fc.constantFrom(...USERS);
const owner: fc.Arbitrary<Owner> = fc.oneof(
  { weight: 3, arbitrary: user.map((each) => ({ user: each })) },
  { weight: 1, arbitrary: fc.constantFrom(...TEAMS).map((each) => ({ team: each })) },
);
const role = fc.record({ role: fc.nat({ max: 3 }), and_below: fc.boolean() });
const team = fc.constantFrom(...TEAMS).map((each) => ({ team: each }));
const rule: fc.Arbitrary<Rule> = fc.record({
  object: fc.constantFrom('client' as const, 'deal' as const),
  on: fc.oneof(
    fc.nat({ max: 9 }).map((least) => ({ least })),
    fc.nat({ max: 1 }).map((zone) => ({ zone })),
    fc.integer({ min: 1, max: 3 }).map((family) => ({ family })),
    fc.constant({ mine: true as const }),
    fc.oneof(role, team).map((each) => ({ owner: each })),
  ),
  to: fc.array(
    fc.oneof(
      role,
      team,
      user.map((each) => ({ user: each })),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  access: fc.constantFrom('read' as const, 'update' as const),
});
const share: fc.Arbitrary<Share> = fc.record({
  object: fc.constantFrom('client' as const, 'deal' as const),
  record: fc.nat({ max: 7 }),
  to: fc.oneof(
    role,
    team,
    user.map((each) => ({ user: each })),
  ),
  access: fc.constantFrom('read' as const, 'update' as const),
  when: fc.constantFrom('open', 'ends_later', 'has_ended'),
});
const delegation: fc.Arbitrary<Delegation> = fc
  .record({ from: user, to: user, when: fc.constantFrom('now', 'now', 'past', 'later') })
  .filter(({ from, to }) => from !== to);
const grant = fc.oneof(
  { weight: 1, arbitrary: fc.constant([] as Action[]) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.subarray(['update', 'delete', 'export'] as Action[]),
        fc.option(fc.constantFrom<Action>('view_all', 'modify_all'), { freq: 8, nil: undefined }),
      )
      .map(([some, all]): Action[] => ['read', ...some, ...(all ? [all] : [])]),
  },
);
const level = fc.constantFrom('private', 'private', 'private', 'read', 'read_write');
export const world: fc.Arbitrary<World> = fc.record({
  above: fc.tuple(
    fc.constant(null),
    fc.constantFrom(0, 0, null),
    fc.constantFrom(0, 1, 1),
    fc.constantFrom(0, 1, 2),
  ),
  defaults: fc.record({ client: level, deal: level }),
  sets: fc.array(fc.record(Object.fromEntries(OBJECTS.map((name) => [name, grant]))), {
    minLength: 3,
    maxLength: 3,
  }),
  system: fc.array(
    fc.option(fc.constantFrom('view_all_records' as const, 'modify_all_records' as const), { freq: 8 }),
    { minLength: 3, maxLength: 3 },
  ),
  users: fc.array(
    fc.record({
      role: fc.option(fc.nat({ max: 3 }), { freq: 6 }),
      sets: fc.subarray([0, 1, 2], { minLength: 1 }),
    }),
    { minLength: 5, maxLength: 5 },
  ),
  members: fc.array(fc.subarray([...USERS]), { minLength: 2, maxLength: 2 }),
  rules: fc.array(rule, { maxLength: 4 }),
  shares: fc.array(share, { minLength: 2, maxLength: 8 }),
  delegations: fc.array(delegation, { maxLength: 2 }),
  clients: fc.array(fc.record({ owner, zone: fc.nat({ max: 1 }) }), { minLength: 2, maxLength: 3 }),
  deals: fc.array(
    fc.record({
      owner,
      amount: fc.nat({ max: 9 }),
      client: fc.option(fc.nat({ max: 1 })),
      isGone: fc.constantFrom(false, false, false, true),
    }),
    { minLength: 4, maxLength: 8 },
  ),
});

// --- the naive reading -----------------------------------------------------------------------------------------------

export interface Fact {
  readonly id: string;
  readonly object: string;
  readonly owner: Owner;
  readonly amount?: number;
  readonly zone?: number;
  readonly client?: Fact | undefined;
  /** How many live deals its client has, or it has itself. */
  readonly family?: number;
  readonly parents: readonly Fact[];
  readonly isGone: boolean;
  /** What it is shared with, of those shares that can be made. */
  readonly shares: readonly Share[];
}

/** SPEC A1 to R6, M1 to M3 and E1, one sentence after the other. */
export class Reading {
  readonly #world: World;
  constructor(given: World) {
    this.#world = given;
  }

  isBelow(lower: number | null, upper: number | null): boolean {
    if (lower === null || upper === null) return false;
    const next = this.#world.above[lower] ?? null;
    return next !== null && (next === upper || this.isBelow(next, upper));
  }

  #grants(who: number, object: string, action: Action): boolean {
    return this.#world.users[who]!.sets.some((each) => this.#world.sets[each]![object]!.includes(action));
  }

  may(who: number, object: string, action: Action): boolean {
    return this.#grants(who, object, 'read') && this.#grants(who, object, action);
  }

  #stands(who: number, of: Owner): boolean {
    const { users, members } = this.#world;
    const people = 'user' in of ? [of.user] : members[of.team]!;
    return this.#persons(who).some((person) =>
      people.some((each) => each === person || this.isBelow(users[each]!.role, users[person]!.role)),
    );
  }

  /** Who acts, and those whom they stand in for. */
  #persons(who: number): readonly number[] {
    const stood = this.#world.delegations.filter(({ to, when }) => to === who && when === 'now');
    return [who, ...stood.map(({ from }) => from)];
  }

  #modifiesAll(who: number, object: string): boolean {
    const { users, system } = this.#world;
    const bySystem = users[who]!.sets.some((each) => system[each] === 'modify_all_records');
    return bySystem || this.#grants(who, object, 'modify_all');
  }

  #viewsAll(who: number, object: string): boolean {
    const { users, system } = this.#world;
    const bySystem = users[who]!.sets.some((each) => system[each] === 'view_all_records');
    return bySystem || this.#grants(who, object, 'view_all') || this.#modifiesAll(who, object);
  }

  #isMeantHere(who: number, someone: Someone): boolean {
    return this.#persons(who).some((person) => this.#isMeant(person, someone));
  }

  #isMeant(who: number, someone: Someone): boolean {
    const { users, members } = this.#world;
    if ('user' in someone) return someone.user === who;
    if ('team' in someone) return members[someone.team]!.includes(who);
    const own = users[who]!.role;
    return own === someone.role || (someone.and_below && this.isBelow(own, someone.role));
  }

  #isShared(who: number, fact: Fact, on: RuleOn): boolean {
    if ('least' in on) return (fact.amount ?? fact.zone)! >= on.least;
    if ('zone' in on) return (fact.object === 'client' ? fact.zone : fact.client?.zone) === on.zone;
    if ('family' in on) return (fact.family ?? 0) >= on.family;
    if ('mine' in on) return 'user' in fact.owner && fact.owner.user === who;
    if ('team' in on.owner) return 'team' in fact.owner && fact.owner.team === on.owner.team;
    return 'user' in fact.owner && this.#isMeant(fact.owner.user, on.owner);
  }

  /** Whether the right covers the record, the object right itself aside. */
  #reaches(who: number, fact: Fact, right: 'read' | 'update' | 'own'): boolean {
    const { object } = fact;
    if (right === 'read' ? this.#viewsAll(who, object) : this.#modifiesAll(who, object)) return true;
    if (fact.parents.length > 0) {
      const asked = right === 'read' ? 'read' : 'update';
      return fact.parents.every(
        (parent) => this.may(who, parent.object, asked) && this.#reaches(who, parent, asked),
      );
    }
    const byDefault = this.#world.defaults[object as 'deal'];
    if (right !== 'own' && (byDefault === 'read_write' || (byDefault === 'read' && right === 'read')))
      return true;
    if (this.#stands(who, fact.owner)) return true;
    return (
      right !== 'own' &&
      (effective(this.#world).some(
        (each) =>
          each.object === object &&
          (right === 'read' || each.access === 'update') &&
          each.to.some((someone) => this.#isMeantHere(who, someone)) &&
          this.#isShared(who, fact, each.on),
      ) ||
        fact.shares.some(
          (each) =>
            each.when !== 'has_ended' &&
            (right === 'read' || each.access === 'update') &&
            this.#isMeantHere(who, each.to),
        ))
    );
  }

  sees(who: number, fact: Fact): boolean {
    return this.may(who, fact.object, 'read') && this.#reaches(who, fact, 'read');
  }

  acts(who: number, fact: Fact, action: 'update' | 'delete'): boolean {
    const right = action === 'delete' ? 'own' : 'update';
    return this.sees(who, fact) && this.may(who, fact.object, action) && this.#reaches(who, fact, right);
  }

  gives(who: number, fact: Fact): boolean {
    return (
      this.acts(who, fact, 'update') && (this.#modifiesAll(who, fact.object) || this.#stands(who, fact.owner))
    );
  }
}

/** A rule that adds nothing to what everybody has is refused by the compiler. */
function effective({ rules, defaults }: World): readonly Rule[] {
  return rules.filter(({ object, access }) => {
    const byDefault = defaults[object];
    return byDefault === 'private' || (byDefault === 'read' && access === 'update');
  });
}

// --- the world made real ---------------------------------------------------------------------------------------------

export let open: OpenEngine;
export const userIds: string[] = [];
const teamIds: string[] = [];
/** Somebody who owns nothing and holds nothing. */
export let strangerId: string;

const label = (name: string, body: object) => ({ label: name, ...body });
const fieldOf = (name: string, body: object) => ({ kind: 'field', name, body: label(name, body) });
const objectOf = (name: string, sharing: string) => ({
  kind: 'object',
  name,
  body: label(name, { plural_label: `${name}s`, name_field: 'name', sharing }),
});

export async function openWorld(): Promise<void> {
  open = await openEngine(
    [
      ...OBJECTS.map((name) => objectOf(name, PARENTS[name]!.length > 0 ? 'parent' : 'private')),
      ...OBJECTS.map((name) => fieldOf(`${name}.name`, { type: 'text' })),
      ...OBJECTS.flatMap((name) =>
        PARENTS[name]!.map((parent) =>
          fieldOf(`${name}.${parent}`, { type: 'lookup', to: parent, parent: true }),
        ),
      ),
      fieldOf('client.zone', { type: 'integer', indexed: true }),
      fieldOf('deal.amount', { type: 'integer' }),
      fieldOf('deal.client', { type: 'lookup', to: 'client' }),
    ],
    { poolSize: 3 },
  );
  const { engine, system } = open;
  const person = async (name: string) => {
    const email = `${name}@example.com`;
    return (await engine.users.create(system, { email, name, permissionSets: [], passwordHash: null })).id;
  };
  for (const each of USERS) userIds.push(await person(`u${each}`));
  strangerId = await person('stranger');
  for (const each of TEAMS) teamIds.push((await engine.teams.create(system, { name: `t${each}` })).id);
}

const idOf = (of: Owner) => ('user' in of ? userIds[of.user]! : teamIds[of.team]!);
function someoneOf(someone: Someone) {
  if ('user' in someone) return { user: userIds[someone.user] };
  if ('team' in someone) return { team: teamIds[someone.team] };
  return { role: ROLES[someone.role], ...(someone.and_below ? { and_below: true } : {}) };
}

export async function publish(given: World): Promise<void> {
  const { engine, system } = open;
  await engine.metadata.publish(system, await changeTo(given));
  for (const [index, { role: own, sets }] of given.users.entries())
    await engine.users.update(system, userIds[index]!, {
      permissionSets: sets.map((each) => SETS[each]!),
      fields: { role: own === null ? null : ROLES[own] },
    });
  for (const [index, members] of given.members.entries())
    await engine.teams.update(system, teamIds[index]!, { members: members.map((each) => userIds[each]!) });
  await delegate(given.delegations);
}

/** What turns the workspace's metadata into the world's. */
export async function changeTo(given: World) {
  const { engine, system } = open;
  const asWritten = (on: RuleOn, object: string) => {
    if ('least' in on) return { when: { '>=': [{ var: object === 'deal' ? 'amount' : 'zone' }, on.least] } };
    if ('zone' in on)
      return { when: { '==': [{ var: object === 'deal' ? 'client.zone' : 'zone' }, on.zone] } };
    if ('family' in on)
      return {
        when: {
          '>=': [{ count: [{ var: object === 'deal' ? 'client.deal_client' : 'deal_client' }] }, on.family],
        },
      };
    if ('mine' in on) return { when: { '==': [{ var: 'owner_id' }, { var: '$user.id' }] } };
    return { owned_by: someoneOf(on.owner) };
  };
  const components = [
    ...ROLES.map((name, index) => {
      const parent = given.above[index];
      return { kind: 'role', name, body: label(name, parent == null ? {} : { parent: ROLES[parent] }) };
    }),
    ...SETS.map((name, index) => ({
      kind: 'permission_set',
      name,
      body: label(name, {
        system: given.system[index] ? [given.system[index]] : [],
        objects: {
          user: { read: true, default_field: 'read' },
          team: { read: true, default_field: 'read' },
          ...Object.fromEntries(
            Object.entries(given.sets[index]!)
              .filter(([, actions]) => actions.length > 0)
              .map(([object, actions]) => [
                object,
                { ...Object.fromEntries(actions.map((each) => [each, true])), default_field: 'update' },
              ]),
          ),
        },
      }),
    })),
    objectOf('client', given.defaults.client),
    objectOf('deal', given.defaults.deal),
    ...effective(given).map(({ object, on, to, access }, index) => ({
      kind: 'sharing_rule',
      name: `${object}.rule${index}`,
      body: label(`rule${index}`, { ...asWritten(on, object), share_with: to.map(someoneOf), access }),
    })),
  ];
  const stale = (await engine.metadata.list(system, 'sharing_rule')).components
    .map(({ name }) => name)
    .filter((name) => !components.some((each) => each.kind === 'sharing_rule' && each.name === name))
    .map((name) => ({ kind: 'sharing_rule', name }));
  return { components, deletions: stale };
}

const DAY = 86_400_000;
const fromNow = (days: number) => new Date(Date.now() + days * DAY).toISOString();

/** Those of earlier worlds end. Ones that have ended can't be made by the door, so they are laid below it. */
async function delegate(delegations: readonly Delegation[]): Promise<void> {
  const { engine, system, storage, workspace } = open;
  for (const each of await engine.delegations.list(system, { all: true }))
    if (each.state !== 'ended') await engine.delegations.end(system, each.id);
  for (const { from, to, when } of delegations) {
    const [delegator, delegate] = [userIds[from]!, userIds[to]!];
    if (when === 'past')
      await storage.delegations.insert(workspace, {
        id: randomUUID(),
        delegator,
        delegate,
        startsAt: fromNow(-2),
        endsAt: fromNow(-1),
        createdAt: fromNow(-2),
        createdBy: delegator,
      });
    else
      await engine.delegations.create(system, {
        delegator,
        delegate,
        starts_at: when === 'later' ? fromNow(1) : fromNow(-1),
        ends_at: fromNow(2),
      });
  }
}

/** Whether records of the object are shared by hand, and the share is not with who owns the record. */
function canBeMade(given: World, each: Share, of: Owner): boolean {
  return given.defaults[each.object] !== 'read_write' && JSON.stringify(each.to) !== JSON.stringify(of);
}

async function shareByHand(facts: readonly Fact[]): Promise<void> {
  const { engine, system, storage } = open;
  for (const fact of facts)
    for (const each of fact.shares) {
      const made = await engine.shares.add(system, fact.object, fact.id, {
        with: someoneOf(each.to),
        access: each.access,
        ...(each.when === 'open' ? {} : { expires_at: fromNow(1) }),
      });
      if (each.when !== 'has_ended') continue;
      const ended = { id: made.id, recordId: fact.id, access: each.access, expiresAt: fromNow(-1) };
      await storage.transaction((transaction) => storage.shares.update(open.workspace, ended, transaction));
    }
}

/** The shares of the record, one for each whom it is shared with. */
function sharesOf(given: World, object: 'client' | 'deal', index: number, of: Owner): readonly Share[] {
  const count = object === 'deal' ? given.deals.length : given.clients.length;
  const ofRecord = given.shares.filter((each) => each.object === object && each.record % count === index);
  const byTarget = new Map(ofRecord.map((each) => [JSON.stringify(each.to), each]));
  return [...byTarget.values()].filter((each) => canBeMade(given, each, of));
}

/** The records of the world; those of earlier ones are erased. */
export async function seed(given: World): Promise<readonly Fact[]> {
  const { engine, system } = open;
  const facts: Fact[] = [];
  const make = async (
    object: string,
    entries: readonly (Omit<Fact, 'id' | 'object'> & { input: object })[],
  ) => {
    const { results } = await engine.records.batch(system, object, {
      operation: 'create',
      records: entries.map(({ input, owner: of }) => ({ name: object, owner_id: idOf(of), ...input })),
      allOrNothing: true,
      dryRun: false,
    });
    const made = entries.map(
      ({ input: _, ...fact }, index): Fact => ({ ...fact, id: results[index]!.id!, object }),
    );
    facts.push(...made);
    return made;
  };
  const nobodys = { owner: { user: 0 } };
  const familyOf = (client: number | null) =>
    client === null ? 0 : given.deals.filter((deal) => deal.client === client && !deal.isGone).length;
  const clients = await make(
    'client',
    given.clients.map(({ owner: of, zone }, index) => ({
      owner: of,
      family: familyOf(index),
      zone,
      shares: sharesOf(given, 'client', index, of),
      parents: [],
      isGone: false,
      input: { zone },
    })),
  );
  const deals = await make(
    'deal',
    given.deals.map(({ owner: of, amount, client, isGone }, index) => ({
      shares: sharesOf(given, 'deal', index, of),
      owner: of,
      family: familyOf(client),
      amount,
      isGone,
      client: client === null ? undefined : clients[client],
      parents: [],
      input: { amount, client: client === null ? null : clients[client]!.id },
    })),
  );
  const child = (parents: readonly Fact[]) => ({
    ...nobodys,
    owner: parents[0]!.owner,
    shares: [],
    parents,
    isGone: parents.some((parent) => parent.isGone),
    input: Object.fromEntries(parents.map((parent) => [parent.object, parent.id])),
  });
  const lines = await make(
    'line',
    deals.map((deal) => child([deal])),
  );
  await make(
    'detail',
    lines.map((line) => child([line])),
  );
  await make(
    'pair',
    deals.map((deal, index) => child([deal, clients[index % clients.length]!])),
  );
  await shareByHand(facts);
  const gone = deals.filter((deal) => deal.isGone).map(({ id }) => ({ id }));
  if (gone.length > 0)
    await engine.records.batch(system, 'deal', {
      operation: 'delete',
      records: gone,
      allOrNothing: true,
      dryRun: false,
    });
  // Now and then before the candidates of rules were found, or while there are too many.
  if (given.deals.length % 3 > 0) await open.storage.drainKept(open.workspace);
  return facts;
}

export async function clear(facts: readonly Fact[]): Promise<void> {
  const { engine, system } = open;
  for (const { id, object } of facts.filter(({ object }) => object === 'deal' || object === 'client'))
    await engine.records.delete(system, object, id, { purge: true });
}

export const contextOf = (who: number, given: World): UserContext => ({
  kind: 'user',
  workspace: open.workspace,
  userId: userIds[who]!,
  permissionSets: given.users[who]!.sets.map((each) => SETS[each]!),
  timeZone: 'Europe/Berlin',
  locale: 'en',
  source: 'test',
  requestId: undefined,
});

export const idsOf = (records: Iterable<object>) =>
  [...records].map((each) => String((each as { id: unknown }).id)).sort();
