/**
 * Brings everything up in order and takes it down in the opposite one. In: settings and a log. Out: the address, and
 * the way to stop. Whatever fails on the way up takes down what was up already.
 */
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ADMINISTRATOR } from '@trellis/access';
import { lockDataDirectory, startEmbeddedPostgres } from '@trellis/embedded-postgres';
import { createEngine, createSecretBox, type Engine } from '@trellis/engine';
import { createIdentity, type Identity } from '@trellis/identity';
import { createStorage, type Storage } from '@trellis/storage';
import type { FastifyInstance } from 'fastify';
import { createApp } from './app.ts';
import { createAuditUpkeep } from './audit-upkeep.ts';
import { startDemo } from './demo.ts';
import { createFileStore } from './file-store.ts';
import { FIRST_WORKSPACE, installStandard, makeAdministrator } from './install.ts';
import type { Logger } from './logging.ts';
import { createMailRoom } from './mail/mail-room.ts';
import { createMailer } from './mail/mailer.ts';
import { keepSecretsCurrent } from './reseal.ts';
import { readSecretKeys } from './secret-keys.ts';
import type { Settings } from './settings.ts';
import { passwordRule } from './single-sign-on.ts';
import { readStandardPackage } from './standard-packages.ts';

export interface RunningServer {
  /** Where it can be reached from this machine, or the public URL where there is one. */
  readonly url: string;
  readonly needsSetUp: boolean;
  /** Stops taking requests, finishes those under way, and closes everything. */
  stop(reason: string): Promise<void>;
}

const WEB_FOLDER = join(import.meta.dirname, '..', '..', 'web', 'dist');
const FINISH_MILLISECONDS = 10_000;
const SWEEP_MILLISECONDS = 60 * 60 * 1000;

