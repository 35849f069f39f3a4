import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../test/memory-store.ts';
import { IdentityError } from './errors.ts';
import { createIdentity, type Identity } from './identity.ts';
import { hashPassword } from './password.ts';
import { networkOf } from './throttle.ts';

const PASSWORD = 'correct horse battery';
const SECOND = 1000;
const HOUR = 3600 * SECOND;
let passwordHash: string;
let memory: ReturnType<typeof createMemoryStore>;
let clock: number;
let pauses: number[];
let identity: Identity;

beforeAll(async () => {
  passwordHash = await hashPassword(PASSWORD);
});

beforeEach(() => {
  memory = createMemoryStore();
  memory.identities.set('i1', {
    id: 'i1',
    email: 'ada@example.com',
    name: 'Ada',
    passwordHash,
    isActive: true,
  });
  memory.memberships.set('i1', [
    membership('sales'),
    membership('main'),
    { ...membership('old'), isActive: false },
  ]);
  clock = Date.parse('2026-01-01T00:00:00Z');
  pauses = [];
  identity = createIdentity({
    store: memory.store,
    idleSeconds: 3600,
    absoluteSeconds: 4 * 3600,
    throttle: { windowSeconds: 900, perAccountAndAddress: 5, perAddress: 8, perAccount: 9, slowAfter: 3 },
    now: () => clock,
    sleep: async (milliseconds) => void pauses.push(milliseconds),
  });
});

function membership(workspace: string) {
  return {
    workspace,
    workspaceLabel: workspace,
    userId: `user-${workspace}`,
    name: 'Ada',
    email: 'ada@example.com',
    isActive: true,
    permissionSets: ['administrator'],
  };
}
const signIn = (change: { email?: string; password?: string; address?: string; workspace?: string } = {}) =>
  identity.signIn({ email: 'ada@example.com', password: PASSWORD, address: '192.0.2.1', ...change });
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'signed_in',
    (error: unknown) => (error as IdentityError).code,
  );

