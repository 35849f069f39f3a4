/** The door of `@trellis/embedded-postgres`: a real PostgreSQL server for a data folder, with no installation. */
export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './errors.ts';
export type { HeldFileLock } from './file-lock.ts';
export { lockDataDirectory } from './lock-data-directory.ts';
export type { ServerAddress } from './protocol.ts';
export type { ServerSettings } from './settings.ts';
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './start.ts';
