/**
 * A process that serves the workspace `main` of the database in its argument, for `served-revisions.test.ts`. Told `pin`, it
 * begins an export and stops in its midst; told `release`, it lets go of it.
 */
import { createStorage } from '@trellis/storage';
import { createEngine } from '../src/index.ts';
import { readStandardPackage } from './standard-package.ts';

const storage = await createStorage({ connectionString: process.argv[2]!, poolSize: 3 });
const engine = createEngine({
  storage,
  systemPackage: readStandardPackage('system'),
  tellServedMilliseconds: 100,
});
const workspace = (await storage.workspaces.find('main'))!;
let held: unknown;
setInterval(() => (globalThis as { gc?: () => void }).gc?.(), 400);

process.on('message', async (word) => {
  const context = { kind: 'system', workspace, reason: 'test' } as const;
  held =
    word === 'pin'
      ? await engine.records.exportRows(context, 'item', { fields: ['name', 'price'] })
      : undefined;
  process.send?.(`${String(word)} ${held !== undefined}`);
});
process.send?.('ready');
