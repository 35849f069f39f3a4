/**
 * Single sign-on by OpenID Connect: authorisation code with PKCE, state and nonce.
 *
 * A sign-in under way is one secret in a cookie of the browser that began it. State, nonce and code verifier are
 * derived from it; the store knows the state, for one use. So an answer counts once, in the browser that asked for it,
 * and a stolen database signs nobody in.
 *
 * A provider is believed about a person (issuer and subject) only once that person is linked to an identity. Linked are:
 * newcomers, at their first coming; who is signed in and asks for it; who has an account with the same verified address,
 * where the settings or an administrator allow it, and never an emergency account.
 */
import { createHmac } from 'node:crypto';
import { normaliseEmail } from './identity.ts';
import { hashToken, newToken } from './sessions.ts';
import { SignOnError } from './sso-errors.ts';
import { type Claims, createProviderClient, type ProviderClient, type SsoProvider } from './sso-provider.ts';
import type { StoredIdentity } from './store.ts';
import { networkOf } from './throttle.ts';

/** What is kept for it; storage's `SsoStore` with `findByEmail` of the identities fits this shape by structure. */
export interface SignOnStore {
  findByEmail(email: string): Promise<StoredIdentity | undefined>;
  insertFlow(flow: {
    readonly state: string;
    readonly provider: string;
    readonly returnTo: string;
    readonly workspace: string | null;
    readonly identityId: string | null;
    readonly address: string;
    readonly expiresAt: string;
  }): Promise<void>;
  takeFlow(
    state: string,
    now: string,
  ): Promise<
    | {
        readonly provider: string;
        readonly returnTo: string;
        readonly workspace: string | null;
        readonly identityId: string | null;
      }
    | undefined
  >;
  countFlows(address: string, now: string): Promise<number>;
  findLink(
    issuer: string,
    subject: string,
  ): Promise<{ readonly identityId: string; readonly identity: StoredIdentity } | undefined>;
  touchLink(issuer: string, subject: string, at: string): Promise<void>;
  linksOf(identityId: string): Promise<readonly SignOnLink[]>;
  insertLink(link: {
    readonly issuer: string;
    readonly subject: string;
    readonly identityId: string;
  }): Promise<boolean>;
  deleteLink(
    link: { readonly issuer: string; readonly identityId: string },
    unlessLastOf: readonly string[] | undefined,
  ): Promise<boolean>;
  permitLink(identityId: string, issuer: string, expiresAt: string): Promise<void>;
  takePermission(identityId: string, issuer: string, now: string): Promise<boolean>;
  sessionIdOf(tokenHash: string): Promise<string>;
  insertSession(session: {
    readonly sessionId: string;
    readonly provider: string;
    readonly idToken: string | null;
  }): Promise<void>;
  findSession(
    tokenHash: string,
  ): Promise<
    { readonly sessionId: string; readonly provider: string; readonly idToken: string | null } | undefined
  >;
  deleteExpired(now: string): Promise<void>;
}

export interface SignOnLink {
  readonly issuer: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
}

export interface SingleSignOnOptions {
  readonly store: SignOnStore;
  readonly providers: readonly SsoProvider[];
  /** Where browsers find this installation: `https://crm.example.com`. */
  readonly origin: string;
  /** Path below the origin that providers send browsers back to; `{provider}` stands for the name. */
  readonly callbackPath: string;
  /** Path that providers send browsers to after signing out. */
  readonly signedOutPath: string;
  /** Addresses of emergency accounts, which no provider gets by address alone. */
  readonly emergencyEmails: readonly string[];
  /** Seals ID tokens; without it they are not kept. */
  readonly secrets?:
    | { seal(text: string, place: string): string; open(sealed: string, place: string): string }
    | undefined;
  /** For tests. */
  readonly now?: () => number;
}

/** Somebody whom a provider vouches for, and what they wanted. */
export interface Arrival {
  readonly provider: SsoProvider;
  readonly claims: Claims;
  /** A path of this installation. */
  readonly returnTo: string;
  readonly workspace: string | undefined;
  /** Set: they are signed in with this identity already, and link the provider to it. */
  readonly linksTo: string | undefined;
}

/** Who it is: an identity that is linked by now, or somebody new. */
export type Recognised =
  | { readonly identity: StoredIdentity }
  | { readonly newcomer: { readonly email: string; readonly name: string } };

export type SingleSignOn = ReturnType<typeof createSingleSignOn>;

const FLOW_SECONDS = 10 * 60;
const PERMISSION_SECONDS = 7 * 24 * 60 * 60;
/** Sign-ins that one network may have under way. */
const MAX_FLOWS = 100;

