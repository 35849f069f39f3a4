/**
 * Finds out what the database can do. Nothing is required beyond PostgreSQL 15 with UTF-8; what is missing is
 * said in one sentence each and done without.
 */
import type pg from 'pg';
import { queryObjects } from './connections.ts';
import { StorageError } from './errors.ts';
import type { Capabilities } from './storage.ts';

export interface DatabaseFeatures extends Capabilities {
  /** Schema of the extension pg_trgm, whose operator class indexes name. */
  readonly trigramSchema: string | undefined;
  /** Whether roles can be made, for a second wall between workspaces; only the probe knows. */
  readonly canMakeRoles?: boolean;
}

/** Installs the trusted extension for text search where that is allowed. */
export async function installExtensions(client: pg.ClientBase): Promise<void> {
  try {
    await queryObjects(client, 'create extension if not exists pg_trgm', []);
  } catch {
    // `probe` reports what is missing.
  }
}

/** @throws StorageError `unsupported_server` below PostgreSQL 15 or with an encoding other than UTF-8. */
export async function probe(client: pg.ClientBase): Promise<DatabaseFeatures> {
  const [row] = (await queryObjects(
    client,
    `select current_setting('server_version_num')::int as version,
            current_setting('server_encoding') as encoding,
            (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
              where e.extname = 'pg_trgm') as trigram_schema,
            exists (select from pg_collation where collname = 'und-x-icu') as has_icu,
            (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as can_make_roles`,
    [],
  )) as readonly {
    version: number;
    encoding: string;
    trigram_schema: string | null;
    has_icu: boolean;
    can_make_roles: boolean;
  }[];
  if (!row || row.version < 150_000) {
    throw new StorageError('unsupported_server', 'Trellis needs PostgreSQL 15 or newer.');
  }
  if (row.encoding !== 'UTF8') {
    throw new StorageError(
      'unsupported_server',
      `The database must be encoded in UTF8, not ${row.encoding}.`,
    );
  }
  const warnings: string[] = [];
  if (row.trigram_schema === null) {
    warnings.push(
      'The extension pg_trgm is missing, so text search scans whole tables: run `create extension pg_trgm`.',
    );
  }
  if (!row.has_icu) {
    warnings.push(
      'The server was built without ICU, so text is sorted and its case ignored by the database’s own locale.',
    );
  }
  if (!row.can_make_roles) {
    warnings.push(
      'The database role may not make roles, so workspaces are kept apart by the application alone: grant it CREATEROLE.',
    );
  }
  return {
    canMakeRoles: row.can_make_roles,
    serverVersion: row.version,
    hasTrigram: row.trigram_schema !== null,
    hasIcu: row.has_icu,
    trigramSchema: row.trigram_schema ?? undefined,
    warnings,
  };
}
