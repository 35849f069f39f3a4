/** Builds the web application into `apps/web/dist`. */
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', 'apps', 'web');
process.chdir(root);
const { build } = await import(join(root, 'node_modules/vite/dist/node/index.js'));
await build({ root, logLevel: 'warn' });
