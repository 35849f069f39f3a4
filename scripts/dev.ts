/**
 * Development with hot reload: the server on its usual port, started anew when one of its sources changes, and Vite's
 * server in front of it, which hands `/api` on. Open the address that Vite prints.
 *
 * Not `node --watch`: its messages between processes reach the supervisor of PostgreSQL, which knows none of them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const web = join(root, 'apps', 'web');
const port = process.env.PORT || '3000';
const webPort = Number(process.env.TRELLIS_DEV_PORT || 5173);
const SETTLE_MILLISECONDS = 200;

let server: ChildProcess;
let isStopping = false;

function startServer(): void {
  server = spawn(process.execPath, [join(root, 'apps/server/src/main.ts')], {
    stdio: 'inherit',
    env: {
      ...process.env,
      PORT: port,
      // Browsers see Vite's address: changes are taken from pages of that origin.
      TRELLIS_PUBLIC_URL: process.env.TRELLIS_PUBLIC_URL || `http://localhost:${webPort}`,
      // Mails are written into a folder, and their links shown here.
      ...(process.env.TRELLIS_SMTP_URL
        ? {}
        : { TRELLIS_MAIL_FOLDER: process.env.TRELLIS_MAIL_FOLDER || join(root, '.data', 'mail') }),
    },
  });
  const started = server;
  started.on('exit', (code) => {
    if (!isStopping && started === server && code !== 0)
      console.log('The server has ended. Change a file to start it again.');
  });
}

let restart: NodeJS.Timeout | undefined;
function restartSoon(file: string | null): void {
  if (isStopping || !file?.endsWith('.ts') || /\.test\.ts$|node_modules/.test(file)) return;
  clearTimeout(restart);
  restart = setTimeout(async () => {
    console.log(`Changed: ${file}. Starting the server again.`);
    const old = server;
    if (old.exitCode === null && old.signalCode === null) {
      old.kill('SIGTERM');
      await once(old, 'exit');
    }
    if (!isStopping) startServer();
  }, SETTLE_MILLISECONDS);
}

startServer();
for (const folder of ['packages', 'apps/server/src']) {
  watch(join(root, folder), { recursive: true }, (_event, file) => restartSoon(file));
}

process.chdir(web);
const { createServer } = await import(join(web, 'node_modules/vite/dist/node/index.js'));
const vite = await createServer({
  root: web,
  server: { port: webPort, strictPort: true, proxy: { '/api': { target: `http://localhost:${port}` } } },
});
await vite.listen();
vite.printUrls();

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  server.kill('SIGTERM');
  await Promise.all([
    server.exitCode === null && server.signalCode === null ? once(server, 'exit') : undefined,
    vite.close(),
  ]);
  process.exit(0);
}
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
