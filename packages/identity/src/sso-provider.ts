/**
 * One OpenID provider, spoken to by the certified client library, which is loaded at the first need. In: what the
 * settings say of the provider. Out: addresses to send browsers to, and claims that were verified: signature (also
 * where the token came over TLS), algorithm, issuer, audience, nonce, times, and the code by PKCE.
 *
 * Everything that is fetched lies where the provider's own discovery document says; the document is taken only from
 * the configured issuer and only if it names that issuer.
 */
import type { Configuration, UserInfoResponse } from 'openid-client';
import { SignOnError } from './sso-errors.ts';

/** What the settings say of a provider. */
export interface SsoProvider {
  /** In addresses and settings: `sso`, `google`. */
  readonly name: string;
  /** On the button. */
  readonly label: string;
  /** `https`, or `http` on this very machine. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  /** Lower case. Empty: addresses of all domains are taken. */
  readonly domains: readonly string[];
  /** Addresses count as verified although the provider does not say so. */
  readonly trustsEmail: boolean;
  /** Who has an account with the same verified address gets it. */
  readonly linksByEmail: boolean;
  /** Who has no account gets one. */
  readonly createsUsers: boolean;
  /** The claim that lists a person's groups; dots lead into objects. */
  readonly groupsClaim: string;
}

/** What a provider vouches for. */
export interface Claims {
  readonly subject: string;
  readonly email: string | undefined;
  readonly isEmailVerified: boolean;
  readonly name: string | undefined;
  readonly groups: readonly string[];
  readonly idToken: string;
}

export interface Flow {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** How long a discovery document is believed. */
const CONFIGURATION_MILLISECONDS = 60 * 60 * 1000;
const TIMEOUT_SECONDS = 10;
const CLOCK_TOLERANCE_SECONDS = 30;
const MAX_GROUPS = 5000;

export type ProviderClient = ReturnType<typeof createProviderClient>;

export function createProviderClient(provider: SsoProvider, now: () => number) {
  let known: { readonly configuration: Promise<Configuration>; readonly until: number } | undefined;

  /** The provider's discovery document, asked for once an hour. A failure is not remembered. */
  function configuration(): Promise<Configuration> {
    if (known && known.until > now()) return known.configuration;
    const asked = { configuration: discover(provider), until: now() + CONFIGURATION_MILLISECONDS };
    known = asked;
    asked.configuration.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.configuration;
  }

  return {
    provider,

    /** Where to send the browser. @throws SignOnError `provider_unavailable` */
    async authorizationUrl(flow: Flow): Promise<string> {
      const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await import('openid-client');
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: flow.redirectUri,
        response_type: 'code',
        scope: provider.scopes,
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await calculatePKCECodeChallenge(flow.codeVerifier),
        code_challenge_method: 'S256',
      });
      return url.href;
    },

