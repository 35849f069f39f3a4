/** What a provider says of itself is believed only as far as it can do no harm here. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProviderClient, type SsoProvider } from './sso-provider.ts';

let endSession = '';
let issuer: string;
const server = createServer((_request, response) => {
  const document = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ ...document, end_session_endpoint: endSession }));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

it.each([
  ['https://login.example/out', true],
  ['javascript:alert(document.domain)//', false],
  ['data:text/html,<script>alert(1)</script>', false],
])('a browser that signs out is sent to a page, never to a script (%s)', async (address, isFollowed) => {
  endSession = address;
  const provider = { name: 'sso', issuer, clientId: 'trellis', clientSecret: 'x' } as SsoProvider;
  const asked = createProviderClient(provider, Date.now).endSessionUrl({
    idToken: undefined,
    returnTo: 'https://crm.example/login',
  });
  if (isFollowed) expect(await asked).toMatch(/^https:\/\/login\.example\/out\?/);
  else await expect(asked).rejects.toThrow();
});
