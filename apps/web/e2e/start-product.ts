/**
 * The product as its user meets it: `main.ts` on an empty data folder with its own PostgreSQL, and Chromium. Real
 * processes, nothing mocked.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, requireChromium } from '../../../scripts/chromium.ts';

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
  stop(): Promise<void>;
}

/** Starts server and browser; `environment` adds settings such as the first administrator. */
export async function startProduct(environment: Readonly<Record<string, string>> = {}): Promise<Product> {
  if (!existsSync(join(ROOT, 'apps/web/dist/index.html'))) {
    throw new Error('The web is not built: run `npm run build`, or the tests through `npm test`.');
  }
  const folder = mkdtempSync(join(tmpdir(), 'trellis-browser-'));
  const { server, origin } = await startServer(folder, environment);
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
    async stop() {
      await browser.close();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
      if (faults.length > 0) throw new Error(`The pages had faults:\n${faults.join('\n')}`);
    },
  };
}

async function startServer(folder: string, environment: Readonly<Record<string, string>>) {
  const server: ChildProcess = spawn(process.execPath, ['apps/server/src/main.ts'], {
    cwd: ROOT,
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: '',
      TRELLIS_DATA_DIR: folder,
      TRELLIS_LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const origin = await new Promise<string>((resolve, reject) => {
    let output = '';
    const listen = (data: Buffer) => {
      output += data.toString();
      const address = /running at (http:\/\/\S+)/.exec(output)?.[1];
      if (address) resolve(address);
    };
    server.stdout?.on('data', listen);
    server.stderr?.on('data', listen);
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${output}`)));
  });
  return { server, origin };
}
