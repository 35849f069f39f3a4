/**
 * A server in a process of its own, as the benchmark needs it: started on a free port, waited for, measured, ended
 * by SIGTERM. Its output goes to a file, as production's goes to a collector.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerProcess {
  readonly origin: string;
  readonly pid: number;
  /** From the start of the process to the first good answer at `readyPath`. */
  readonly startMilliseconds: number;
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  readonly name: string;
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Answers anything below 500 when the server can serve. */
  readonly readyPath: string;
  readonly logFile: string;
  /** Given: a CPU profile is written here when the server ends. */
  readonly profileDirectory?: string | undefined;
}

const PATIENCE_MILLISECONDS = 120_000;

export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const port = await freePort();
  const log = openSync(options.logFile, 'a');
  const profile =
    options.profileDirectory === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${options.profileDirectory}`, '--cpu-prof-interval=500'];
  const begin = performance.now();
  const child = spawn(process.execPath, [...profile, options.script], {
    env: {
      ...process.env,
      ...options.environment,
      PORT: String(port),
      HOST: '127.0.0.1',
      NODE_ENV: 'production',
    },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const stopWithUs = () => child.kill('SIGKILL');
  process.on('exit', stopWithUs);
  const origin = `http://127.0.0.1:${port}`;
  await untilReady(child, options, `${origin}${options.readyPath}`);
  return {
    origin,
    pid: child.pid!,
    startMilliseconds: performance.now() - begin,
    stop: async () => {
      process.off('exit', stopWithUs);
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function untilReady(child: ChildProcess, options: ServerProcessOptions, url: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      const output = readFileSync(options.logFile, 'utf8').slice(-3_000);
      throw new Error(
        `${options.name} did not become ready. Its log (${options.logFile}) ends with:\n${output}`,
      );
    }
    try {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.status < 500) return;
    } catch {
      // Nobody listens yet.
    }
    await sleep(10);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}
