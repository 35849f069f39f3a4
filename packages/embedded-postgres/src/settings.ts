/**
 * The server's settings: our defaults, the caller's changes, and what neither may change. They are given on
 * the command line, not in postgresql.conf, so that a new version of Trellis brings its settings along.
 * `cluster_name` marks a server as ours: a server without it is never adopted and never stopped.
 */
import { totalmem } from 'node:os';
import { EmbeddedPostgresError } from './errors.ts';

export type ServerSettings = Readonly<Record<string, string | number | boolean>>;

export interface ServerAddressing {
  readonly dataDirectory: string;
  /** Where the socket lies, or undefined for TCP on 127.0.0.1. */
  readonly socketDirectory: string | undefined;
  readonly port: number;
}

const clusterName = 'trellis';
const megabyte = 1024 * 1024;

/** For tests. Less memory too: the server touches its share at each start, which takes time. */
const ephemeralSettings: ServerSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
};

/** Settings the launcher itself depends on. */
const reserved = new Set([
  'cluster_name',
  'config_file',
  'data_directory',
  'external_pid_file',
  'hba_file',
  'listen_addresses',
  'logging_collector',
  'port',
  'unix_socket_directories',
  'unix_socket_permissions',
]);

/**
 * Checks what the caller wants changed. Values are PostgreSQL's to check.
 *
 * @throws EmbeddedPostgresError `POSTGRES_SETTING_INVALID`.
 */
export function checkSettings(settings: ServerSettings): void {
  for (const name of Object.keys(settings)) {
    if (!/^[a-z_][a-z0-9_.]*$/.test(name)) {
      throw new EmbeddedPostgresError(
        'POSTGRES_SETTING_INVALID',
        `"${name}" is not the name of a PostgreSQL setting. Names look like shared_buffers.`,
      );
    }
    if (reserved.has(name)) {
      throw new EmbeddedPostgresError(
        'POSTGRES_SETTING_INVALID',
        `The setting ${name} is the launcher's own. Leave it out, or run a server of your own (DATABASE_URL).`,
      );
    }
  }
}

/** The server's arguments: `-D <folder> -c name=value ...`, always in the same order. */
export function serverArguments(
  at: ServerAddressing,
  settings: ServerSettings,
  ephemeral: boolean,
): string[] {
  const all: ServerSettings = {
    ...defaultSettings(),
    ...(ephemeral ? ephemeralSettings : {}),
    ...settings,
    cluster_name: clusterName,
    port: at.port,
    ...(at.socketDirectory === undefined
      ? { listen_addresses: '127.0.0.1', unix_socket_directories: '' }
      : {
          listen_addresses: '',
          unix_socket_directories: quoteListItem(at.socketDirectory),
          unix_socket_permissions: '0700',
        }),
  };
  const pairs = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${settingText(value)}`]);
  return ['-D', at.dataDirectory, ...pairs];
}

/** Whether a command line, as postmaster.opts has it, is one of ours. */
export function isOurCommandLine(commandLine: string): boolean {
  return commandLine.includes(`"cluster_name=${clusterName}"`);
}

function defaultSettings(): ServerSettings {
  // A container's limit counts, not the machine's memory; without a limit Node reports an absurd number.
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const sharedBuffers = Math.max(32, Math.min(1024, Math.floor(memory / 4 / megabyte)));
  return {
    max_connections: 100,
    shared_buffers: `${sharedBuffers}MB`,
    effective_cache_size: `${Math.max(64, Math.floor(memory / 2 / megabyte))}MB`,
    maintenance_work_mem: `${Math.max(16, Math.min(128, Math.floor(memory / 32 / megabyte)))}MB`,
    // A publish may touch the tables and indexes of hundreds of objects in one transaction.
    max_locks_per_transaction: 2048,
    max_wal_size: '2GB',
    random_page_cost: 1.1,
    jit: 'off', // the packages bring no LLVM
    autovacuum_naptime: '15s',
    autovacuum_vacuum_scale_factor: 0.02,
    autovacuum_vacuum_insert_scale_factor: 0.05,
    autovacuum_analyze_scale_factor: 0.02,
    autovacuum_vacuum_cost_limit: 1000,
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%d ',
    log_checkpoints: 'off',
  };
}

/** unix_socket_directories is a comma-separated list of identifiers; quotes keep a path with a comma whole. */
function quoteListItem(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

function settingText(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}
