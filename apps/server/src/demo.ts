/**
 * Loads the demo records in the background, as `npm run demo` does: a process of its own that speaks to this server
 * over HTTP, so that reading the files takes nothing from those who work meanwhile.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from './logging.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'cli', 'src', 'main.ts');

/** Starts the load under the given session; the returned function ends it early. */
export function startDemo(options: {
  readonly url: string;
  readonly session: string;
  readonly log: Logger;
}): () => void {
  const { url, session, log } = options;
  log.info('Loading the demo records in the background.');
  // Nothing of our environment is passed on but what is needed: it holds the database's password.
  const environment = { PATH: process.env.PATH, TRELLIS_URL: url, TRELLIS_SESSION: session, NO_COLOR: '1' };
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, 'demo'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => line.trim() !== '' && log.info(`Demo: ${line}`));
  }
  child.on('error', (error) => log.warn({ err: error }, 'The demo records could not be loaded.'));
  child.on('exit', (code, signal) => {
    if (code === 0) log.info('The demo records are loaded.');
    else if (signal === null) log.warn(`The demo records were not all loaded (exit code ${code}).`);
  });
  return () => void child.kill();
}
