/**
 * A real OpenID provider (the certified `oidc-provider`) on a free port of this machine, whose people are chosen by the
 * test: whoever is `signedIn` there is let in at once, without a form.
 *
 * A test may bend what leaves it (`bendToken`): the provider then is an adversary with a real one's keys.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'oidc-provider';

export interface ProviderPerson {
  /** The provider's own name for them. */
  readonly sub: string;
  readonly email?: string | undefined;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who is signed in there; undefined: the person turns back. */
  signedIn: ProviderPerson | undefined;
  /** Changes the ID token that the token endpoint answers with. */
  bendToken: ((idToken: string) => string | Promise<string>) | undefined;
  /** An ID token with these claims, signed with the provider's real key. */
  signToken(claims: object): string;
  /** What was asked at the authorisation endpoint, newest last. */
  readonly asked: readonly URLSearchParams[];
  stop(): Promise<void>;
}

/** A port that was free a moment ago: the provider must know a server's address before the server starts. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** `origin` is that of the Trellis server; `providerName` the name by which that knows the provider. */
export async function startIdentityProvider(options: {
  readonly origin: string;
  readonly providerName?: string;
}): Promise<IdentityProvider> {
  const { default: Provider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clientId = 'trellis';
  const clientSecret = 'a secret between the two';
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'the only one';
  const asked: URLSearchParams[] = [];
  const people = new Map<string, ProviderPerson>();
  const handle = {
    signedIn: undefined as ProviderPerson | undefined,
    bendToken: undefined as IdentityProvider['bendToken'],
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${options.origin}/api/v1/auth/sso/${options.providerName ?? 'sso'}/callback`],
        post_logout_redirect_uris: [`${options.origin}/login`],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } as JWK] },
    pkce: { required: () => true },
    claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['only for tests'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, sub) => {
      const person = people.get(sub);
      return person && { accountId: sub, claims: () => ({ ...person }) };
    },
  });
  // Its own hints about production go nowhere: this one is for tests.
  provider.use(async (context, next) => {
    if (context.path === '/auth') asked.push(new URLSearchParams(context.querystring));
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (context.path === '/token' && body?.id_token !== undefined && handle.bendToken)
      body.id_token = await handle.bendToken(body.id_token);
  });

  /** Answers the provider's question who somebody is, and whether they agree, for `signedIn`. */
  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const details = await provider.interactionDetails(request, response);
    const person = handle.signedIn;
    if (!person) {
      const refusal = { error: 'access_denied', error_description: 'The person turned back.' };
      return provider.interactionFinished(request, response, refusal);
    }
    people.set(person.sub, person);
    const grant = new provider.Grant({ accountId: person.sub, clientId });
    grant.addOIDCScope(String(details.params.scope));
    grant.addOIDCClaims(['groups']);
    const result = { login: { accountId: person.sub }, consent: { grantId: await grant.save() } };
    return provider.interactionFinished(request, response, result);
  }

  const callback = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response);
    interact(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  return Object.assign(handle, {
    issuer,
    clientId,
    clientSecret,
    asked,
    signToken(claims: object) {
      const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
      const input = `${encode({ alg: 'RS256', typ: 'JWT', kid })}.${encode(claims)}`;
      return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
