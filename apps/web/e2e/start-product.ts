/**
 * The product as its user meets it: `main.ts` on a data folder of its own with its own PostgreSQL, and Chromium. Real
 * processes, nothing mocked. The folder is as a first start leaves it that nobody has visited: it is made once for all
 * files, by such a start, and copied (`make-first-folder.ts`).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';
import { CHROMIUM_ARGUMENTS, requireChromium } from '../../../scripts/chromium.ts';
import { startServer } from './start-server.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Where pictures of failures go; ignored by git. */
const PICTURES = join(ROOT, 'test-results');

export interface Product {
  readonly origin: string;
  /** A page in a browser of its own; errors of the page's scripts fail `stop`. */
  openPage(options?: {
    readonly width?: number;
    readonly height?: number;
    readonly colorScheme?: 'light' | 'dark';
  }): Promise<Page>;
  /** Takes a picture of each open page, for a test that has failed. */
  photograph(name: string): Promise<void>;
  /** Ends the server, killed outright unless asked to stop, while the pages stay open. */
  halt(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again, on the same data and at the same address. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts server and browser; `environment` adds settings such as the first administrator. */
export async function startProduct(environment: Readonly<Record<string, string>> = {}): Promise<Product> {
  if (!existsSync(join(ROOT, 'apps/web/dist/index.html'))) {
    throw new Error('The web is not built: run `npm run build`, or the tests through `npm test`.');
  }
  const folder = mkdtempSync(join(tmpdir(), 'trellis-browser-'));
  // With owners and permissions, which PostgreSQL looks at.
  execFileSync('cp', ['-a', `${inject('firstFolder')}/.`, folder]);
  const started = await startServer(folder, environment);
  const { origin } = started;
  let { server } = started;
  const ended = (signal: 'SIGTERM' | 'SIGKILL') => {
    const exit = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    return exit;
  };
  const browser = await chromium.launch({
    executablePath: await requireChromium(),
    args: CHROMIUM_ARGUMENTS,
  });
  const contexts: BrowserContext[] = [];
  const faults: string[] = [];

  return {
    origin,
    async openPage({ width = 1400, height = 900, colorScheme = 'light' } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme,
        reducedMotion: 'reduce',
      });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) faults.push(message.text());
      });
      return page;
    },
    async photograph(name) {
      mkdirSync(PICTURES, { recursive: true });
      const pages = contexts.flatMap((context) => context.pages());
      for (const [index, page] of pages.entries())
        await page.screenshot({ path: join(PICTURES, `${name}-${index}.png`) });
    },
    async halt(signal = 'SIGKILL') {
      await ended(signal);
    },
    async resume() {
      const again = await startServer(folder, { ...environment, PORT: new URL(origin).port });
      server = again.server;
    },
    async stop() {
      await browser.close();
      if (server.exitCode === null && server.signalCode === null) await ended('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
      if (faults.length > 0) throw new Error(`The pages had faults:\n${faults.join('\n')}`);
    },
  };
}
