/** How people keep their own sign-in, and administrators that of others, from outside and with bad intentions. */
import { createClient } from '@trellis/api';
import { createSecretBox } from '@trellis/engine';
import { readTables } from '@trellis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticatorCode } from './authenticator.ts';
import { outcome } from './outcome.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

const MINUTE = 60_000;
const PASSWORD = 'seven green bicycles';
let server: TestServer;
let clock = Date.now();
beforeAll(async () => {
  server = await startTestServer({
    now: () => clock,
    settings: { sessionIdleSeconds: 3600, sessionSeconds: 24 * 3600 },
    throttle: {
      windowSeconds: 900,
      perAccountAndAddress: 5,
      perAddress: 1000,
      perAccount: 100,
      slowAfter: 3,
    },
    components: [
      { kind: 'permission_set', name: 'people', body: { label: 'People', system: ['manage_users'] } },
      { kind: 'permission_set', name: 'builder', body: { label: 'Builder', system: ['customise'] } },
      {
        kind: 'permission_set',
        name: 'careful',
        body: { label: 'Careful', system: ['api'], requires_second_factor: true },
      },
    ],
  });
});
afterAll(() => server?.stop());

let number = 0;
async function newPerson(permissionSets: readonly string[] = []) {
  number += 1;
  const email = `person${number}@example.com`;
  const user = await server.client.createUser({
    email,
    name: `Person ${number}`,
    password: PASSWORD,
    permission_sets: permissionSets,
  });
  return { ...user, email };
}
const newClient = () => createClient({ origin: server.url, keepsCookies: true });
const code = (secret: string, steps = 0) => authenticatorCode(secret, clock, steps);
async function enrolled() {
  const person = await newPerson();
  const client = await server.signIn(person.email, PASSWORD);
  const { secret } = await client.offerSecondFactor();
  const { recovery_codes: codes } = await client.confirmSecondFactor(code(secret));
  clock += MINUTE;
  return { person, client, secret, codes };
}
/** What the audit log has told last, oldest first. */
async function lastEvents(count: number): Promise<readonly string[]> {
  const { entries } = await server.engine.audit.list(system(), {}, { limit: count, after: undefined });
  return entries.map(({ action }) => action).reverse();
}

describe('sessions', () => {
  it('are listed with device, address and use, the present one marked', async () => {
    const { email } = await newPerson();
    const [here, there] = [await server.signIn(email, PASSWORD), await server.signIn(email, PASSWORD)];
    clock += 2 * MINUTE;
    await here.me();
    const { sessions } = await here.sessions();
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toMatchObject({
      is_current: true,
      workspace: 'main',
      method: 'password',
      address: '127.0.0.1',
    });
    expect(sessions[0]!.last_used_at > sessions[1]!.last_used_at).toBe(true);
    expect(JSON.stringify(sessions)).not.toMatch(/[A-Za-z0-9_-]{43}|[0-9a-f]{64}/);
    await there.me();
  });

  it('end at once when one, or all others, are ended', async () => {
    const { email } = await newPerson();
    const [here, second, third] = [
      await server.signIn(email, PASSWORD),
      await server.signIn(email, PASSWORD),
      await server.signIn(email, PASSWORD),
    ];
    await Promise.all([second.me(), third.me()]);
    const mine = (await second.sessions()).sessions.find((each) => each.is_current)!;
    await here.endSession(mine.id);
    expect(await outcome(second.me())).toBe('unauthenticated');
    expect(await outcome(third.me())).toBe('done');
    await here.endOtherSessions();
    expect(await outcome(third.me())).toBe('unauthenticated');
    expect(await outcome(here.me())).toBe('done');
    expect(await lastEvents(1)).toEqual(['sessions_revoked']);
  });

  it('of somebody else can not be ended by their id', async () => {
    const [mine, theirs] = [await newPerson(), await newPerson()];
    const [me, they] = [
      await server.signIn(mine.email, PASSWORD),
      await server.signIn(theirs.email, PASSWORD),
    ];
    const { sessions } = await they.sessions();
    for (const id of [sessions[0]!.id, 'x', '00000000-0000-0000-0000-000000000000'])
      expect(await outcome(me.endSession(id))).toBe('unknown_session');
    expect(await outcome(they.me())).toBe('done');
  });

  it('get a token of their own at sign-in, whatever the browser brought', async () => {
    const { email } = await newPerson();
    const planted = 'A'.repeat(43);
    const response = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: `trellis_session=${planted}`,
        origin: server.url,
      },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    const cookie = response.headers.getSetCookie()[0]!;
    expect(cookie).not.toContain(planted);
    const withPlanted = createClient({ origin: server.url, keepsCookies: true, session: planted });
    expect(await outcome(withPlanted.me())).toBe('unauthenticated');
  });

  it('lose their token when the password changes, and the one that was copied is dead', async () => {
    const { email } = await newPerson();
    const [client, copied] = await twoWithOneCookie(email);
    const before = (await client.sessions()).sessions[0]!;
    await client.changePassword({ current_password: PASSWORD, new_password: 'eight yellow umbrellas' });
    expect(await outcome(client.me())).toBe('done');
    expect(await outcome(copied.me())).toBe('unauthenticated');
    expect((await client.sessions()).sessions.map(({ id }) => id)).toEqual([before.id]);
    expect(await lastEvents(1)).toEqual(['password_changed']);
  });

  it('of a deactivated person end in every process at once', async () => {
    const person = await newPerson();
    const client = await server.signIn(person.email, PASSWORD);
    await client.me();
    await server.client.updateUser(person.id, { is_active: false });
    expect(await outcome(client.me())).toBe('unauthenticated');
    expect(await outcome(server.signIn(person.email, PASSWORD))).toBe('no_workspace');
  });

  it('are forgotten by a process that hears of it from another one', async () => {
    const person = await newPerson();
    const client = await server.signIn(person.email, PASSWORD);
    await client.me();
    // What another process would do: the rows go, and the news goes round.
    const identity = await server.storage.identities.findByEmail(person.email);
    await server.storage.identities.deleteSessionsOf(identity!.id);
    expect(await outcome(client.me())).toBe('done');
    await server.storage.identities.announce(identity!.id);
    await expect.poll(() => outcome(client.me())).toBe('unauthenticated');
  });
});

