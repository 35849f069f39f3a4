import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installStandard } from '../src/install.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ packages: ['crm'] });
}, 120_000);
afterAll(() => server?.stop());

it('a workspace whose stored metadata has faults is started all the same, and told', async () => {
  const workspace = (await server.storage.workspaces.find('main'))!;
  const database = new pg.Client({ connectionString: server.connectionString });
  await database.connect();
  const table = `"${workspace.schema}"._metadata_component`;
  // As an older version would have left it: a grant on nothing, and a view that the package has since brought.
  await database.query(
    `insert into ${table} (kind, name, key, body) values ('permission_set', 'old', 'old', '{"label":"Old","objects":{"gone":{"read":true}}}')`,
  );
  await database.query(
    `delete from ${table} where kind = 'view' and package_name = 'crm' and name like 'note.%'`,
  );
  await database.query('update platform.workspace set revision = revision + 1 where id = $1', [workspace.id]);
  await database.end();
  const told: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void told.push(line) });
  expect(await installStandard({ engine: server.engine, storage: server.storage }, log)).toMatchObject({
    name: 'main',
  });
  expect(told.join('')).toContain('gone');
});