export function createSingleSignOn(options: SingleSignOnOptions) {
  const { store, origin } = options;
  const now = options.now ?? Date.now;
  const clients = new Map(options.providers.map((each) => [each.name, createProviderClient(each, now)]));
  const emergencyEmails = new Set(options.emergencyEmails.map(normaliseEmail));
  const instant = (afterSeconds = 0) => new Date(now() + afterSeconds * 1000).toISOString();

  function requireClient(name: string): ProviderClient {
    const client = clients.get(name);
    if (!client) throw new SignOnError('unknown_provider', 'There is no sign-in provider of this name.');
    return client;
  }

  function flowOf(secret: string, provider: string) {
    const derive = (what: string) => createHmac('sha256', secret).update(what).digest('base64url');
    return {
      redirectUri: origin + options.callbackPath.replace('{provider}', provider),
      state: derive('state'),
      nonce: derive('nonce'),
      codeVerifier: derive('code verifier'),
    };
  }

  /**
   * Begins a sign-in. `secret` is for a cookie of this browser, `url` is where to send it.
   *
   * @throws SignOnError `unknown_provider`, `provider_unavailable`, `too_many_attempts`
   */
  async function begin(request: {
    readonly provider: string;
    readonly returnTo: string;
    readonly workspace?: string | undefined;
    readonly address: string;
    readonly linksTo?: string | undefined;
  }): Promise<{ readonly secret: string; readonly url: string; readonly seconds: number }> {
    const client = requireClient(request.provider);
    const address = networkOf(request.address);
    if ((await store.countFlows(address, instant())) >= MAX_FLOWS)
      throw new SignOnError(
        'too_many_attempts',
        'Too many sign-ins were begun from your network. Wait a while.',
      );
    const secret = newToken();
    const flow = flowOf(secret, request.provider);
    const url = await client.authorizationUrl(flow);
    await store.insertFlow({
      state: flow.state,
      provider: request.provider,
      returnTo: localPath(request.returnTo),
      workspace: request.workspace ?? null,
      identityId: request.linksTo ?? null,
      address,
      expiresAt: instant(FLOW_SECONDS),
    });
    return { secret, url, seconds: FLOW_SECONDS };
  }

  /**
   * Takes what a provider sent the browser back with: once, and only in the browser that began.
   *
   * @throws SignOnError `unknown_provider`, `expired`, `cancelled`, `refused`, `provider_unavailable`
   */
  async function arrive(request: {
    readonly provider: string;
    readonly query: URLSearchParams;
    readonly secret: string | undefined;
  }): Promise<Arrival> {
    const client = requireClient(request.provider);
    const flow = flowOf(request.secret ?? '', request.provider);
    const states = request.query.getAll('state');
    const isOwn = request.secret !== undefined && states.length === 1 && states[0] === flow.state;
    const begun = isOwn ? await store.takeFlow(flow.state, instant()) : undefined;
    if (begun?.provider !== request.provider)
      throw new SignOnError('expired', 'This sign-in is not under way any more. Begin again.');
    const claims = await client.claims(flow, request.query).catch((error: unknown) => {
      const { returnTo, identityId } = begun;
      if (error instanceof SignOnError) error.begun = { returnTo, isLinking: identityId !== null };
      throw error;
    });
    return {
      provider: client.provider,
      claims,
      returnTo: begun.returnTo,
      workspace: begun.workspace ?? undefined,
      linksTo: begun.identityId ?? undefined,
    };
  }

  /**
   * Says who an arrival is, and links them where that is safe.
   *
   * @throws SignOnError with the codes that speak of addresses, accounts and links
   */
  async function recognise({ provider, claims, linksTo }: Arrival): Promise<Recognised> {
    const { issuer } = provider;
    const { subject } = claims;
    const email = claims.email === undefined ? undefined : normaliseEmail(claims.email);
    const link = await store.findLink(issuer, subject);
    if (link || linksTo !== undefined) checkDomain(provider, email);
    if (linksTo !== undefined && link?.identityId !== linksTo) {
      if (link || !(await store.insertLink({ issuer, subject, identityId: linksTo })))
        throw linkedOtherwise();
      return recognise({ provider, claims, linksTo: undefined } as Arrival);
    }
    if (link) {
      if (!link.identity.isActive) throw inactive();
      await store.touchLink(issuer, subject, instant());
      return { identity: link.identity };
    }
    if (email === undefined) throw noEmail();
    if (!claims.isEmailVerified)
      throw new SignOnError('email_unverified', 'The provider has not verified your e-mail address.');
    checkDomain(provider, email);
    const identity = await store.findByEmail(email);
    if (!identity) {
      if (!provider.createsUsers)
        throw new SignOnError('no_account', 'There is no account for you. Ask an administrator for one.');
      return { newcomer: { email, name: (claims.name ?? email.split('@')[0]!).slice(0, 200) } };
    }
    if (!identity.isActive) throw inactive();
    const isAllowed =
      !emergencyEmails.has(normaliseEmail(identity.email)) &&
      (provider.linksByEmail || (await store.takePermission(identity.id, issuer, instant())));
    if (!isAllowed) {
      throw new SignOnError(
        'not_linked',
        'There is an account with your address already. Sign in to it and link it, or ask an administrator.',
      );
    }
    if (!(await store.insertLink({ issuer, subject, identityId: identity.id }))) throw linkedOtherwise();
    return { identity };
  }

  /** Notes that a session came from a provider, so that signing out can end the provider's session as well. */
  async function remember(token: string, { provider, claims }: Arrival): Promise<void> {
    const sessionId = await store.sessionIdOf(hashToken(token));
    const idToken = options.secrets?.seal(claims.idToken, placeOfIdToken(sessionId)) ?? null;
    await store.insertSession({ sessionId, provider: provider.name, idToken });
  }

  /**
   * Where the browser must go to sign out at the provider that a session came from; undefined for other sessions, and
   * where the provider has no such address or can't be reached. To be asked before the session ends.
   */
  async function endSessionUrl(token: string): Promise<string | undefined> {
    if (clients.size === 0) return undefined;
    const session = await store.findSession(hashToken(token));
    const client = session && clients.get(session.provider);
    if (!client) return undefined;
    try {
      const { idToken: sealed, sessionId } = session;
      const idToken = sealed === null ? undefined : options.secrets?.open(sealed, placeOfIdToken(sessionId));
      return await client.endSessionUrl({ idToken, returnTo: origin + options.signedOutPath });
    } catch {
      return undefined;
    }
  }

  return {
    /** In the order of the settings. */
    providers: options.providers.map(({ name, label }) => ({ name, label })),
    begin,
    arrive,
    recognise,
    remember,
    endSessionUrl,
    /** Links of an identity to providers that are (still) configured. */
    async linksOf(identityId: string) {
      const links = await store.linksOf(identityId);
      return options.providers.flatMap(({ name, label, issuer }) => {
        const link = links.find((each) => each.issuer === issuer);
        return link
          ? [{ provider: name, label, createdAt: link.createdAt, lastUsedAt: link.lastUsedAt }]
          : [];
      });
    },
    /**
     * `only_way`: nothing was done, because no other provider would be left and there is no `hasOtherWay`. This holds for
     * two links that are taken away at the same time as well. @throws SignOnError `unknown_provider`
     */
    async unlink(
      identityId: string,
      provider: string,
      { hasOtherWay }: { readonly hasOtherWay: boolean },
    ): Promise<'unlinked' | 'not_linked' | 'only_way'> {
      const { issuer } = requireClient(provider).provider;
      const issuers = options.providers.map((each) => each.issuer);
      if (await store.deleteLink({ issuer, identityId }, hasOtherWay ? undefined : issuers))
        return 'unlinked';
      const links = await store.linksOf(identityId);
      return links.some((link) => link.issuer === issuer) ? 'only_way' : 'not_linked';
    },
    /** Lets the person with the identity's verified address be linked within seven days. @throws SignOnError `unknown_provider` */
    permit: async (identityId: string, provider: string) =>
      store.permitLink(identityId, requireClient(provider).provider.issuer, instant(PERMISSION_SECONDS)),
    /** Forgets what has expired; to be called now and then. */
    sweep: () => store.deleteExpired(instant()),
  };
}