describe('signing in', () => {
  it('opens a session in the wished workspace, else in main', async () => {
    expect((await signIn()).membership.workspace).toBe('main');
    expect((await signIn({ workspace: 'sales' })).membership.workspace).toBe('sales');
    expect((await signIn({ workspace: 'old' })).membership.workspace).toBe('main');
  });

  it('does not mind capitals and blanks around the address', async () => {
    expect((await signIn({ email: '  ADA@Example.com ' })).identityId).toBe('i1');
  });

  it('keeps only the hash of the token', async () => {
    const { token } = await signIn();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect([...memory.sessions.keys()]).not.toContain(token);
    expect([...memory.sessions.keys()][0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says the same of a wrong password, an unknown address and an account that is off', async () => {
    memory.identities.set('i2', {
      id: 'i2',
      email: 'off@example.com',
      name: 'Off',
      passwordHash,
      isActive: false,
    });
    memory.identities.set('i3', {
      id: 'i3',
      email: 'none@example.com',
      name: 'None',
      passwordHash: null,
      isActive: true,
    });
    const wrong = [
      { password: 'wrong' },
      { email: 'x@example.com' },
      { email: 'off@example.com' },
      { email: 'none@example.com' },
    ];
    for (const each of wrong) {
      await expect(signIn(each)).rejects.toThrow(
        new IdentityError('invalid_credentials', 'E-mail or password is wrong.'),
      );
    }
  });

  it('tells someone without a workspace so, only after the right password', async () => {
    memory.memberships.set('i1', []);
    expect(await code(signIn())).toBe('no_workspace');
    expect(await code(signIn({ password: 'wrong' }))).toBe('invalid_credentials');
  });

  it('replaces a hash that was made with weaker parameters', async () => {
    const { hash } = await import('@node-rs/argon2');
    const weak = await hash(PASSWORD, { memoryCost: 4096, timeCost: 1, parallelism: 1 });
    memory.identities.set('i1', { ...memory.identities.get('i1')!, passwordHash: weak });
    await signIn();
    expect(memory.identities.get('i1')!.passwordHash).toContain('m=19456');
    await signIn();
  });
});

describe('sessions', () => {
  it('resolves to the person and their active memberships', async () => {
    const { token } = await signIn({ workspace: 'sales' });
    const session = await identity.findSession(token);
    expect(session).toMatchObject({ identityId: 'i1', workspace: 'sales' });
    expect(session!.memberships.map((each) => each.workspace)).toEqual(['sales', 'main']);
  });

  it('knows no made-up token', async () => {
    expect(await identity.findSession('x'.repeat(43))).toBeUndefined();
    expect(await identity.findSession('')).toBeUndefined();
    expect(await identity.findSession('x'.repeat(10_000))).toBeUndefined();
  });

  it('asks the store once in ten seconds', async () => {
    const { token } = await signIn();
    for (let round = 0; round < 50; round += 1) await identity.findSession(token);
    expect(memory.calls.findSession).toBe(1);
    clock += 10 * SECOND;
    await identity.findSession(token);
    expect(memory.calls.findSession).toBe(2);
  });

  it('ends after the idle time, and lives on while it is used', async () => {
    const { token } = await signIn();
    clock += HOUR - SECOND;
    expect(await identity.findSession(token)).toBeDefined();
    clock += HOUR - SECOND;
    expect(await identity.findSession(token)).toBeDefined();
    clock += HOUR;
    expect(await identity.findSession(token)).toBeUndefined();
    expect(memory.sessions.size).toBe(0);
  });

  it('ends after the absolute time, however much it is used', async () => {
    const { token } = await signIn();
    for (let round = 0; round < 7; round += 1) {
      clock += HOUR / 2;
      expect(await identity.findSession(token)).toBeDefined();
    }
    clock += HOUR / 2;
    expect(await identity.findSession(token)).toBeUndefined();
  });

  it('does not write on each use', async () => {
    const { token } = await signIn();
    for (let round = 0; round < 6; round += 1) {
      clock += 10 * SECOND;
      await identity.findSession(token);
    }
    expect(memory.calls.touchSession).toBe(1);
  });

  it('ends at once on sign-out, also while it is being looked up', async () => {
    const { token } = await signIn();
    await identity.findSession(token);
    await identity.signOut(token);
    expect(await identity.findSession(token)).toBeUndefined();

    const { token: other } = await signIn();
    const { memberships } = memory.store;
    let release!: () => void;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    Object.assign(memory.store, { memberships: (id: string) => gate.then(() => memberships(id)) });
    const underway = identity.findSession(other);
    await new Promise((resolve) => setImmediate(resolve));
    await identity.signOut(other);
    release();
    await underway;
    expect(await identity.findSession(other)).toBeUndefined();
  });

  it('ends everywhere but here after a change of password', async () => {
    const [here, there] = [await signIn(), await signIn()];
    const session = (await identity.findSession(here.token))!;
    await identity.findSession(there.token);
    await identity.signOutEverywhere('i1', session);
    expect(await identity.findSession(there.token)).toBeUndefined();
    expect(await identity.findSession(here.token)).toBeDefined();
  });

  it('reads rights anew after a refresh', async () => {
    const { token } = await signIn();
    await identity.findSession(token);
    memory.memberships.set('i1', []);
    clock += 1;
    identity.refresh('i1');
    expect((await identity.findSession(token))!.memberships).toEqual([]);
  });

  it('sweeps what has expired', async () => {
    await signIn();
    clock += HOUR + SECOND;
    expect(await identity.sweep()).toBe(1);
  });
});

describe('throttling', () => {
  const fail = (change: { email?: string; address?: string } = {}) =>
    code(signIn({ password: 'wrong', ...change }));

  it('slows down, then locks one account for one address, and tells when to come back', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect(await fail()).toBe('invalid_credentials');
      clock += 10 * SECOND;
    }
    expect(pauses).toEqual([250, 500]);
    const locked = await signIn().catch((error: IdentityError) => error);
    expect(locked).toMatchObject({ code: 'too_many_attempts' });
    // The first failure was 50 s ago and must be 900 s old.
    const { retryAfterSeconds } = locked as IdentityError;
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(850);
    expect(retryAfterSeconds).toBeLessThanOrEqual(860);
    // From elsewhere the same person gets in.
    expect(await code(signIn({ address: '198.51.100.7' }))).toBe('signed_in');
  });

  it('counts wrong passwords of somebody who is signed in alike', async () => {
    const confirm = (password: string) =>
      code(identity.confirmPassword({ email: 'ada@example.com', password, address: '192.0.2.1' }));
    expect(await confirm(PASSWORD)).toBe('signed_in');
    for (let round = 0; round < 5; round += 1) expect(await confirm('wrong')).toBe('invalid_credentials');
    expect(await confirm(PASSWORD)).toBe('too_many_attempts');
    expect(await code(signIn())).toBe('too_many_attempts');
  });

  it('counts what is no address too, under a subject of bounded length', async () => {
    const recorded: string[] = [];
    const { recordFailure } = memory.store;
    memory.store.recordFailure = async (subject, at) => {
      recorded.push(subject);
      await recordFailure(subject, at);
    };
    expect(await fail({ email: `${'a'.repeat(100_000)}@example.com` })).toBe('invalid_credentials');
    expect(await fail({ email: 'a\0b@example.com' })).toBe('invalid_credentials');
    expect(recorded).toHaveLength(6);
    for (const subject of recorded) {
      expect(subject.length).toBeLessThan(400);
      expect(subject).not.toContain('\0');
    }
  });

  it('opens again after the announced time, also when it was tried in between', async () => {
    for (let round = 0; round < 5; round += 1) await fail();
    const { retryAfterSeconds } = (await signIn().catch((error: unknown) => error)) as IdentityError;
    for (let round = 0; round < 20; round += 1) expect(await fail()).toBe('too_many_attempts');
    clock += retryAfterSeconds! * SECOND + 1;
    expect(await code(signIn())).toBe('signed_in');
  });

  it('forgets failures after a success', async () => {
    for (let round = 0; round < 4; round += 1) await fail();
    await signIn();
    for (let round = 0; round < 4; round += 1) expect(await fail()).toBe('invalid_credentials');
  });

  it('locks an address that tries many accounts, and an account that many addresses try', async () => {
    for (let round = 0; round < 8; round += 1) await fail({ email: `guess${round}@example.com` });
    expect(await fail({ email: 'another@example.com' })).toBe('too_many_attempts');
    for (let round = 0; round < 9; round += 1) await fail({ address: `198.51.100.${round}` });
    expect(await fail({ address: '203.0.113.1' })).toBe('too_many_attempts');
  });

  it('takes no more attempts at once than one after another', async () => {
    const codes = await Promise.all(Array.from({ length: 30 }, () => fail()));
    expect(codes.filter((each) => each === 'invalid_credentials')).toHaveLength(5);
  });

  it('takes a network of IPv6 addresses for one', () => {
    expect(networkOf('2001:db8:0:1::5')).toBe('2001:db8:0:1::/64');
    expect(networkOf('2001:0db8:0000:0001:ffff::1')).toBe('2001:db8:0:1::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
  });
});
