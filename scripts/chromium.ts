/**
 * Finds a Chromium for the browser tests, or installs one: an installed Chromium or Chrome first, else Debian's
 * package when we are root there, else Playwright's own download. With none it throws: browser tests never skip.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const FIXED_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * What Chromium does without. The last list on its command line holds, so Playwright's own (`chromiumSwitches.ts`, 1.65) is
 * repeated; the two of the address bar are ours: each window would run a page for its suggestions, at half a second.
 */
const DISABLED_FEATURES = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];

/** Options that keep headless Chromium to the pages under test. */
export const CHROMIUM_ARGUMENTS = [
  `--disable-features=${DISABLED_FEATURES.join(',')}`,
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of an executable Chromium. Throws with what to do when there is none and none can be installed. */
export async function requireChromium(): Promise<string> {
  const installed = findChromium();
  if (installed) return installed;
  const tried: string[] = [];
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('No Chromium found: installing Debian’s package.');
    run('apt-get', ['update', '-qq']);
    tried.push(
      run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']),
    );
    const path = findChromium();
    if (path) return path;
  }
  console.log('No Chromium found: asking Playwright for its own.');
  const playwright = join(import.meta.dirname, '../apps/web/node_modules/playwright-core');
  tried.push(run(process.execPath, [join(playwright, 'cli.js'), 'install', 'chromium-headless-shell']));
  const { chromium } = await import(join(playwright, 'index.mjs'));
  const path: string = chromium.executablePath();
  if (existsSync(path)) return path;
  throw new Error(
    `The browser tests need Chromium or Chrome, and none could be installed (${tried.join('; ')}). ` +
      'Install one, or set TRELLIS_CHROMIUM to its path.',
  );
}

function findChromium(): string | undefined {
  const named = process.env.TRELLIS_CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`TRELLIS_CHROMIUM names ${named}, which does not exist.`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...candidates, ...FIXED_PLACES].find((path) => existsSync(path));
}

function run(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return `${command} ended with ${result.error?.message ?? `exit code ${result.status}`}`;
}