/** Two clients with the same cookie: its owner, and a thief. */
async function twoWithOneCookie(email: string) {
  const response = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: PASSWORD }),
  });
  const session = /=([^;]+)/.exec(response.headers.getSetCookie()[0]!)![1]!;
  const open = () => createClient({ origin: server.url, keepsCookies: true, session });
  return [open(), open()] as const;
}

describe('a second factor', () => {
  it('is asked for at sign-in once it is set up, and never tells whether the password was right before', async () => {
    const { person, secret } = await enrolled();
    const { email } = person;
    const login = (password: string, otp?: string) =>
      outcome(newClient().login({ email, password, ...(otp === undefined ? {} : { otp }) }));
    expect(await login('a wrong password of mine', code(secret))).toBe('invalid_credentials');
    expect(await login(PASSWORD)).toBe('otp_required');
    expect(await login(PASSWORD, '000000')).toBe('invalid_otp');
    expect(await login(PASSWORD, '')).toBe('otp_required');
    const spaced = code(secret).replace(/^.../, '$& ');
    expect(await login(PASSWORD, spaced)).toBe('done');
    expect(await lastEvents(3)).toEqual(['sign_in_failed', 'second_factor_failed', 'sign_in']);
  });

  it('takes no code twice, however many come at once', async () => {
    const { person, secret } = await enrolled();
    const login = () =>
      outcome(newClient().login({ email: person.email, password: PASSWORD, otp: code(secret) }));
    const results = await Promise.all([login(), login(), login()]);
    expect(results.filter((each) => each === 'done')).toHaveLength(1);
    expect(await login()).toBe('invalid_otp');
    // An older step than the last one is dead as well.
    const older = code(secret, -1);
    expect(await outcome(newClient().login({ email: person.email, password: PASSWORD, otp: older }))).toBe(
      'invalid_otp',
    );
    clock += MINUTE;
    expect(await login()).toBe('done');
  });

  it('does not take the code of its enrolment for a sign-in', async () => {
    const person = await newPerson();
    const client = await server.signIn(person.email, PASSWORD);
    const { secret } = await client.offerSecondFactor();
    const otp = code(secret);
    await client.confirmSecondFactor(otp);
    expect(await outcome(newClient().login({ email: person.email, password: PASSWORD, otp }))).toBe(
      'invalid_otp',
    );
  });

  it('counts only once a code has come back, and one in use stays until then', async () => {
    const { person, client, secret } = await enrolled();
    const next = await client.offerSecondFactor({ current_password: PASSWORD });
    expect(await outcome(client.confirmSecondFactor('123456'))).toBe('invalid_otp /otp');
    const login = (otp: string) =>
      outcome(newClient().login({ email: person.email, password: PASSWORD, otp }));
    expect(await login(code(next.secret))).toBe('invalid_otp');
    expect(await login(code(secret))).toBe('done');
    await client.confirmSecondFactor(code(next.secret));
    clock += MINUTE;
    expect(await login(code(secret))).toBe('invalid_otp');
    expect(await login(code(next.secret))).toBe('done');
  });

  it('ends other sessions when it changes, and gives the own one a new token', async () => {
    const { email } = await newPerson();
    const other = await server.signIn(email, PASSWORD);
    const [owner, thief] = await twoWithOneCookie(email);
    const { secret } = await owner.offerSecondFactor();
    await owner.confirmSecondFactor(code(secret));
    expect(await outcome(owner.me())).toBe('done');
    expect(await outcome(other.me())).toBe('unauthenticated');
    expect(await outcome(thief.me())).toBe('unauthenticated');
  });

  it('can be recovered by codes that work once, and are replaced as a whole', async () => {
    const { person, codes, client } = await enrolled();
    expect(new Set(codes).size).toBe(10);
    expect(codes[0]).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
    const login = (otp: string) =>
      outcome(newClient().login({ email: person.email, password: PASSWORD, otp }));
    expect(await login(codes[0]!.toUpperCase().replaceAll('-', ' '))).toBe('done');
    expect(await lastEvents(2)).toEqual(['sign_in', 'recovery_code_used']);
    expect(await login(codes[0]!)).toBe('invalid_otp');
    expect((await client.secondFactor()).recovery_codes_left).toBe(9);
    const { recovery_codes: fresh } = await client.renewRecoveryCodes({ current_password: PASSWORD });
    expect(await login(codes[1]!)).toBe('invalid_otp');
    expect(await login(fresh[1]!)).toBe('done');
  });

  it('is stored sealed, its codes as hashes, and without a key it is refused', async () => {
    const { secret, codes } = await enrolled();
    const stored = await readTables(server.connectionString, 'platform', [
      'second_factor',
      'recovery_code',
      'session',
    ]);
    expect(stored).toContain('v1.');
    for (const text of [secret, ...codes, ...codes.map((each) => each.replaceAll('-', ''))])
      expect(stored.toLowerCase()).not.toContain(text.toLowerCase());
    const keyless = await startTestServer({ secretKeys: undefined });
    try {
      expect(await outcome(keyless.client.offerSecondFactor())).toBe('no_secret_key');
      expect(await keyless.client.secondFactor()).toMatchObject({ is_available: false });
    } finally {
      await keyless.stop();
    }
  });

  it('whose key is gone is a problem that says so, and its recovery codes still work', async () => {
    const { person, secret, codes } = await enrolled();
    const identity = (await server.storage.identities.findByEmail(person.email))!;
    const other = createSecretBox([Buffer.alloc(32, 9)]).seal('x', 'elsewhere');
    const row = { kind: 'second_factor', id: identity.id } as const;
    const [mine] = (await server.storage.sealed.sealedOtherwise('v9.', 1000)).filter(
      (each) => each.kind === row.kind && each.id === row.id,
    );
    await server.storage.sealed.replaceSealed(mine!, other);
    const login = (otp: string) =>
      outcome(newClient().login({ email: person.email, password: PASSWORD, otp }));
    expect(await login(code(secret))).toBe('no_secret_key');
    expect(await login(codes[0]!)).toBe('done');
    // Nor are they guessed more often than codes are.
    for (let tries = 0; tries < 20; tries++) await login(`AAAA-BBBB-${1000 + tries}`);
    expect(await login(codes[1]!)).toBe('too_many_attempts');
  });

  it('asks for the password again when the session is not young any more', async () => {
    const { client } = await enrolled();
    clock += 11 * MINUTE;
    for (const work of [
      () => client.offerSecondFactor(),
      () => client.removeSecondFactor(),
      () => client.renewRecoveryCodes(),
    ])
      expect(await outcome(work())).toBe('password_required');
    expect(await outcome(client.removeSecondFactor({ current_password: 'not my password' }))).toBe(
      'wrong_password /current_password',
    );
    expect(await outcome(client.removeSecondFactor({ current_password: PASSWORD }))).toBe('done');
    expect(await client.secondFactor()).toMatchObject({ enrolled_at: null, recovery_codes_left: 0 });
  });

  it('refuses guessing of codes by somebody who has the password, also from many addresses', async () => {
    const { person, secret } = await enrolled();
    const identity = (await server.storage.identities.findByEmail(person.email))!;
    const at = new Date(clock).toISOString();
    // Ten wrong codes, from wherever.
    for (let round = 0; round < 10; round += 1)
      await server.storage.identities.recordFailure(`second factor of ${identity.id}`, at);
    const login = () =>
      outcome(newClient().login({ email: person.email, password: PASSWORD, otp: code(secret) }));
    expect(await login()).toBe('too_many_attempts');
    await server.client.unlockUser(person.id);
    expect(await login()).toBe('done');
  });

  it('can be demanded by a permission set: until then one may do nothing but set it up', async () => {
    const person = await newPerson(['careful']);
    const client = await server.signIn(person.email, PASSWORD);
    expect((await client.me()).must_enrol).toBe(true);
    for (const work of [
      () => client.describe(),
      () => client.list('user'),
      () => client.search({ q: 'x' }),
      () => client.createApiKey({ name: 'Way round' }),
      () => client.sessions(),
      () => client.changePassword({ current_password: PASSWORD, new_password: 'eight yellow umbrellas' }),
    ])
      expect(await outcome(work())).toBe('second_factor_required');
    expect(await client.secondFactor()).toMatchObject({ is_required: true, enrolled_at: null });
    const { secret } = await client.offerSecondFactor();
    await client.confirmSecondFactor(code(secret));
    expect((await client.me()).must_enrol).toBe(false);
    expect(await outcome(client.describe())).toBe('done');
    expect(await outcome(client.removeSecondFactor())).toBe('forbidden');
  });

  it('can be demanded of administrators and of everybody by a setting', async () => {
    const strict = await startTestServer({ settings: { secondFactor: 'administrators' } });
    try {
      expect(await outcome(strict.client.users())).toBe('second_factor_required');
      expect((await strict.client.me()).must_enrol).toBe(true);
    } finally {
      await strict.stop();
    }
  });
});

