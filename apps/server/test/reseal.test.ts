import { randomBytes } from 'node:crypto';
import { createSecretBox } from '@trellis/engine';
import { placeOfIdToken, placeOfSecondFactor } from '@trellis/identity';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resealPlatformSecrets } from '../src/reseal.ts';
import { ADMINISTRATOR, startTestServer, type TestServer } from './start-test-server.ts';

const [older, newer] = [randomBytes(32), randomBytes(32)];
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

it('what the platform keeps sealed is sealed anew, and what no key opens is counted and left', async () => {
  const { storage } = server;
  const old = createSecretBox([older]);
  const identity = (await storage.identities.findByEmail(ADMINISTRATOR.email))!;
  const at = new Date().toISOString();
  await storage.identities.offerSecondFactor(
    identity.id,
    old.seal('pending secret', placeOfSecondFactor(identity.id)),
  );
  // Beyond one batch.
  const tokens = Array.from({ length: 501 }, (_, index) => `token hash ${index}`);
  const ids: string[] = [];
  for (const tokenHash of tokens) {
    await storage.identities.insertSession({
      identityId: identity.id,
      workspace: 'main',
      tokenHash,
      createdAt: at,
      lastUsedAt: at,
      expiresAt: at,
      method: 'single_sign_on',
      userAgent: null,
      address: null,
    });
    const sessionId = await storage.singleSignOn.sessionIdOf(tokenHash);
    ids.push(sessionId);
    // The last one is of another place: it opens nowhere.
    const place = placeOfIdToken(ids.length === tokens.length ? 'elsewhere' : sessionId);
    await storage.singleSignOn.insertSession({
      sessionId,
      provider: 'sso',
      idToken: old.seal('id token', place),
    });
  }
  const ring = createSecretBox([newer, older]);
  expect(await resealPlatformSecrets(storage, ring)).toEqual({ resealed: 501, lost: 1 });
  expect(await resealPlatformSecrets(storage, ring)).toEqual({ resealed: 0, lost: 1 });
  const alone = createSecretBox([newer]);
  const factor = await storage.identities.findSecondFactor(identity.id);
  expect(alone.open(factor!.pendingSecret!, placeOfSecondFactor(identity.id))).toBe('pending secret');
  const session = await storage.singleSignOn.findSession(tokens[0]!);
  expect(alone.open(session!.idToken!, placeOfIdToken(ids[0]!))).toBe('id token');
});
