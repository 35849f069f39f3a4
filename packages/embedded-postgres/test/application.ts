/**
 * An application for tests to kill: starts the server of the folder given, says so in one line
 * of JSON, and stays. On SIGINT it does what a real one does: it uses the database once more, then stops.
 */
import { Pool } from 'pg';
import { startEmbeddedPostgres } from '../src/index.ts';

const [dataDirectory = '', mode, table] = process.argv.slice(2);
const server = await startEmbeddedPostgres({
  dataDirectory,
  ephemeral: mode === 'ephemeral',
  log: (line) => console.error(line),
});
const pool = new Pool({ connectionString: server.connectionString, max: 1 });
pool.on('error', () => undefined);
await pool.query(`create table if not exists ${table} (body text)`);
await pool.query(`insert into ${table} values ('written by the application')`);
setInterval(() => undefined, 1000);
process.once('SIGINT', async () => {
  await pool.query(`insert into ${table} values ('written after Ctrl-C')`);
  await pool.end();
  await server.stop();
  process.exit(0);
});
console.log(JSON.stringify({ connectionString: server.connectionString }));