    /**
     * Exchanges what the browser brought back. `query` is that of the redirect.
     *
     * @throws SignOnError `cancelled`, `refused`, `provider_unavailable`
     */
    async claims(flow: Flow, query: URLSearchParams): Promise<Claims> {
      const { authorizationCodeGrant, fetchUserInfo } = await import('openid-client');
      const client = await configuration();
      const back = new URL(flow.redirectUri);
      back.search = query.toString();
      try {
        const tokens = await authorizationCodeGrant(client, back, {
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          pkceCodeVerifier: flow.codeVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims()!;
        const isAsked = claims.email === undefined || groupsIn(claims, provider.groupsClaim) === undefined;
        const more =
          isAsked && client.serverMetadata().userinfo_endpoint !== undefined
            ? await fetchUserInfo(client, tokens.access_token, claims.sub)
            : undefined;
        return readClaims([claims, more ?? {}], provider, tokens.id_token!);
      } catch (error) {
        throw translate(error);
      }
    },

    /** Where the provider ends its own session, or undefined where it has no such address. @throws for one that is no page */
    async endSessionUrl(options: {
      readonly idToken: string | undefined;
      readonly returnTo: string;
    }): Promise<string | undefined> {
      const client = await configuration();
      if (client.serverMetadata().end_session_endpoint === undefined) return undefined;
      const { buildEndSessionUrl } = await import('openid-client');
      return buildEndSessionUrl(client, {
        post_logout_redirect_uri: options.returnTo,
        ...(options.idToken !== undefined && { id_token_hint: options.idToken }),
      }).href;
    },
  };
}

async function discover(provider: SsoProvider): Promise<Configuration> {
  const library = await import('openid-client');
  const { allowInsecureRequests, ClientSecretBasic, ClientSecretPost, clockTolerance, discovery, None } =
    library;
  const issuer = new URL(provider.issuer);
  const plain = issuer.protocol === 'http:' ? [allowInsecureRequests] : [];
  try {
    const found = await discovery(issuer, provider.clientId, undefined, undefined, {
      execute: plain,
      timeout: TIMEOUT_SECONDS,
    });
    const server = found.serverMetadata();
    // Without a list, RFC 8414 says `client_secret_basic`.
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const secret = provider.clientSecret;
    const authentication =
      secret === undefined
        ? None()
        : methods.includes('client_secret_basic')
          ? ClientSecretBasic(secret)
          : ClientSecretPost(secret);
    const metadata = { [clockTolerance]: CLOCK_TOLERANCE_SECONDS };
    const configuration = new library.Configuration(server, provider.clientId, metadata, authentication);
    configuration.timeout = TIMEOUT_SECONDS;
    for (const allow of plain) allow(configuration);
    // Without it a token that came straight from the token endpoint is believed whatever its signature.
    library.enableNonRepudiationChecks(configuration);
    return configuration;
  } catch (error) {
    throw new SignOnError(
      'provider_unavailable',
      'The sign-in provider does not answer as it should.',
      error,
    );
  }
}

/** `said` in two documents of one person: the ID token, and the answer of the provider about them; the first counts. */
function readClaims(
  said: readonly (Readonly<Record<string, unknown>> | UserInfoResponse)[],
  provider: SsoProvider,
  idToken: string,
): Claims {
  const text = (value: unknown) =>
    typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  const claims: Readonly<Record<string, unknown>> = Object.assign({}, ...said.toReversed());
  const { sub, email, name, given_name: given, family_name: family } = claims;
  const fullName = [text(given), text(family)].filter((part) => part !== undefined).join(' ');
  // What verifies an address stands beside that very address. Some providers send the text.
  const isVerified = said.some(
    (each) =>
      each.email === email && (each.email_verified === true || String(each.email_verified) === 'true'),
  );
  return {
    subject: String(sub),
    email: text(email),
    isEmailVerified: isVerified || provider.trustsEmail,
    name: text(name) ?? text(fullName),
    groups: groupsIn(claims, provider.groupsClaim) ?? [],
    idToken,
  };
}

/** The texts under a claim; undefined when it is not there. */
function groupsIn(claims: unknown, path: string): readonly string[] | undefined {
  let value = claims;
  // A claim may have dots in its name, as those that are addresses have.
  const steps = isOwn(claims, path) ? [path] : path.split('.');
  for (const step of steps) {
    if (!isOwn(value, step)) return undefined;
    value = value[step];
  }
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return [];
  return value.filter((each): each is string => typeof each === 'string').slice(0, MAX_GROUPS);
}

function isOwn(value: unknown, key: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

/** What the library threw, in our words. The cause is for the log; people read the code's sentence. */
function translate(error: unknown): SignOnError {
  if (error instanceof SignOnError) return error;
  const { name, code, error: said } = error as { name?: string; code?: string; error?: string };
  if (said === 'access_denied' || said === 'login_required' || said === 'interaction_required')
    return new SignOnError('cancelled', 'The provider did not sign you in.', error);
  if (
    said === 'server_error' ||
    said === 'temporarily_unavailable' ||
    code === 'OAUTH_TIMEOUT' ||
    name === 'TypeError'
  )
    return new SignOnError(
      'provider_unavailable',
      'The sign-in provider does not answer as it should.',
      error,
    );
  return new SignOnError('refused', 'The answer of the sign-in provider can not be trusted.', error);
}
