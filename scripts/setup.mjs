/**
 * Makes a checkout runnable, under whatever Node (>= 20) the machine has: installs the dependencies with the
 * pinned pnpm and, with `--web`, builds the web application. Both steps leave a stamp of what they were made
 * from and are skipped while it still matches, because npx alone costs seconds on every start.
 * Plain JavaScript on purpose: it runs before our own Node is installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [major] = process.versions.node.split('.').map(Number);
if (major < 20) fail(`Trellis needs Node 20 or newer to set itself up; this is ${process.version}.`);

step('install', installInputs(), () =>
  run('npx', [
    '--yes',
    PNPM,
    'install',
    process.env.TRELLIS_UNFROZEN ? '--no-frozen-lockfile' : '--frozen-lockfile',
  ]),
);
if (process.argv.includes('--web')) {
  step('web', webInputs(), () => run(join(root, 'node_modules/.bin/node'), ['scripts/build-web.ts']));
}

/** Runs `action` unless the stamp of an earlier run says that the same inputs were already used. */
function step(name, inputs, action) {
  const hash = createHash('sha256');
  for (const file of inputs) hash.update(file).update(readFileSync(join(root, file)));
  const digest = hash.digest('hex');
  const stamp = join(root, 'node_modules', `.trellis-${name}-stamp`);
  const output =
    name === 'web' ? join(root, 'apps/web/dist/index.html') : join(root, 'node_modules/.bin/node');
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  action();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

function installInputs() {
  const manifests = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  );
  return ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'bench/package.json', ...manifests]
    .filter((file) => existsSync(join(root, file)))
    .sort();
}

/** The web bundles the browser-safe rooms too, so their sources are inputs as well. */
function webInputs() {
  const folders = [
    'apps/web',
    'packages/api',
    'packages/forms',
    'packages/metadata',
    'packages/model',
    'packages/rules',
  ];
  return ['pnpm-lock.yaml', 'scripts/build-web.ts', ...folders.flatMap((folder) => listFiles(folder))].sort();
}

function listFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'e2e'].includes(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? listFiles(path) : [path];
  });
}

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.error) fail(`Could not run ${command}: ${result.error.message}`);
  if (result.status !== 0) fail(`${command} ${args.join(' ')} ended with exit code ${result.status}.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
