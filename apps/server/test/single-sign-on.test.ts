import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import {
  freePort,
  type IdentityProvider,
  type ProviderPerson,
  startIdentityProvider,
  withDatabase,
} from '@trellis/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../src/settings.ts';
import { openBrowser, type RedirectingBrowser, type Visit } from './redirecting-browser.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

interface Stage {
  readonly server: TestServer;
  readonly provider: IdentityProvider;
}

async function openStage(
  environment: Record<string, string> = {},
  secondProvider?: { readonly name: string; readonly issuer: string },
): Promise<Stage & { stop(): Promise<void> }> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const provider = await startIdentityProvider({ origin });
  const { settings, warnings } = readSettings({
    TRELLIS_PUBLIC_URL: origin,
    TRELLIS_OIDC_ISSUER: provider.issuer,
    TRELLIS_OIDC_CLIENT_ID: provider.clientId,
    TRELLIS_OIDC_CLIENT_SECRET: provider.clientSecret,
    TRELLIS_OIDC_LABEL: 'Acme',
    ...environment,
  });
  expect(warnings).toEqual([]);
  const ssoProviders = secondProvider
    ? [...settings.ssoProviders, { ...settings.ssoProviders[0]!, ...secondProvider }]
    : settings.ssoProviders;
  const server = await startTestServer({
    packages: ['crm'],
    settings: { ...settings, ssoProviders },
    port,
  });
  return {
    server,
    provider,
    async stop() {
      await server.stop();
      await provider.stop();
    },
  };
}

const begin = (next?: string) =>
  `/api/v1/auth/sso/sso${next === undefined ? '' : `?${new URLSearchParams({ next })}`}`;

/** Goes all the way: button, provider, back. */
async function signIn({ server, provider }: Stage, person: ProviderPerson | undefined, next?: string) {
  provider.signedIn = person;
  const browser = openBrowser();
  const end = await browser.follow(server.url + begin(next), (url) => !isOnTheWay(url));
  return { browser, end, error: new URL(end.url).searchParams.get('sso_error') };
}

/** Pages of ours are not what is tested here. */
function isOnTheWay(url: string): boolean {
  return !/^http:\/\/127\.0\.0\.1:\d+\/(?!api\/|auth|interaction|session)/.test(url);
}

async function me(
  { server }: Stage,
  browser: RedirectingBrowser,
): Promise<Record<string, unknown> & { status: number }> {
  const { status, body } = await browser.visit(`${server.url}/api/v1/me`);
  return { status, ...JSON.parse(body) };
}

/** The address at which the provider sends the browser back, not visited yet. */
async function untilCallback({ server, provider }: Stage, person: ProviderPerson, next?: string) {
  provider.signedIn = person;
  const browser = openBrowser();
  const visit = await browser.follow(server.url + begin(next), (url) => url.includes('/callback?'));
  return { browser, callback: new URL(visit.url) };
}

const errorOf = ({ headers }: Visit) =>
  new URL(headers.get('location') ?? '', 'http://x').searchParams.get('sso_error');

const person = (name: string, more: Partial<ProviderPerson> = {}): ProviderPerson => ({
  sub: `sub-${name}`,
  email: `${name}@example.com`,
  email_verified: true,
  name: name.toUpperCase(),
  ...more,
});

