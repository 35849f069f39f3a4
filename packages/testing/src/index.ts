/** The front door of the testing room: for tests only, never imported by `src`. */

export { countStatements } from './count-statements.ts';
export {
  freePort,
  type IdentityProvider,
  type ProviderPerson,
  startIdentityProvider,
} from './identity-provider.ts';
export { findIndexesOnData } from './indexes-on-data.ts';
export { readTables } from './read-tables.ts';
export { runStatements } from './run-statements.ts';
export { databaseUrl, withDatabase } from './server.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
