/**
 * Gets a data folder from whatever state a crash left it in to one server that takes connections: adopts a
 * server of ours that still runs, waits for one that is stopping, clears what a killed one left, or starts one.
 * Refuses to touch a server that Trellis did not start. Called with the folder's server lock held.
 */
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, ensureOwner } from './account.ts';
import type { ServerBinaries } from './binaries.ts';
import { inspectCluster } from './data-cluster.ts';
import { diskFull, EmbeddedPostgresError, tellsOfFullDisk } from './errors.ts';
import {
  clearRemains,
  type FoundPostmaster,
  findPostmaster,
  type Postmaster,
  recordedArguments,
  spawnPostmaster,
  watchPostmaster,
} from './postmaster.ts';
import { probeServer } from './probe.ts';
import { lastLogLines, logSize } from './server-log.ts';
import { isOurCommandLine, type ServerSettings, serverArguments } from './settings.ts';
import { socketPath } from './socket-directory.ts';

/** Everything about a folder that stays the same from one start of its server to the next. */
export interface Installation {
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly settings: ServerSettings;
  readonly ephemeral: boolean;
  readonly binaries: ServerBinaries;
  readonly account: Account;
  /** E.g. `18.4`. */
  readonly version: string;
  /** Undefined for TCP. */
  readonly socketDirectory: string | undefined;
  readonly port: number;
  readonly passwordFile: string | undefined;
}

type Tell = (line: string) => void;

const orphanMilliseconds = 30_000;
/** Crash recovery after much work takes minutes; as long as it goes on, we wait, up to this. */
const recoveryMilliseconds = 15 * 60_000;
const pollMilliseconds = 15;

/** Failures that end by themselves once the processes of a killed server have noticed. */
const passing = /pre-existing shared memory block|lock file "[^"]*" already exists|Address already in use/;

/**
 * The server of this folder, ready; or, when `stop` is aborted meanwhile, whatever there is of it, to be stopped.
 *
 * @throws EmbeddedPostgresError `POSTGRES_START_FAILED` with the server's last words, `POSTGRES_ORPHAN_STUCK`,
 *   `POSTGRES_DATA_IN_USE`, `POSTGRES_DISK_FULL`, and what `inspectCluster` refuses.
 */
export async function bringUp(
  installation: Installation,
  tell: Tell,
  stop: AbortSignal,
): Promise<Postmaster> {
  const giveUpAt = Date.now() + orphanMilliseconds;
  for (;;) {
    const found = await findPostmaster(installation.dataDirectory);
    if (found !== undefined) {
      const adopted = await adopt(found, installation, { tell, stop, giveUpAt });
      if (adopted !== undefined) return adopted;
      continue;
    }
    const started = await start(installation, stop);
    if ('postmaster' in started) return started.postmaster;
    if (!started.isPassing || Date.now() > giveUpAt || stop.aborted) throw started.error;
    await sleep(200);
  }
}

interface Adoption {
  readonly tell: Tell;
  readonly stop: AbortSignal;
  readonly giveUpAt: number;
}

/** Waits until the found server answers or ends; undefined when it has ended. */
async function adopt(
  found: FoundPostmaster,
  installation: Installation,
  { tell, stop, giveUpAt }: Adoption,
): Promise<Postmaster | undefined> {
  const { dataDirectory } = installation;
  if (found.commandLine !== '' && !isOurCommandLine(found.commandLine)) {
    throw new EmbeddedPostgresError(
      'POSTGRES_DATA_IN_USE',
      `A PostgreSQL server that Trellis did not start (process ${found.pid}) runs on ${dataDirectory}. ` +
        `Stop it first: kill -INT ${found.pid}`,
    );
  }
  const postmaster = watchPostmaster(found.pid, dataDirectory);
  if (!(await isStartedAlike(found, installation))) {
    tell(`stopping PostgreSQL ${found.pid} of an earlier run: it has other settings`);
    process.kill(found.pid, 'SIGINT');
  }
  for (;;) {
    if (stop.aborted) return postmaster;
    const now = await findPostmaster(dataDirectory);
    if (now?.pid !== found.pid) return undefined;
    if (
      now.status === 'ready' &&
      (await isStartedAlike(now, installation)) &&
      (await answers(installation))
    ) {
      tell(`adopted PostgreSQL ${found.pid} of an earlier run`);
      return postmaster;
    }
    if (now.status !== 'starting' && Date.now() > giveUpAt) {
      throw new EmbeddedPostgresError(
        'POSTGRES_ORPHAN_STUCK',
        `PostgreSQL of an earlier run (process ${found.pid}) still runs on ${dataDirectory} and neither answers ` +
          `nor ends. End it: kill -QUIT ${found.pid} (nothing saved is lost), then start again.`,
      );
    }
    await sleep(100);
  }
}