describe('signing in by a provider', () => {
  let stage: Stage & { stop(): Promise<void> };
  beforeAll(async () => {
    stage = await openStage({
      TRELLIS_OIDC_DOMAINS: 'example.com',
      TRELLIS_OIDC_INITIAL_PERMISSION_SETS: 'read_only',
      TRELLIS_OIDC_PERMISSION_SETS: JSON.stringify({
        admins: ['administrator'],
        sales: ['sales_rep'],
        ghosts: ['not_there'],
      }),
      TRELLIS_OIDC_ROLES: JSON.stringify({ leads: 'sales_manager', sales: 'sales_rep', ghosts: 'not_there' }),
    });
  });
  afterAll(() => stage?.stop());
  beforeEach(() => {
    stage.provider.bendToken = undefined;
  });

  const userOf = async (email: string) =>
    (await stage.server.client.users()).users.find((each) => each.email === email);

  it('is offered', async () => {
    expect(await stage.server.client.signInOptions()).toEqual({
      providers: [{ name: 'sso', label: 'Acme' }],
      is_sso_only: false,
    });
  });

  it('makes a newcomer’s account and session, and leads where they wanted to go', async () => {
    const { browser, end } = await signIn(stage, person('nina'), '/o/deal?view=mine#top');
    expect(end.url).toBe(`${stage.server.url}/o/deal?view=mine#top`);
    expect(await me(stage, browser)).toMatchObject({
      status: 200,
      user: { name: 'NINA', email: 'nina@example.com' },
      workspace: 'main',
    });
    expect(await userOf('nina@example.com')).toMatchObject({ permission_sets: ['read_only'], role: null });
    const asked = stage.provider.asked.at(-1)!;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('state')).toMatch(/^[\w-]{43}$/);
    expect(asked.get('nonce')).toMatch(/^[\w-]{43}$/);
    expect(asked.get('response_type')).toBe('code');
  });

  it('sets cookies that no script can read', async () => {
    stage.provider.signedIn = person('nina');
    const browser = openBrowser();
    const first = await browser.visit(stage.server.url + begin());
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^trellis_sso_[\w-]{8}=[\w-]{43}; Path=\/api\/v1\/auth\/sso; Max-Age=600; HttpOnly; SameSite=Lax$/,
      ),
    ]);
    const back = await browser.follow(first.headers.get('location')!, (url) => !isOnTheWay(url));
    expect(back.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^trellis_sso_[\w-]{8}=; Path=\/api\/v1\/auth\/sso; Max-Age=0;/),
      expect.stringMatching(/^trellis_session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('knows them again by the provider’s name for them, whatever becomes of their address', async () => {
    await signIn(stage, person('omar'));
    const user = await userOf('omar@example.com');
    const { browser } = await signIn(stage, person('omar', { email: 'o.new@example.com' }));
    expect(await me(stage, browser)).toMatchObject({ user: { id: user!.id, email: 'omar@example.com' } });
    // Somebody else who got the address is not them.
    const { error } = await signIn(stage, person('omar', { sub: 'somebody else' }));
    expect(error).toBe('not_linked');
  });

  it('gives what the groups stand for, at every sign-in, and leaves what administrators gave', async () => {
    await signIn(stage, person('gia', { groups: ['sales', 'tennis'] }));
    const user = await userOf('gia@example.com');
    expect(user).toMatchObject({ permission_sets: ['read_only', 'sales_rep'], role: 'sales_rep' });
    await stage.server.client.updateUser(user!.id, { permission_sets: ['sales_rep', 'marketer'] });
    await signIn(stage, person('gia', { groups: ['sales', 'leads', 'admins'] }));
    expect(await userOf('gia@example.com')).toMatchObject({
      permission_sets: ['marketer', 'administrator', 'sales_rep'],
      role: 'sales_manager',
    });
    const { browser } = await signIn(stage, person('gia', { groups: [] }));
    expect(await userOf('gia@example.com')).toMatchObject({ permission_sets: ['marketer'], role: null });
    expect((await me(stage, browser)).rights).not.toContain('customise');
  });

  it('takes rights away from sessions that are open elsewhere', async () => {
    const first = await signIn(stage, person('rex', { groups: ['admins'] }));
    expect((await me(stage, first.browser)).rights).toContain('customise');
    await signIn(stage, person('rex', { groups: [] }));
    expect((await me(stage, first.browser)).rights).not.toContain('customise');
  });

  it('leaves a role that the settings do not speak of', async () => {
    await signIn(stage, person('hana'));
    const user = await userOf('hana@example.com');
    await stage.server.client.updateUser(user!.id, { role: 'service_agent' });
    await signIn(stage, person('hana', { groups: ['tennis'] }));
    expect(await userOf('hana@example.com')).toMatchObject({ role: 'service_agent' });
  });

  it('passes over sets and roles that are not there', async () => {
    const { error } = await signIn(stage, person('casper', { groups: ['ghosts'] }));
    expect(error).toBeNull();
    expect(await userOf('casper@example.com')).toMatchObject({ permission_sets: ['read_only'], role: null });
  });

  it.each([
    ['no address', { email: undefined }, 'email_missing'],
    ['an address that was not verified', { email_verified: false }, 'email_unverified'],
    ['an address of another domain', { email: 'eve@evil.example' }, 'domain_not_allowed'],
    ['a domain that only looks allowed', { email: 'eve@example.com.evil.example' }, 'domain_not_allowed'],
    ['the address of somebody who has an account', { email: ADMINISTRATOR.email }, 'not_linked'],
  ])('lets nobody in with %s', async (_case, more, code) => {
    const before = (await stage.server.client.users()).users.length;
    const { error, browser } = await signIn(stage, person('eve', more));
    expect(error).toBe(code);
    expect((await me(stage, browser)).status).toBe(401);
    expect((await stage.server.client.users()).users).toHaveLength(before);
  });

  it('lets nobody in whose account is switched off', async () => {
    await signIn(stage, person('ivo', { groups: ['sales'] }));
    const user = await userOf('ivo@example.com');
    await stage.server.client.updateUser(user!.id, { is_active: false });
    const { error, browser } = await signIn(stage, person('ivo', { groups: ['admins'] }));
    expect(error).toBe('account_inactive');
    expect((await me(stage, browser)).status).toBe(401);
    expect(await userOf('ivo@example.com')).toMatchObject({
      is_active: false,
      permission_sets: ['read_only', 'sales_rep'],
    });
  });

  it('comes back to the sign-in page when the person turns back', async () => {
    const { error, end } = await signIn(stage, undefined, '/o/deal');
    expect(error).toBe('cancelled');
    expect(new URL(end.url).pathname).toBe('/login');
  });

  it('leads back to the sign-in page of the workspace', async () => {
    const { end } = await signIn(stage, person('eve', { email_verified: false }), '/w/west/o/deal');
    expect(`${new URL(end.url).pathname}${new URL(end.url).search}`).toBe(
      '/w/west/login?sso_error=email_unverified&next=%2Fo%2Fdeal',
    );
  });

  it('ends the session that the browser had before', async () => {
    const { browser } = await signIn(stage, person('nina'));
    const old = browser.cookiesFor(stage.server.url).join('; ');
    await browser.follow(stage.server.url + begin(), (url) => !isOnTheWay(url));
    expect(browser.cookiesFor(stage.server.url).join('; ')).not.toBe(old);
    const { status } = await openBrowser().visit(`${stage.server.url}/api/v1/me`, {
      headers: { cookie: old },
    });
    expect(status).toBe(401);
  });

  it('an unknown provider is a sentence on the sign-in page', async () => {
    const visit = await openBrowser().visit(`${stage.server.url}/api/v1/auth/sso/nobody`);
    expect([visit.status, errorOf(visit)]).toEqual([302, 'unknown_provider']);
  });

  describe('signing out', () => {
    it('ends the provider’s session too, and leads back', async () => {
      const { browser } = await signIn(stage, person('nina'));
      const out = await browser.visit(`${stage.server.url}/api/v1/auth/logout`, {
        method: 'POST',
        headers: { origin: stage.server.url, 'content-type': 'application/json' },
        body: '{}',
      });
      expect(out.status).toBe(200);
      const redirect = new URL(JSON.parse(out.body).redirect);
      expect(redirect.origin).toBe(stage.provider.issuer);
      expect(redirect.searchParams.get('post_logout_redirect_uri')).toBe(`${stage.server.url}/login`);
      expect(redirect.searchParams.get('id_token_hint')?.split('.')).toHaveLength(3);
      expect((await me(stage, browser)).status).toBe(401);
      const page = await browser.visit(redirect.href);
      expect([page.status, page.body.includes('op.logoutForm')]).toEqual([200, true]);
    });

    it('is what it was for who came by password', async () => {
      const client = await stage.server.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
      expect(await client.logout()).toBeUndefined();
    });
  });

  describe('an adversary', () => {
    it('can not use an answer a second time', async () => {
      const { browser, callback } = await untilCallback(stage, person('nina'));
      const cookies = browser.cookiesFor(callback.href).join('; ');
      expect(errorOf(await browser.visit(callback.href))).toBeNull();
      const again = await openBrowser().visit(callback.href, { headers: { cookie: cookies } });
      expect([errorOf(again), again.headers.getSetCookie().join().includes('trellis_session=')]).toEqual([
        'expired',
        false,
      ]);
    });

    it('can not use an answer in another browser, nor plant one', async () => {
      const { callback } = await untilCallback(stage, person('nina'));
      expect(errorOf(await openBrowser().visit(callback.href))).toBe('expired');
      // Somebody who began a sign-in of their own is not signed in by an answer that was meant for another.
      const victim = openBrowser();
      await victim.visit(stage.server.url + begin());
      expect(errorOf(await victim.visit(callback.href))).toBe('expired');
    });

    it('can not change the state, leave it out or send two', async () => {
      for (const bend of [
        (query: URLSearchParams) => query.set('state', 'A'.repeat(43)),
        (query: URLSearchParams) => query.delete('state'),
        (query: URLSearchParams) => query.append('state', 'A'.repeat(43)),
      ]) {
        const { browser, callback } = await untilCallback(stage, person('nina'));
        bend(callback.searchParams);
        expect(errorOf(await browser.visit(callback.href))).toBe('expired');
        expect((await me(stage, browser)).status).toBe(401);
      }
    });

    it.each([
      [
        'a code of somebody else',
        (query: URLSearchParams, other: URL) => query.set('code', other.searchParams.get('code')!),
      ],
      ['a code that was made up', (query: URLSearchParams) => query.set('code', 'made-up')],
      ['no code', (query: URLSearchParams) => query.delete('code')],
      ['another issuer', (query: URLSearchParams) => query.set('iss', 'https://evil.example')],
      ['no issuer', (query: URLSearchParams) => query.delete('iss')],
    ])('can not come with %s', async (_case, bend) => {
      const other = await untilCallback(stage, person('omar'));
      const { browser, callback } = await untilCallback(stage, person('nina'));
      bend(callback.searchParams, other.callback);
      expect(errorOf(await browser.visit(callback.href))).toBe('refused');
      expect((await me(stage, browser)).status).toBe(401);
      // The sign-in is used up by the attempt.
      expect(errorOf(await browser.visit(callback.href))).toBe('expired');
    });

    const parts = (token: string) =>
      token
        .split('.')
        .slice(0, 2)
        .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString())) as [
        Record<string, unknown>,
        Record<string, unknown>,
      ];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forge = (token: string, header: object, claims: object, signer: (input: string) => string) => {
      const [oldHeader, oldClaims] = parts(token);
      const input = `${encode({ ...oldHeader, ...header })}.${encode({ ...oldClaims, ...claims })}`;
      return `${input}.${signer(input)}`;
    };
    const ownKey = (input: string) => sign('sha256', Buffer.from(input), privateKey).toString('base64url');

    it.each([
      ['without a signature (`none`)', (token: string) => forge(token, { alg: 'none' }, {}, () => '')],
      ['without a signature (`None`)', (token: string) => forge(token, { alg: 'None' }, {}, () => '')],
      [
        'signed with the client’s secret (HS256)',
        (token: string) =>
          forge(token, { alg: 'HS256' }, {}, (input) =>
            createHmac('sha256', stage.provider.clientSecret).update(input).digest('base64url'),
          ),
      ],
      [
        'signed with the provider’s public key as a secret (HS256)',
        async (token: string) => {
          const { keys } = (await (await fetch(`${stage.provider.issuer}/jwks`)).json()) as {
            keys: object[];
          };
          return forge(token, { alg: 'HS256' }, {}, (input) =>
            createHmac('sha256', JSON.stringify(keys[0])).update(input).digest('base64url'),
          );
        },
      ],
      ['signed with a key of one’s own', (token: string) => forge(token, {}, {}, ownKey)],
      [
        'signed with a key that it brings along',
        (token: string) =>
          forge(token, { jwk: publicKey.export({ format: 'jwk' }), kid: undefined }, {}, ownKey),
      ],
      [
        'that claims to be somebody else, under the old signature',
        (token: string) => forge(token, {}, { sub: 'sub-omar' }, () => token.split('.')[2]!),
      ],
    ])('can not come with an ID token %s', async (_case, bend) => {
      stage.provider.bendToken = bend;
      const { error, browser } = await signIn(stage, person('nina'));
      expect(error).toBe('refused');
      expect((await me(stage, browser)).status).toBe(401);
    });

    it.each([
      ['for another client', { aud: 'another client' }],
      ['for several clients', { aud: ['trellis', 'another client'], azp: 'another client' }],
      ['of another issuer', { iss: 'https://evil.example' }],
      ['of another sign-in (nonce)', { nonce: 'A'.repeat(43) }],
      ['of no sign-in (nonce)', { nonce: undefined }],
      ['that has expired', { exp: Math.floor(Date.now() / 1000) - 600 }],
      ['without an end', { exp: undefined }],
      ['of nobody', { sub: undefined }],
      ['that begins in the future', { nbf: Math.floor(Date.now() / 1000) + 600 }],
    ])('can not come with an ID token %s, though the provider signed it', async (_case, claims) => {
      stage.provider.bendToken = (token) => stage.provider.signToken({ ...parts(token)[1], ...claims });
      const { error, browser } = await signIn(stage, person('nina'));
      expect(error).toBe('refused');
      expect((await me(stage, browser)).status).toBe(401);
    });

    it('would have come in with the same token unbent', async () => {
      stage.provider.bendToken = (token) => stage.provider.signToken(parts(token)[1]);
      expect((await signIn(stage, person('nina'))).error).toBeNull();
    });

    it.each([
      ['/o/deal', '/o/deal'],
      ['//evil.example', '/'],
      ['/\\evil.example', '/'],
      ['/\t/evil.example', '/'],
      ['/.//evil.example', '/'],
      ['https://evil.example/', '/'],
      ['javascript:alert(1)', '/'],
      ['\\\\evil.example', '/'],
      ['evil.example', '/'],
      ['', '/'],
    ])('can not lead elsewhere by `next` %j', async (next, where) => {
      const { end, error } = await signIn(stage, person('nina'), next);
      expect(error).toBeNull();
      expect(end.headers.get('location')).toBe(where);
      expect(end.url).toBe(stage.server.url + where);
    });

    it('can not have one address verified by what is said of another', async () => {
      // The provider's user info verifies Mallory's own address; the token names somebody else's, and verifies nothing.
      stage.provider.bendToken = (token) => {
        const { groups: _, ...claims } = parts(token)[1];
        return stage.provider.signToken({ ...claims, email: 'rich@example.com' });
      };
      const { error, browser } = await signIn(stage, person('mallory'));
      expect(error).toBe('email_unverified');
      expect((await me(stage, browser)).status).toBe(401);
      expect(await userOf('rich@example.com')).toBeUndefined();
    });

    it.each(['image', 'iframe', 'empty'])(
      'can not begin a sign-in from within a page of theirs (%s)',
      async (destination) => {
        const answer = await fetch(stage.server.url + begin(), {
          redirect: 'manual',
          headers: { 'sec-fetch-dest': destination, 'sec-fetch-site': 'cross-site' },
        });
        expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
        const followed = await fetch(stage.server.url + begin(), {
          redirect: 'manual',
          headers: { 'sec-fetch-dest': 'document', 'sec-fetch-site': 'cross-site' },
        });
        expect(followed.status).toBe(302);
      },
    );

    it('can not begin sign-ins without end', async () => {
      const { storage } = stage.server;
      const expiresAt = new Date(Date.now() + 60_000).toISOString();
      for (let index = 0; index < 100; index += 1) {
        await storage.singleSignOn.insertFlow({
          state: `flood ${index}`,
          provider: 'sso',
          returnTo: '/',
          workspace: null,
          identityId: null,
          address: '127.0.0.1',
          expiresAt,
        });
      }
      expect(errorOf(await openBrowser().visit(stage.server.url + begin()))).toBe('too_many_attempts');
      await storage.singleSignOn.deleteExpired(new Date(Date.now() + 3_600_000).toISOString());
      expect(errorOf(await openBrowser().visit(stage.server.url + begin()))).toBeNull();
    });

    it('finds nothing in the database that signs in', async () => {
      const { callback } = await untilCallback(stage, person('nina'));
      const flow = await stage.server.storage.singleSignOn.takeFlow(
        callback.searchParams.get('state')!,
        new Date().toISOString(),
      );
      expect(Object.keys(flow!).sort()).toEqual(['identityId', 'provider', 'returnTo', 'state', 'workspace']);
    });
  });

  describe('an account that was there before', () => {
    const ADMIN = { email: ADMINISTRATOR.email };

    it('is linked by its owner, who is signed in, and unlinked again', async () => {
      const own = person('ada', { ...ADMIN, email_verified: false });
      const browser = openBrowser();
      const session = await browser.visit(`${stage.server.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password }),
      });
      expect(session.status).toBe(200);
      const ask = (method: string, path: string) =>
        browser.visit(`${stage.server.url}/api/v1${path}`, {
          method,
          headers: { origin: stage.server.url, 'content-type': 'application/json' },
          ...(method === 'POST' && { body: '{}' }),
        });
      stage.provider.signedIn = own;
      const started = await ask('POST', '/me/sso/sso?next=/profile');
      const end = await browser.follow(JSON.parse(started.body).redirect, (url) => !isOnTheWay(url));
      expect(end.url).toBe(`${stage.server.url}/profile`);
      const links = JSON.parse((await ask('GET', '/me/sso')).body);
      expect(links.providers).toEqual([
        { name: 'sso', label: 'Acme', linked_at: expect.any(String), last_used_at: expect.any(String) },
      ]);
      // The last administrator keeps that right, whatever the groups say.
      const { browser: other } = await signIn(stage, own);
      expect(await me(stage, other)).toMatchObject({
        user: ADMIN,
        rights: expect.arrayContaining(['customise']),
      });
      expect((await userOf(ADMINISTRATOR.email))!.permission_sets).toEqual(['administrator']);
      expect((await ask('DELETE', '/me/sso/sso')).status).toBe(204);
      expect((await ask('DELETE', '/me/sso/sso')).status).toBe(404);
      expect((await signIn(stage, own)).error).toBe('email_unverified');
    });

    it('is not linked to an address of a domain that is not let in, nor let in without one', async () => {
      const { client, storage } = stage.server;
      const account = { email: 'quentin@example.com', password: 'a long enough password' };
      await client.createUser({ ...account, name: 'Quentin', permission_sets: ['read_only'] });
      const browser = openBrowser();
      const post = (path: string, body: object) =>
        browser.visit(`${stage.server.url}/api/v1${path}`, {
          method: 'POST',
          headers: { origin: stage.server.url, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      await post('/auth/login', account);
      const identity = (await storage.identities.findByEmail(account.email))!;
      stage.provider.signedIn = person('quentin', { email: 'quentin@elsewhere.example' });
      const started = await post('/me/sso/sso?next=/profile', {});
      const end = await browser.follow(JSON.parse(started.body).redirect, (url) => !isOnTheWay(url));
      expect(new URL(end.url).searchParams.get('sso_error')).toBe('domain_not_allowed');
      expect(await storage.singleSignOn.linksOf(identity.id)).toEqual([]);
      const { issuer } = stage.provider;
      await storage.singleSignOn.insertLink({ issuer, subject: 'sub-quentin', identityId: identity.id });
      expect((await signIn(stage, person('quentin', { email: undefined }))).error).toBe('email_missing');
      expect((await signIn(stage, person('quentin'))).error).toBeNull();
    });

    it('is not linked in the browser of somebody else', async () => {
      const { browser } = await signIn(stage, person('omar'));
      stage.provider.signedIn = person('mallory');
      const started = await browser.visit(`${stage.server.url}/api/v1/me/sso/sso`, {
        method: 'POST',
        headers: { origin: stage.server.url },
      });
      const back = await browser.follow(JSON.parse(started.body).redirect, (url) =>
        url.includes('/callback?'),
      );
      const session = browser
        .cookiesFor(stage.server.url)
        .find((each) => each.startsWith('trellis_session='))!;
      browser.setCookie(`${stage.server.url}/`, 'trellis_session=; Path=/; Max-Age=0');
      expect(session).toBeDefined();
      expect(errorOf(await browser.visit(back.url))).toBe('expired');
    });

    it('keeps its only way in', async () => {
      const { browser } = await signIn(stage, person('nina'));
      const { status } = await browser.visit(`${stage.server.url}/api/v1/me/sso/sso`, {
        method: 'DELETE',
        headers: { origin: stage.server.url },
      });
      expect(status).toBe(403);
    });

    it('is linked by its verified address once an administrator permits it', async () => {
      const { client } = stage.server;
      const user = await client.createUser({
        email: 'paula@example.com',
        name: 'Paula',
        permission_sets: ['read_only'],
      });
      expect((await signIn(stage, person('paula'))).error).toBe('not_linked');
      await expect(client.permitSso(user.id, 'nobody')).rejects.toMatchObject({ status: 404 });
      await expect(client.permitSso('nobody', 'sso')).rejects.toMatchObject({ status: 404 });
      await client.permitSso(user.id, 'sso');
      expect((await signIn(stage, person('paula', { email_verified: false }))).error).toBe(
        'email_unverified',
      );
      const { browser, error } = await signIn(stage, person('paula'));
      expect(error).toBeNull();
      expect(await me(stage, browser)).toMatchObject({ user: { id: user.id } });
    });
  });
});

describe('with other settings', () => {
  it('links by verified address where that is allowed, but never an emergency account', async () => {
    const stage = await openStage({
      TRELLIS_OIDC_LINK_BY_EMAIL: '1',
      TRELLIS_OIDC_CREATE_USERS: '0',
      TRELLIS_EMERGENCY_ACCOUNTS: ADMINISTRATOR.email,
      TRELLIS_SSO_ONLY: '1',
    });
    try {
      const { client } = stage.server;
      const user = await client.createUser({
        email: 'paula@example.com',
        name: 'Paula',
        password: 'a long enough password',
        permission_sets: ['read_only'],
      });
      expect((await signIn(stage, person('paula', { email_verified: false }))).error).toBe(
        'email_unverified',
      );
      const { browser } = await signIn(stage, person('paula', { email: 'Paula@Example.com' }));
      expect(await me(stage, browser)).toMatchObject({ user: { id: user.id } });
      expect((await signIn(stage, person('paula', { sub: 'another' }))).error).toBe('linked_otherwise');
      expect((await signIn(stage, person('stranger'))).error).toBe('no_account');
      const asEmergency = person('ada', { email: ADMINISTRATOR.email });
      expect((await signIn(stage, asEmergency)).error).toBe('not_linked');
      // Not by an administrator's word either, nor by one that was given before it became an emergency account.
      const emergency = (await client.me()).user.id;
      await expect(client.permitSso(emergency, 'sso')).rejects.toMatchObject({ status: 403 });
      const identity = (await stage.server.storage.identities.findByEmail(ADMINISTRATOR.email))!;
      const soon = new Date(Date.now() + 60_000).toISOString();
      await stage.server.storage.singleSignOn.permitLink(identity.id, stage.provider.issuer, soon);
      expect((await signIn(stage, asEmergency)).error).toBe('not_linked');
      // Only the emergency account has a password that counts, and nobody is told whose does.
      expect((await client.signInOptions()).is_sso_only).toBe(true);
      for (const [email, password] of [
        ['paula@example.com', 'a long enough password'],
        ['paula@example.com', 'a wrong password'],
        ['nobody@example.com', 'a wrong password'],
      ] as const) {
        await expect(stage.server.signIn(email, password)).rejects.toMatchObject({
          status: 401,
          problem: { code: 'invalid_credentials', detail: 'E-mail or password is wrong.' },
        });
      }
      // Nor is an invitation a way round: it would make a password, and a session.
      const guest = await client.createUser({ email: 'guest@example.com', name: 'Guest', invite: true });
      const token = guest.invitation!.link!.split('#')[1]!;
      await expect(
        client.acceptInvitation({ token, password: 'seven green bicycles' }),
      ).rejects.toMatchObject({ status: 403 });
      const admin = await stage.server.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
      expect((await admin.me()).user.email).toBe(ADMINISTRATOR.email);
    } finally {
      await stage.stop();
    }
  });

  it('leaves one of two ways in to somebody who takes both away at the same time', async () => {
    const stage = await openStage({}, { name: 'second', issuer: 'https://second.example' });
    try {
      const { browser } = await signIn(stage, person('nina'));
      const { storage, connectionString, url } = stage.server;
      const { id: identityId } = (await storage.identities.findByEmail('nina@example.com'))!;
      const second = { issuer: 'https://second.example', subject: 'sub-nina', identityId };
      await storage.singleSignOn.insertLink(second);
      const unlink = async (provider: string) => {
        const init = { method: 'DELETE', headers: { origin: url } };
        return (await browser.visit(`${url}/api/v1/me/sso/${provider}`, init)).status;
      };
      const statuses = await withDatabase(connectionString, async (client) => {
        // Both are held at the links themselves, past all that they looked at before.
        await client.query('begin');
        await client.query('select from platform.sso_link where identity_id = $1 for update', [identityId]);
        const both = Promise.all(['sso', 'second'].map(unlink));
        await expect
          .poll(async () => {
            const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
            return (await client.query(waiting)).rowCount;
          })
          .toBe(2);
        await client.query('commit');
        return both;
      });
      expect(statuses.toSorted()).toEqual([204, 403]);
      expect(await storage.singleSignOn.linksOf(identityId)).toHaveLength(1);
    } finally {
      await stage.stop();
    }
  });

  it('says that a provider can not be reached', async () => {
    const stage = await openStage({ TRELLIS_OIDC_ISSUER: 'http://127.0.0.1:9' });
    try {
      const visit = await openBrowser().visit(stage.server.url + begin());
      expect(errorOf(visit)).toBe('provider_unavailable');
    } finally {
      await stage.stop();
    }
  });

  it('believes no discovery document that names another issuer', async () => {
    const port = await freePort();
    const { createServer: createHttpServer } = await import('node:http');
    const liar = createHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          issuer: 'https://evil.example',
          authorization_endpoint: 'https://evil.example/auth',
          token_endpoint: 'https://evil.example/token',
        }),
      );
    });
    await new Promise<void>((resolve) => liar.listen(port, '127.0.0.1', resolve));
    const stage = await openStage({ TRELLIS_OIDC_ISSUER: `http://127.0.0.1:${port}` });
    try {
      expect(errorOf(await openBrowser().visit(stage.server.url + begin()))).toBe('provider_unavailable');
    } finally {
      await stage.stop();
      liar.close();
    }
  });
});