describe('who manages people', () => {
  it('sees how they sign in, signs them out, takes a lost second factor away and unlocks them', async () => {
    const { person, client } = await enrolled();
    await client.me();
    const seen = await server.client.userSecurity(person.id);
    expect(seen).toMatchObject({
      has_password: true,
      is_locked: false,
      is_shared: false,
      second_factor: { enrolled_at: expect.any(String) },
      sessions: [{ is_current: false }],
    });
    await server.client.endSessionsOf(person.id, seen.sessions[0]!.id);
    expect(await outcome(client.me())).toBe('unauthenticated');
    await server.client.resetSecondFactorOf(person.id);
    expect(await outcome(server.signIn(person.email, PASSWORD))).toBe('done');

    for (let round = 0; round < 5; round += 1)
      await outcome(newClient().login({ email: person.email, password: 'not this one' }));
    expect(await outcome(server.signIn(person.email, PASSWORD))).toBe('too_many_attempts');
    expect((await server.client.userSecurity(person.id)).is_locked).toBe(true);
    await server.client.unlockUser(person.id);
    expect(await outcome(server.signIn(person.email, PASSWORD))).toBe('done');
    expect(await lastEvents(4)).toEqual(['sign_in_failed', 'sign_in_locked', 'sign_in_unlocked', 'sign_in']);
  });

  it('can not help themselves to the rights of those who may do more', async () => {
    const manager = await newPerson(['people']);
    const client = await server.signIn(manager.email, PASSWORD);
    const [plain, builder] = [await newPerson(), await newPerson(['builder'])];
    const administrator = (await server.client.users()).users.find(
      ({ email }) => email === ADMINISTRATOR.email,
    )!;
    expect(await outcome(client.updateUser(plain.id, { password: 'eight yellow umbrellas' }))).toBe('done');
    for (const { id } of [builder, administrator]) {
      for (const work of [
        () => client.userSecurity(id),
        () => client.endSessionsOf(id),
        () => client.resetSecondFactorOf(id),
        () => client.unlockUser(id),
        () => client.updateUser(id, { password: 'eight yellow umbrellas' }),
      ])
        expect(await outcome(work())).toMatch(/^forbidden/);
    }
    expect(await outcome(client.userSecurity('00000000-0000-0000-0000-000000000000'))).toBe('unknown_user');
    expect(await outcome(client.userSecurity("x' or 1=1"))).toBe('unknown_user');
    expect(await outcome(client.updateUser(manager.id, { permission_sets: ['people', 'builder'] }))).toMatch(
      /^(forbidden|own_account)/,
    );
    expect(
      await outcome(
        client.createUser({ email: 'z@example.com', name: 'Z', permission_sets: ['administrator'] }),
      ),
    ).toBe('forbidden /permission_sets/0');
  });

  it('needs the right, and may not send more than is asked for', async () => {
    const plain = await newPerson();
    const client = await server.signIn(plain.email, PASSWORD);
    expect(await outcome(client.userSecurity(plain.id))).toBe('forbidden');
    expect(await outcome(client.updateUser(plain.id, { permission_sets: ['administrator'] }))).toBe(
      'forbidden',
    );
    const extra = { current_password: PASSWORD, new_password: 'eight yellow umbrellas', identity_id: 'x' };
    expect(await outcome(client.changePassword(extra))).toBe('unknown_property /identity_id');
    const more = { name: 'New', identity_id: 'x', password_hash: 'x', workspace_id: 'x' };
    expect(await outcome(server.client.updateUser(plain.id, more))).toMatch(/^unknown_field/);
  });

  it('can not leave a workspace without an administrator, not even by two at once', async () => {
    const second = await newPerson(['administrator']);
    const other = await server.signIn(second.email, PASSWORD);
    const first = (await server.client.users()).users.find(({ email }) => email === ADMINISTRATOR.email)!;
    const results = await Promise.all([
      outcome(server.client.updateUser(second.id, { is_active: false })),
      outcome(other.updateUser(first.id, { is_active: false })),
    ]);
    expect(results.filter((each) => each === 'done').length).toBeLessThan(2);
    const left = (await server.engine.users.list(system())).filter(
      (user) => user.isActive && user.permissionSets.includes('administrator'),
    );
    expect(left.length).toBeGreaterThan(0);
    // Whoever is left puts it right again.
    for (const id of [first.id, second.id])
      await server.engine.users.update(system(), id, { isActive: true }).catch(() => undefined);
    const system2 = system();
    await server.engine.users.update(system2, second.id, { isActive: false });
    await expect(server.engine.users.update(system2, first.id, { isActive: false })).rejects.toMatchObject({
      errors: [{ code: 'last_administrator' }],
    });
    await expect(server.engine.users.update(system2, first.id, { permissionSets: [] })).rejects.toMatchObject(
      {
        errors: [{ code: 'last_administrator' }],
      },
    );
    await server.client.login({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password });
  });
});

const system = () => ({ kind: 'system', workspace: workspaceOf(), reason: 'test' }) as const;
let mainWorkspace: Awaited<ReturnType<TestServer['storage']['workspaces']['find']>>;
beforeAll(async () => {
  mainWorkspace = await server.storage.workspaces.find('main');
});
const workspaceOf = () => mainWorkspace!;

describe('a password', () => {
  it.each([
    'short one',
    'password1234',
    'P4ssw0rd!!!!',
    'qwertyqwerty',
    '123456789012',
    'aaaaaaaaaaaaaaaa',
    'abcabcabcabc',
    'person99person',
  ])('%s is refused', async (password) => {
    const made = server.client.createUser({ email: 'person99@example.com', name: 'Nine', password });
    expect(await outcome(made)).toBe('weak_password /password');
  });

  it('may be anything else, in any script', async () => {
    for (const password of [
      'correct horse battery',
      'съешь ещё этих мягких',
      'xk29fq77vmz1',
      '紙 石 鋏 月 火 水 木',
    ])
      expect(
        await outcome(
          server.client.createUser({ email: `p${Math.random()}@example.com`, name: 'Free', password }),
        ),
      ).toBe('done');
  });
});