async function isStartedAlike(found: FoundPostmaster, installation: Installation): Promise<boolean> {
  const { socketDirectory, binaries, dataDirectory, settings, ephemeral } = installation;
  // Over TCP the port is chosen anew at each start; we only adopt with the port that is promised now.
  const args = serverArguments(
    { dataDirectory, socketDirectory, port: installation.port },
    settings,
    ephemeral,
  );
  return found.commandLine === (await realpath(binaries.postgres)) + recordedArguments(args);
}

type Started = { readonly postmaster: Postmaster } | { readonly error: Error; readonly isPassing: boolean };

async function start(installation: Installation, stop: AbortSignal): Promise<Started> {
  const { dataDirectory, socketDirectory, account, binaries, logFile, port, settings, ephemeral } =
    installation;
  if ((await inspectCluster(dataDirectory)) === 'absent') {
    // It was there when we began. To make an empty one now would look like a loss of all data.
    return { error: failure(`the folder ${dataDirectory} has disappeared`, ''), isPassing: false };
  }
  await ensureOwner(account, dataDirectory);
  await clearRemains(dataDirectory, socketDirectory);
  const logOffset = await logSize(logFile);
  const args = serverArguments({ dataDirectory, socketDirectory, port }, settings, ephemeral);
  const postmaster = await spawnPostmaster({ account, binaries, arguments: args, logFile });
  const end = await becomesReady(postmaster, installation, stop);
  if (end === undefined) return { postmaster };
  const words = await lastLogLines(logFile, logOffset);
  if (tellsOfFullDisk(words)) {
    return { error: diskFull(dataDirectory), isPassing: false };
  }
  return { error: failure(end, words, installation), isPassing: passing.test(words) };
}

/** Undefined once the server takes connections or we are told to stop; else how it ended. */
async function becomesReady(
  postmaster: Postmaster,
  installation: Installation,
  stop: AbortSignal,
): Promise<string | undefined> {
  let end: string | undefined;
  void postmaster.exited.then((how) => {
    end = how;
  });
  const giveUpAt = Date.now() + recoveryMilliseconds;
  while (end === undefined) {
    if (stop.aborted) return undefined;
    const found = await findPostmaster(installation.dataDirectory);
    if (found?.status === 'ready' && (await answers(installation))) return undefined;
    if (Date.now() > giveUpAt) {
      process.kill(postmaster.pid, 'SIGQUIT');
      await postmaster.exited;
      return 'not ready after 15 minutes';
    }
    await sleep(pollMilliseconds);
  }
  return end;
}

async function answers({ socketDirectory, port }: Installation): Promise<boolean> {
  const socket = socketDirectory === undefined ? undefined : socketPath(socketDirectory, port);
  return (await probeServer({ socket, port })) === 'ready';
}

function failure(how: string, words: string, at?: Installation): EmbeddedPostgresError {
  const remedy =
    at === undefined ? '' : ` If the data folder is damaged, restore a backup. Its log is ${at.logFile}.`;
  const quote = words === '' ? '' : ` It said:\n${words}`;
  return new EmbeddedPostgresError(
    'POSTGRES_START_FAILED',
    `PostgreSQL did not start (${how}).${remedy}${quote}`,
  );
}

/** A TCP port that is free now. (Only for Windows; elsewhere the server has no port.) */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
