/**
 * Keeps one server up for a data folder until told to stop: the supervisor's work, apart from its IPC.
 * The folder's server lock is held throughout, so that only one supervisor ever acts on a folder. A first
 * start that fails is an error; after that, a server that dies is started again, for as long as it takes.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { bringUp, freePort, type Installation } from './bring-up.ts';
import { createCluster, databaseName, databaseUser, inspectCluster } from './data-cluster.ts';
import { folderError } from './errors.ts';
import { type HeldFileLock, isHolderAlive, readLockHolder, tryFileLock } from './file-lock.ts';
import { inUse } from './lock-data-directory.ts';
import { stopPostmaster } from './postmaster.ts';
import { isSameProcessAlive } from './processes.ts';
import type { ServerAddress, ServerPlan, SupervisorMessage } from './protocol.ts';
import { noteInLog, rotateLog } from './server-log.ts';
import { chooseSocketDirectory, removeSocketDirectory, socketPort } from './socket-directory.ts';

const formerSupervisorMilliseconds = 30_000;
const longestBackOffMilliseconds = 10_000;
/** A server that ran this long has earned an immediate restart. */
const steadyMilliseconds = 60_000;

/**
 * Brings the server up, reports it, restarts it when it dies, and stops it when `stop` is aborted.
 *
 * @throws EmbeddedPostgresError when the first start fails.
 */
export async function keepServer(
  plan: ServerPlan,
  report: (message: SupervisorMessage) => void,
  stop: AbortSignal,
): Promise<void> {
  const tell = (line: string) => {
    report({ type: 'log', line });
    void noteInLog(plan.logFile, line);
  };
  await mkdir(dirname(plan.dataDirectory), { recursive: true }).catch((error: unknown) => {
    throw folderError(plan.dataDirectory, error);
  });
  const lock = await takeServerLock(plan, stop);
  if (lock === undefined) return;
  let installation: Installation | undefined;
  try {
    installation = await prepare(plan, stop, tell);
    await runUntilStopped(installation, { report, tell, stop });
  } catch (error) {
    if (!stop.aborted) throw error; // told to stop meanwhile: then nobody waits for the outcome
  } finally {
    if (installation?.socketDirectory !== undefined) {
      await removeSocketDirectory(installation.socketDirectory, plan.dataDirectory);
    }
    await lock.release();
  }
}

interface Reporting {
  readonly report: (message: SupervisorMessage) => void;
  readonly tell: (line: string) => void;
  readonly stop: AbortSignal;
}

async function runUntilStopped(installation: Installation, { report, tell, stop }: Reporting): Promise<void> {
  const { dataDirectory, binaries, version } = installation;
  const stopped = aborted(stop);
  let failures = 0;
  for (let isFirst = true; !stop.aborted; isFirst = false) {
    try {
      const postmaster = await bringUp(installation, tell, stop);
      const upSince = Date.now();
      if (!stop.aborted) report({ type: 'ready', address: await addressOf(installation), version });
      const end = await Promise.race([postmaster.exited, stopped]);
      if (stop.aborted) {
        await stopPostmaster(postmaster, dataDirectory, binaries);
        return;
      }
      failures = Date.now() - upSince > steadyMilliseconds ? 0 : failures + 1;
      tell(`PostgreSQL ${postmaster.pid} ended unexpectedly (${end}); starting it again`);
    } catch (error) {
      if (isFirst || stop.aborted) throw error;
      failures += 1;
      tell(
        `PostgreSQL could not be started again, trying on: ${error instanceof Error ? error.message : error}`,
      );
    }
    const pause = failures <= 1 ? 0 : Math.min(longestBackOffMilliseconds, 100 * 2 ** failures);
    await Promise.race([sleep(pause), stopped]);
  }
}

/** A former supervisor may still be stopping its server; one whose application lives has the folder rightly. */
async function takeServerLock(plan: ServerPlan, stop: AbortSignal): Promise<HeldFileLock | undefined> {
  const file = `${plan.dataDirectory}.lock`;
  const giveUpAt = Date.now() + formerSupervisorMilliseconds;
  while (!stop.aborted) {
    const lock = await tryFileLock(file, plan.application);
    if (lock !== undefined) return lock;
    const holder = await readLockHolder(file);
    const application = holder?.application;
    const isRightful =
      application !== undefined &&
      holder !== undefined &&
      (await isHolderAlive(holder)) &&
      (await isSameProcessAlive(application));
    if (isRightful || Date.now() > giveUpAt) throw inUse(plan.dataDirectory, holder);
    await sleep(25);
  }
  return undefined;
}

async function prepare(
  plan: ServerPlan,
  stop: AbortSignal,
  tell: (line: string) => void,
): Promise<Installation> {
  const { dataDirectory, logFile, transport, settings, ephemeral } = plan;
  const binaries = await findBinaries();
  const { account, version } = chooseAccount(binaries, dirname(dataDirectory));
  const passwordFile = transport === 'tcp' ? `${dataDirectory}.password` : undefined;
  await rotateLog(logFile).catch(() => undefined);
  if ((await inspectCluster(dataDirectory)) === 'absent') {
    tell(`making a new PostgreSQL ${version} data folder at ${dataDirectory}`);
    await createCluster({ dataDirectory, account, binaries, ephemeral, passwordFile, stop });
  }
  const socketDirectory =
    transport === 'tcp' ? undefined : await chooseSocketDirectory(dataDirectory, account, binaries);
  const port = transport === 'tcp' ? await freePort() : socketPort;
  return {
    dataDirectory,
    logFile,
    settings,
    ephemeral,
    binaries,
    account,
    version,
    socketDirectory,
    port,
    passwordFile,
  };
}

async function addressOf(installation: Installation): Promise<ServerAddress> {
  const { socketDirectory, port, passwordFile } = installation;
  return {
    host: socketDirectory ?? '127.0.0.1',
    port,
    user: databaseUser,
    database: databaseName,
    ...(passwordFile === undefined ? {} : { password: await readFile(passwordFile, 'utf8') }),
  };
}

function aborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('stop');
    signal.addEventListener('abort', () => resolve('stop'), { once: true });
  });
}
