/** What people change of themselves, fields that an administrator adds to them, and one identity in several workspaces. */
import { createClient } from '@trellis/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticatorCode } from './authenticator.ts';
import { outcome } from './outcome.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

const PASSWORD = 'seven green bicycles';
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    packages: ['crm'],
    components: [
      // What a package or an administrator adds to the object of the platform.
      {
        kind: 'field',
        name: 'user.badge',
        body: { label: 'Badge', type: 'text', unique: true, max_length: 10 },
      },
      { kind: 'field', name: 'user.start_date', body: { label: 'Start', type: 'date' } },
    ],
  });
});
afterAll(() => server?.stop());

let number = 0;
async function newPerson(more: Readonly<Record<string, unknown>> = {}) {
  const email = `p${++number}@example.com`;
  const user = await server.client.createUser({
    email,
    name: `P ${number}`,
    password: PASSWORD,
    ...more,
  } as never);
  return { email, id: user.id };
}

describe('fields that are added to people', () => {
  it('are written through /users, checked by their types, and read like any record', async () => {
    const { id } = await newPerson({ badge: 'A-1', start_date: '2026-02-03' });
    expect(await server.client.get('user', id)).toMatchObject({ badge: 'A-1', start_date: '2026-02-03' });
    await server.client.updateUser(id, { badge: 'A-2' } as never);
    expect(await server.client.get('user', id)).toMatchObject({ badge: 'A-2' });
    const found = await server.client.list('user', { filter: { '==': [{ var: 'badge' }, 'A-2'] } });
    expect(found.records.map((each) => each.id)).toEqual([id]);
    expect(await outcome(server.client.updateUser(id, { start_date: 'soon' } as never))).toMatch(
      /\/start_date$/,
    );
    expect(await outcome(server.client.updateUser(id, { badge: 'far too long for it' } as never))).toMatch(
      /\/badge$/,
    );
    expect(await outcome(newPerson({ badge: 'A-2' }))).toMatch(/\/badge$/);
    // They are not written past the door for people.
    expect(await outcome(server.client.update('user', id, { badge: 'A-3' }))).toBe('system_object');
  });
});

describe('one’s own profile', () => {
  it('has name, time zone and locale, and needs no right', async () => {
    const { email } = await newPerson();
    const client = await server.signIn(email, PASSWORD);
    expect(await client.profile()).toMatchObject({ email, time_zone: null, locale: null });
    const saved = await client.changeProfile({ name: ' Zoë ', time_zone: 'Asia/Tokyo', locale: 'ja-JP' });
    expect(saved).toEqual({ name: 'Zoë', email, time_zone: 'Asia/Tokyo', locale: 'ja-JP' });
    expect(await client.me()).toMatchObject({ user: { name: 'Zoë' }, locale: 'ja-JP' });
    expect(await client.changeProfile({ time_zone: null, locale: '' })).toMatchObject({
      time_zone: null,
      locale: null,
    });
    expect((await client.me()).locale).toBeNull();
  });

  it.each([
    [{ time_zone: 'Mars/Olympus' }, 'invalid_value /time_zone'],
    [{ time_zone: '+01:00' }, 'invalid_value /time_zone'],
    [{ locale: 'no such locale' }, 'invalid_value /locale'],
    [{ name: '  ' }, 'invalid_value /name'],
    [{ name: 5 }, 'invalid_value /name'],
    [{ email: 'other@example.com' }, 'unknown_property /email'],
    [{ role: 'sales_manager' }, 'unknown_property /role'],
    [{ permission_sets: ['administrator'] }, 'unknown_property /permission_sets'],
    [{ teams: [] }, 'unknown_property /teams'],
    [{ badge: 'Z-9' }, 'unknown_property /badge'],
    [{ is_active: true }, 'unknown_property /is_active'],
  ])('refuses %j', async (change, said) => {
    const { email } = await newPerson();
    const client = await server.signIn(email, PASSWORD);
    expect(await outcome(client.changeProfile(change as never))).toBe(said);
  });

  it('is not reached by an API key', async () => {
    const { key } = await server.client.createApiKey({ name: 'Program', access: 'write', users: true });
    const program = createClient({ origin: server.url, apiKey: key });
    for (const work of [
      () => program.profile(),
      () => program.changeProfile({ name: 'X' }),
      () => program.sessions(),
      () => program.offerSecondFactor(),
      () => program.changePassword({ current_password: PASSWORD, new_password: PASSWORD }),
    ])
      expect(await outcome(work())).toBe('forbidden');
  });
});

describe('one identity in several workspaces', () => {
  it('is somebody else in each, by one password, one second factor and one session', async () => {
    await server.client.createWorkspace({ name: 'south', label: 'South' });
    const south = createClient({ origin: server.url, keepsCookies: true, workspace: 'south' });
    await south.login({ email: 'ada@example.com', password: 'correct horse battery' });
    const here = await newPerson({ permission_sets: ['sales_rep'] });
    const there = await south.createUser({
      email: here.email,
      name: 'Called otherwise',
      permission_sets: ['administrator'],
    });
    expect(there.id).not.toBe(here.id);

    const token = await sessionOf(here.email);
    const inMain = createClient({
      origin: server.url,
      keepsCookies: true,
      session: token,
      workspace: 'main',
    });
    const inSouth = createClient({
      origin: server.url,
      keepsCookies: true,
      session: token,
      workspace: 'south',
    });
    const [main, other] = [await inMain.me(), await inSouth.me()];
    expect(main).toMatchObject({ workspace: 'main', user: { id: here.id } });
    expect(other).toMatchObject({ workspace: 'south', user: { id: there.id } });
    expect(main.workspaces.map(({ name }) => name).toSorted()).toEqual(['main', 'south']);
    // Rights are those of the workspace, not of the person.
    expect(main.rights).not.toContain('manage_users');
    expect(other.rights).toContain('manage_users');
    expect(await outcome(inMain.users())).toBe('forbidden');
    expect(await outcome(inSouth.users())).toBe('done');
    // Ids of one workspace are nobody in the other.
    expect(await outcome(inSouth.userSecurity(here.id))).toBe('unknown_user');
    expect(await outcome(inSouth.updateUser(here.id, { name: 'X' }))).toMatch(/^unknown_(user|record)/);

    // Neither administrator may change how they sign in elsewhere.
    expect(await outcome(server.client.updateUser(here.id, { password: 'eight yellow umbrellas' }))).toBe(
      'forbidden',
    );
    const { secret } = await inMain.offerSecondFactor();
    await inMain.confirmSecondFactor(authenticatorCode(secret, Date.now()));
    expect(await outcome(server.client.resetSecondFactorOf(here.id))).toBe('forbidden');
    expect(await server.client.userSecurity(here.id)).toMatchObject({ is_shared: true });

    // Deactivated in one they are nobody there at once, and go on in the other.
    const fresh = createClient({ origin: server.url, keepsCookies: true, workspace: 'south' });
    const otp = authenticatorCode(secret, Date.now(), 1);
    await fresh.login({ email: here.email, password: PASSWORD, otp });
    await server.client.updateUser(here.id, { is_active: false });
    expect(await outcome(fresh.me())).toBe('done');
    expect((await fresh.me()).workspaces.map(({ name }) => name)).toEqual(['south']);
    await server.client.updateUser(here.id, { is_active: true });
  });

  async function sessionOf(email: string): Promise<string> {
    const response = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    return /=([^;]+)/.exec(response.headers.getSetCookie()[0]!)![1]!;
  }
});
