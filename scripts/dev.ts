/**
 * Development with hot reload: the server under `node --watch` on its usual port, and Vite's server in front of it,
 * which hands `/api` on. Open the address that Vite prints.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const port = process.env.PORT || '3000';
const webPort = Number(process.env.TRELLIS_DEV_PORT || 5173);

const server: ChildProcess = spawn(
  process.execPath,
  ['--watch', '--watch-preserve-output', join(root, 'apps/server/src/main.ts')],
  {
    stdio: 'inherit',
    // Browsers see Vite's address: changes are taken from pages of that origin too.
    env: {
      ...process.env,
      PORT: port,
      TRELLIS_PUBLIC_URL: process.env.TRELLIS_PUBLIC_URL || `http://localhost:${webPort}`,
    },
  },
);

const web = join(root, 'apps', 'web');
process.chdir(web);
const { createServer } = await import(join(web, 'node_modules/vite/dist/node/index.js'));
const vite = await createServer({
  root: web,
  server: { port: webPort, strictPort: true, proxy: { '/api': { target: `http://localhost:${port}` } } },
});
await vite.listen();
vite.printUrls();

let isStopping = false;
function stop(): void {
  if (isStopping) return;
  isStopping = true;
  server.kill('SIGTERM');
  void vite.close();
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
server.on('exit', (code) => {
  stop();
  process.exitCode = code ?? 0;
});