export async function startServer(settings: Settings, log: Logger): Promise<RunningServer> {
  const closers: { readonly what: string; close(): unknown }[] = [];
  const closeAll = async () => {
    for (const { what, close } of closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        log.warn({ err: error }, `Closing the ${what} failed.`);
      }
    }
  };
  const opened = <T>(what: string, thing: T, close: (thing: T) => unknown): T => {
    closers.push({ what, close: () => close(thing) });
    return thing;
  };

  try {
    const connectionString = settings.databaseUrl ?? (await startDatabase(settings, log, opened));
    const storage = opened(
      'storage',
      await createStorage({
        connectionString,
        poolSize: settings.poolSize,
        statementTimeoutMilliseconds: settings.querySeconds * 1000,
        scanLimit: settings.scanLimit,
        log: (message, details) => log.warn({ details }, message),
      }),
      (each) => each.close(),
    );
    for (const warning of storage.capabilities.warnings) log.warn(warning);
    const secretKeys = await readSecretKeys(settings);
    const secrets = secretKeys && createSecretBox(secretKeys);
    const identity = createIdentity({
      store: storage.identities,
      idleSeconds: settings.sessionIdleSeconds,
      absoluteSeconds: settings.sessionSeconds,
      takesPassword: passwordRule(settings),
      secrets,
    });
    const mailer = createMailer(settings, (message) => log.info(message));
    if (mailer) opened('mailer', mailer, (each) => each.close());
    const mail =
      mailer &&
      createMailRoom({ engine: () => engine, storage, identity, mailer, publicUrl: settings.publicUrl! });
    const engine: Engine = opened(
      'engine',
      createEngine({
        storage,
        systemPackage: readStandardPackage('system'),
        secretKeys,
        jobKinds: mail ? [mail.kind] : [],
        files: { store: createFileStore(settings, storage), mostBytes: settings.mostFileBytes },
        log: {
          info: (message, details) => log.info({ ...details }, message),
          warn: (message, details) => log.warn({ ...details }, message),
        },
      }),
      (each) => each.close(),
    );
    const stopHearing = await storage.identities.onAnnouncement(identity.forget);
    opened('news of people', stopHearing, (stop) => stop());
    const keepAudit = createAuditUpkeep(engine, settings, log);
    const sweepAll = async () => {
      await identity.sweep();
      await storage.singleSignOn.deleteExpired(new Date().toISOString());
      await keepSecretsCurrent(storage, secrets, log);
      for (const workspace of await storage.workspaces.list()) {
        await engine.files.sweep(workspace);
        await keepAudit(workspace);
        await engine.retention.keepHouse(workspace);
      }
    };
    const sweep = setInterval(
      () => void sweepAll().catch((error: unknown) => log.warn({ err: error }, 'Sweeping failed.')),
      SWEEP_MILLISECONDS,
    ).unref();
    opened('sweeper', sweep, clearInterval);

    await installStandard({ engine, storage }, log);
    let needsSetUp = (await storage.identities.countIdentities()) === 0;
    if (needsSetUp && settings.administrator) {
      await makeAdministrator(engine, settings.administrator, log);
      needsSetUp = false;
    }
    storage.startMaintenance();
    engine
      .renewStorage()
      .catch((error: unknown) =>
        log.warn({ err: error }, 'Whether an older version has generated something could not be seen.'),
      );
    keepSecretsCurrent(storage, secrets, log).catch((error: unknown) =>
      log.warn({ err: error }, 'Sealing secrets with the newest key failed; it is tried again in an hour.'),
    );
    if (settings.jobWorkers > 0) {
      const workers = engine.startWorkers({ concurrency: settings.jobWorkers });
      opened('job workers', workers, (each) => each.stop());
    }

    let url = '';
    const loadDemo = () => {
      if (!settings.loadsDemo) return;
      openAdministratorSession(engine, storage, identity).then(
        (session) => opened('demo', startDemo({ url: localAddress(app), session, log }), (end) => end()),
        (error: unknown) => log.warn({ err: error }, 'The demo records could not be loaded.'),
      );
    };
    const webFolder = existsSync(WEB_FOLDER) ? WEB_FOLDER : undefined;
    const app = await createApp({
      engine,
      storage,
      identity,
      settings,
      secrets,
      webFolder,
      mail: mail?.room,
      logger: log,
      onSetUp: loadDemo,
    });
    await listen(app, settings);
    url = settings.publicUrl?.origin ?? localAddress(app);
    if (!needsSetUp) loadDemo();
    else if (isReachable(settings)) {
      log.warn(
        'Whoever opens the address first becomes the administrator. Go there now, or set TRELLIS_ADMIN_EMAIL.',
      );
    }
    return {
      url,
      needsSetUp,
      async stop(reason) {
        log.info(`Stopping (${reason}).`);
        await finishRequests(app, log);
        await closeAll();
        log.info('Stopped.');
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Starts the embedded PostgreSQL in the data folder, which is ours alone from then on. */
async function startDatabase(
  { dataDirectory }: Settings,
  log: Logger,
  opened: <T>(what: string, thing: T, close: (thing: T) => unknown) => T,
): Promise<string> {
  opened('lock of the data folder', await lockDataDirectory(dataDirectory), (lock) => lock.release());
  const postgres = await startEmbeddedPostgres({
    dataDirectory: join(dataDirectory, 'postgres'),
    log: (line) => log.info(`PostgreSQL: ${line}`),
  });
  opened('PostgreSQL', postgres, (each) => each.stop());
  return postgres.connectionString;
}

/** On every interface unless told otherwise: IPv6 and IPv4 where the machine has both. */
async function listen(app: FastifyInstance, { port, host }: Settings): Promise<void> {
  if (host !== undefined) return void (await app.listen({ port, host }));
  try {
    await app.listen({ port, host: '::' });
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') throw error;
    await app.listen({ port, host: '0.0.0.0' });
  }
}

function localAddress(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  if (address === '::' || address === '0.0.0.0') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function isReachable({ host }: Settings): boolean {
  return host !== '127.0.0.1' && host !== '::1' && host !== 'localhost';
}

/** Lets requests under way finish, for ten seconds; connections that wait for nothing are closed at once. */
async function finishRequests(app: FastifyInstance, log: Logger): Promise<void> {
  const deadline = setTimeout(() => {
    log.warn('Some requests did not finish in time and were cut off.');
    app.server.closeAllConnections();
  }, FINISH_MILLISECONDS);
  // A connection whose last request has just been answered would be kept for the next one otherwise.
  const hurry = setInterval(() => app.server.closeIdleConnections(), 50);
  await app.close();
  clearInterval(hurry);
  clearTimeout(deadline);
}

/** A session of an administrator of the first workspace, for the loader of the demo records. */
async function openAdministratorSession(
  engine: Engine,
  storage: Storage,
  identity: Identity,
): Promise<string> {
  const workspace = await storage.workspaces.find(FIRST_WORKSPACE);
  const users = await engine.users.list({ kind: 'system', workspace: workspace!, reason: 'demo records' });
  const administrator = users.find((user) => user.isActive && user.permissionSets.includes(ADMINISTRATOR));
  const behind = administrator && (await storage.identities.findIdentityOfUser(workspace!, administrator.id));
  if (!behind) throw new Error('There is no administrator in whose name they could be loaded.');
  const { token } = await identity.openSession({
    identityId: behind.id,
    workspace: FIRST_WORKSPACE,
    address: 'server',
    userAgent: 'demo loader',
    method: 'platform',
  });
  return token;
}
