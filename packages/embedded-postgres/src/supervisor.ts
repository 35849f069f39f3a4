/**
 * The application's side of the supervisor: starts it, hears it, tells it to stop, and replaces it when it is
 * killed (the new one adopts the server, which has gone on running). Does not keep the application's event
 * loop alive: an application that ends without `stop()` takes its server with it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgresError, folderError } from './errors.ts';
import type { ApplicationMessage, ServerAddress, ServerPlan, SupervisorMessage } from './protocol.ts';

export interface SupervisedServer {
  readonly address: ServerAddress;
  readonly version: string;
  /** Resolves when the server and its supervisor have ended. May be called again. */
  stop(): Promise<void>;
}

type Log = (line: string) => void;
type Ready = Extract<SupervisorMessage, { type: 'ready' }>;

/**
 * Runs a server under a supervisor.
 *
 * @throws EmbeddedPostgresError whatever the supervisor reports, or `POSTGRES_SUPERVISOR_FAILED`.
 */
export async function superviseServer(plan: ServerPlan, log: Log): Promise<SupervisedServer> {
  const first = launch(plan);
  const { address, version } = await firstReady(first, plan, log);
  let current = Promise.resolve(first);
  let stopping: Promise<void> | undefined;

  const attend = (child: ChildProcess) => {
    child.on('message', (message: SupervisorMessage) => {
      if (message.type === 'ready') log('PostgreSQL is up again');
    });
    child.once('exit', () => {
      if (stopping !== undefined) return;
      log('the PostgreSQL supervisor ended unexpectedly; starting another');
      current = replace();
    });
    setHold(child, false);
    return child;
  };

  const replace = async (): Promise<ChildProcess> => {
    for (;;) {
      const child = launch(plan);
      try {
        await firstReady(child, plan, log);
        return attend(child);
      } catch (error) {
        if (stopping !== undefined) return child; // it has ended, as was wanted
        log(`the PostgreSQL supervisor could not be replaced, trying on: ${(error as Error).message}`);
        await sleep(2000, undefined, { ref: false });
      }
    }
  };

  const stop = async (): Promise<void> => {
    const child = await current;
    if (child.exitCode !== null || child.signalCode !== null) return;
    setHold(child, true);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    send(child, { type: 'stop' });
    await ended;
  };

  attend(first);
  return {
    address,
    version,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function launch(plan: ServerPlan): ChildProcess {
  let log: number;
  try {
    mkdirSync(dirname(plan.logFile), { recursive: true });
    log = openSync(plan.logFile, 'a', 0o600);
  } catch (error) {
    throw folderError(dirname(plan.logFile), error);
  }
  // The application's own flags (--inspect, --max-old-space-size, a test runner's loaders) are not the supervisor's.
  const { NODE_OPTIONS: _, ...env } = process.env;
  // Where the application keeps its compiled code the supervisor does too: that spares it half of its start.
  const compiled = getCompileCacheDir();
  if (compiled !== undefined) env.NODE_COMPILE_CACHE = dirname(compiled);
  try {
    const child = fork(fileURLToPath(new URL('./supervisor-main.ts', import.meta.url)), [], {
      detached: true,
      execArgv: ['--max-old-space-size=64'],
      env,
      stdio: ['ignore', log, log, 'ipc'],
    });
    child.on('error', () => undefined); // a send to one that has died; its `exit` is what counts
    send(child, { type: 'start', plan });
    return child;
  } finally {
    closeSync(log);
  }
}

/** Resolves with the supervisor's first success; rejects with its failure. Passes its log lines on for good. */
function firstReady(child: ChildProcess, plan: ServerPlan, log: Log): Promise<Ready> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: SupervisorMessage) => {
      if (message.type === 'log') log(message.line);
      else if (message.type === 'ready') resolve(message);
      else if (message.type === 'failed') reject(new EmbeddedPostgresError(message.code, message.message));
    });
    child.once('exit', (code, signal) =>
      reject(
        new EmbeddedPostgresError(
          'POSTGRES_SUPERVISOR_FAILED',
          `The PostgreSQL supervisor ended before the server was up (${signal ?? `exit code ${code}`}). ` +
            `Start again; if it goes on, ${plan.logFile} tells more.`,
        ),
      ),
    );
  });
}

function send(child: ChildProcess, message: ApplicationMessage): void {
  if (child.connected) child.send(message, () => undefined);
}

/** Whether the supervisor keeps our event loop alive. */
function setHold(child: ChildProcess, isHeld: boolean): void {
  if (isHeld) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}