/** What a sealed ID token is bound to. */
export function placeOfIdToken(sessionId: string): string {
  return `platform/sso_session/${sessionId}/id_token`;
}

/**
 * A path below our own origin, or `/`: browsers take `//elsewhere`, `/\elsewhere` and `/<tab>/elsewhere` for another
 * origin, so what is sent on is what the parser of addresses made of it.
 */
export function localPath(given: string): string {
  const base = 'http://local.invalid';
  if (!given.startsWith('/') || given.length > 2000 || !URL.canParse(given, base)) return '/';
  const { origin, pathname, search, hash: fragment } = new URL(given, base);
  if (origin !== base || pathname.startsWith('//')) return '/';
  return pathname + search + fragment;
}

function checkDomain(provider: SsoProvider, email: string | undefined): void {
  if (provider.domains.length === 0) return;
  if (email === undefined) throw noEmail();
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (!provider.domains.includes(domain))
    throw new SignOnError('domain_not_allowed', 'Addresses of your domain are not let in.');
}

function noEmail(): SignOnError {
  return new SignOnError('email_missing', 'The provider gave no e-mail address.');
}

function inactive(): SignOnError {
  return new SignOnError('account_inactive', 'Your account is switched off.');
}

function linkedOtherwise(): SignOnError {
  return new SignOnError(
    'linked_otherwise',
    'This sign-in is linked to another account, or the account to another sign-in.',
  );
}
