/**
 * A PostgreSQL server for a data folder: the one entrance. Comes in: the folder and wishes. Goes out: where to
 * connect, and the way to stop. The work is done by the supervisor process; this side only checks and asks.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { processIdentity } from './processes.ts';
import type { ServerAddress, ServerPlan } from './protocol.ts';
import { checkSettings, type ServerSettings } from './settings.ts';
import { superviseServer } from './supervisor.ts';

export interface EmbeddedPostgresOptions {
  /** The data folder, e.g. `.data/postgres`; made when missing. Log and locks are written beside it. */
  readonly dataDirectory: string;
  /** Hears what the supervisor has to tell (a new folder, an adoption, a restart). */
  readonly log?: (line: string) => void;
  /** PostgreSQL settings that differ from the defaults. */
  readonly settings?: ServerSettings;
  /** For tests: nothing is synced to disk, so that a power cut may cost the data. */
  readonly ephemeral?: boolean;
}

export interface EmbeddedPostgres {
  readonly connection: ServerAddress;
  /** For `pg` and for psql alike. */
  readonly connectionString: string;
  /** E.g. `18.4`. */
  readonly version: string;
  /** Stops the server, after which the folder is free. Close the pools first. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the server of `dataDirectory`, making the folder when it is missing, or takes over the one that a
 * killed application left running. Ready for connections when it resolves.
 *
 *     const server = await startEmbeddedPostgres({ dataDirectory: '.data/postgres' });
 *     const pool = new Pool({ connectionString: server.connectionString });
 *     pool.on('error', () => {}); // or a restart of the server would end the process
 *
 * The server lives until `stop()`, or until this process ends in whatever way. Should PostgreSQL die before,
 * it is started again at the same address.
 *
 * @throws EmbeddedPostgresError with any code of the list in errors.ts.
 */
export function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return startServer(options, process.platform === 'win32' ? 'tcp' : 'socket');
}

/** `startEmbeddedPostgres` with the way to connect as a parameter, so that Windows' way can be tested elsewhere. */
export async function startServer(
  options: EmbeddedPostgresOptions,
  transport: ServerPlan['transport'],
): Promise<EmbeddedPostgres> {
  const settings = options.settings ?? {};
  checkSettings(settings);
  const dataDirectory = realDataDirectory(options.dataDirectory);
  const plan: ServerPlan = {
    dataDirectory,
    logFile: join(dirname(dataDirectory), 'postgres.log'),
    transport,
    settings,
    ephemeral: options.ephemeral ?? false,
    application: await processIdentity(),
  };
  const { address, version, stop } = await superviseServer(plan, options.log ?? (() => undefined));
  return { connection: address, connectionString: connectionString(address), version, stop };
}

/** One folder, one name: locks and adoption compare paths. What does not exist yet has no links in it. */
function realDataDirectory(directory: string): string {
  const path = resolve(directory);
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realDataDirectory(parent), basename(path));
  }
}

/** A socket's folder goes into `host`; the URL's own host is then a mere placeholder. */
function connectionString({ host, port, user, database, password }: ServerAddress): string {
  const url = new URL(`postgresql://${user}@localhost:${port}/${database}`);
  if (password === undefined) url.searchParams.set('host', host);
  else Object.assign(url, { hostname: host, password });
  // `+` means a space in forms only: libpq would take it literally.
  return url.href.replaceAll('+', '%20');
}
