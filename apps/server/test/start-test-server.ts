/**
 * A seeded server on a free port with a database of its own, for any test that speaks HTTP:
 *
 *     const server = await startTestServer({ packages: ['crm'] });
 *     await server.client.create('account', { name: 'Acme' });
 *     await server.stop();
 *
 * `client` is signed in as the administrator `ada@example.com`.
 */
import { type Client, createClient } from '@trellis/api';
import { createEngine, createSecretBox, type Engine, type FileSettings } from '@trellis/engine';
import { createIdentity, hashPassword, type ThrottleRules } from '@trellis/identity';
import type { Component } from '@trellis/metadata';
import { createStorage, type Storage } from '@trellis/storage';
import { createTestDatabase } from '@trellis/testing';
import type { FastifyInstance } from 'fastify';
import { createApp } from '../src/app.ts';
import type { HubRules } from '../src/event-hub.ts';
import { createMailRoom } from '../src/mail/mail-room.ts';
import { createMailer } from '../src/mail/mailer.ts';
import { readSettings, type Settings } from '../src/settings.ts';
import { passwordRule } from '../src/single-sign-on.ts';
import { readStandardPackage } from '../src/standard-packages.ts';

export const ADMINISTRATOR = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' };

export interface TestServerOptions {
  /** Packages of `metadata/` to install into `main`, such as `crm`. */
  readonly packages?: readonly string[];
  /** Components to publish into `main`. */
  readonly components?: readonly Component[];
  /** False: nobody is there yet, and `client` is not signed in. */
  readonly administrator?: boolean;
  /** True: jobs are run, as they are by a real server. */
  readonly runsJobs?: boolean;
  readonly settings?: Partial<Settings>;
  /** Any free one unless given. */
  readonly port?: number;
  readonly files?: FileSettings;
  readonly webFolder?: string;
  readonly throttle?: ThrottleRules;
  readonly now?: () => number;
  readonly onSetUp?: () => void;
  readonly hubRules?: HubRules;
  /** One unless given; undefined: there is none. */
  readonly secretKeys?: readonly [Buffer, ...Buffer[]] | undefined;
}

export interface TestServer {
  readonly url: string;
  readonly client: Client;
  readonly app: FastifyInstance;
  readonly engine: Engine;
  readonly storage: Storage;
  readonly connectionString: string;
  /** A client of its own, signed in. */
  signIn(email: string, password: string, workspace?: string): Promise<Client>;
  stop(): Promise<void>;
}

const TEST_KEYS = [Buffer.alloc(32, 7)] as const satisfies readonly [Buffer];
let passwordHash: Promise<string> | undefined;

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const database = await createTestDatabase();
  const secretKeys = Object.hasOwn(options, 'secretKeys') ? options.secretKeys : TEST_KEYS;
  const storage = await createStorage({ connectionString: database.connectionString, poolSize: 5 });
  const settings = { ...readSettings({}).settings, ...options.settings };
  const identity = createIdentity({
    store: storage.identities,
    idleSeconds: settings.sessionIdleSeconds,
    absoluteSeconds: settings.sessionSeconds,
    sleep: async () => undefined,
    takesPassword: passwordRule(settings),
    ...(options.throttle && { throttle: options.throttle }),
    ...(options.now && { now: options.now }),
    ...(secretKeys && { secrets: createSecretBox(secretKeys) }),
  });
  const mailer = createMailer(settings);
  const mail =
    mailer &&
    createMailRoom({ engine: () => engine, storage, identity, mailer, publicUrl: settings.publicUrl! });
  const engine: Engine = createEngine({
    storage,
    jobKinds: mail ? [mail.kind] : [],
    systemPackage: readStandardPackage('system'),
    ...(options.files && { files: options.files }),
    secretKeys,
  });
  const workspace =
    (await storage.workspaces.find('main')) ??
    (await engine.createWorkspace({ name: 'main', label: 'Main' }));
  const system = { kind: 'system', workspace, reason: 'test' } as const;
  for (const name of options.packages ?? [])
    await engine.metadata.installPackage(system, readStandardPackage(name));
  if (options.components) await engine.metadata.publish(system, { components: options.components });
  const isSeeded = options.administrator !== false;
  if (isSeeded) {
    passwordHash ??= hashPassword(ADMINISTRATOR.password);
    const { name, email } = ADMINISTRATOR;
    await engine.createFirstAdministrator({ name, email, passwordHash: await passwordHash });
  }
  const stopHearing = await storage.identities.onAnnouncement(identity.forget);
  const workers = options.runsJobs ? engine.startWorkers({ roundMilliseconds: 50 }) : undefined;
  const { webFolder, onSetUp } = options;
  const app = await createApp({
    engine,
    storage,
    identity,
    settings,
    secrets: secretKeys && createSecretBox(secretKeys),
    webFolder,
    mail: mail?.room,
    ...(onSetUp && { onSetUp }),
    ...(options.hubRules && { hubRules: options.hubRules }),
  });
  const url = await app.listen({ port: options.port ?? 0, host: '127.0.0.1' });
  const newClient = (inWorkspace?: string) =>
    createClient({ origin: url, keepsCookies: true, ...(inWorkspace && { workspace: inWorkspace }) });
  const client = newClient();
  if (isSeeded) await client.login({ email: ADMINISTRATOR.email, password: ADMINISTRATOR.password });
  return {
    url,
    client,
    app,
    engine,
    storage,
    connectionString: database.connectionString,
    async signIn(email, password, inWorkspace) {
      const other = newClient(inWorkspace);
      await other.login({ email, password });
      return other;
    },
    async stop() {
      await app.close();
      await stopHearing();
      mailer?.close();
      await workers?.stop();
      await engine.close();
      await storage.close();
      await database.drop();
    },
  };
}
