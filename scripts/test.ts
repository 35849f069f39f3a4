/**
 * Everything that must hold before a change lands, in the order in which a fault is cheapest to find: formatting and
 * lint, types, generated files, then all tests (unit, database, HTTP, crash, browser). `npm test` runs it after the
 * set-up; arguments are handed to Vitest, and then nothing but Vitest runs.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { requireChromium } from './chromium.ts';

const root = join(import.meta.dirname, '..');
const binaries = join(root, 'node_modules/.bin');
const vitestArguments = process.argv.slice(2);
const started = Date.now();

if (vitestArguments.length === 0) {
  step('Format and lint', 'biome', ['check', '.', '--error-on-warnings']);
  // Each checker works out for itself what files share: more of them than cores cost more than they bring.
  step('Types of server, packages and scripts', 'tsc', ['-p', '.', '--checkers', '2']);
  step('Types of the web', 'tsc', ['-p', 'apps/web', '--checkers', '2']);
  step('Generated files', 'node', ['scripts/generate.ts', '--check']);
}
process.env.TRELLIS_CHROMIUM = await requireChromium();
step('Tests', 'vitest', ['run', ...vitestArguments]);
console.log(`\nAll checks passed in ${Math.round((Date.now() - started) / 1000)} s.`);

function step(title: string, command: string, args: readonly string[]): void {
  console.log(`\n── ${title}`);
  const result = spawnSync(join(binaries, command), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status === 0) return;
  console.error(
    `\n${title}: failed (${result.error?.message ?? `exit code ${result.status ?? result.signal}`}).`,
  );
  process.exit(1);
}
