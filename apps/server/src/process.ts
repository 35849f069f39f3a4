/**
 * The server process: settings → data folder → PostgreSQL → storage → engine → installation → HTTP, and the same way
 * back on SIGINT and SIGTERM. A fault on the way up is one clear sentence and exit code 1. Imported by `main.ts`.
 */
import { inspect } from 'node:util';
import { EmbeddedPostgresError } from '@trellis/embedded-postgres';
import { StorageError } from '@trellis/storage';
import { createLogger } from './logging.ts';
import { type RunningServer, startServer } from './server.ts';
import { readSettings, SettingsError } from './settings.ts';
import { keepMemoryTidy } from './tidy-memory.ts';

/** A second signal so soon is the same Ctrl-C, delivered by npm as well as by the terminal. */
const SAME_SIGNAL_MILLISECONDS = 2000;

const began = performance.now();
let server: Promise<RunningServer> | undefined;
let stoppingSince: number | undefined;

function stop(signal: NodeJS.Signals): void {
  const now = performance.now();
  if (stoppingSince !== undefined) {
    if (now - stoppingSince > SAME_SIGNAL_MILLISECONDS) process.exit(1);
    return;
  }
  stoppingSince = now;
  // One that is still starting is let come up first: what is half started can't be stopped in order.
  (server ?? Promise.resolve(undefined))
    .then((running) => running?.stop(signal))
    .then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
}

/** Says what is wrong in one sentence where it is something that people can mend, else with the stack. */
function fail(error: unknown): never {
  if (error instanceof SettingsError) console.error(`Trellis can't start:\n  ${error.faults.join('\n  ')}`);
  else console.error(`Trellis can't start: ${explain(error)}`);
  process.exit(1);
}

function explain(error: unknown): string {
  if (error instanceof EmbeddedPostgresError) return error.message;
  const { code, port, address } = (error ?? {}) as { code?: unknown; port?: unknown; address?: unknown };
  if (code === 'EADDRINUSE') {
    return `Port ${String(port)} is in use. Stop what listens there, or choose another with PORT.`;
  }
  if (code === 'EACCES' && port !== undefined)
    return `This user may not listen on port ${String(port)}. Choose one above 1023 with PORT.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `This machine has no address ${String(address ?? '')} (HOST).`;
  if (error instanceof StorageError) {
    const reason = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return `${error.message}${reason} Check DATABASE_URL.`;
  }
  return inspect(error);
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);

try {
  const { settings, warnings } = readSettings(process.env, { isTerminal: process.stdout.isTTY === true });
  const log = createLogger(settings);
  for (const warning of warnings) log.warn(warning);
  process.on('unhandledRejection', (error) =>
    log.error({ err: error }, 'A promise was rejected and nobody noticed.'),
  );
  server = startServer(settings, log);
  const { url, needsSetUp } = await server;
  keepMemoryTidy((before, after) => log.debug({ before, after }, 'Memory was given back to the system.'));
  log.info({ ms: Math.round(performance.now() - began) }, 'Started.');
  // Not through the log: it is the one line that must be seen at any log level.
  console.log(
    `\n  Trellis is running at ${url}${needsSetUp ? '  (open it to make the administrator)' : ''}\n`,
  );
} catch (error) {
  fail(error);
}
