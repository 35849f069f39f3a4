/**
 * A tour of the application: every page that links lead to, with records whose every text tries to run a script. Nothing
 * runs, and the browser reports no violation of the content security policy, which knows no inline scripts and no `eval`.
 */
import type { Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Product, startProduct } from './start-product.ts';

const ADMIN = { email: 'ada@example.com', password: 'correct horse battery' };
const HOSTILE =
  '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script><svg onload="window.hacked=1">{{constructor.constructor("window.hacked=1")()}}';
const FIELDS = {
  name: { label: 'Name', type: 'text', required: true },
  note: { label: 'Note', type: 'long_text' },
  story: { label: 'Story', type: 'rich_text' },
  readme: { label: 'Readme', type: 'markdown' },
};
const MOST_PAGES = 45;

let product: Product;
let page: Page;
const violations: string[] = [];

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: ADMIN.email, TRELLIS_ADMIN_PASSWORD: ADMIN.password });
  page = await product.openPage();
  countRequests(page);
  await page.exposeFunction('tellViolation', (text: string) => violations.push(text));
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', (event) =>
      tellViolation([location.pathname, event.effectiveDirective, event.blockedURI, event.sample].join(' ')));`,
  });
  page.on('dialog', (dialog) => {
    violations.push(`${page.url()}: a dialog says ${dialog.message()}`);
    void dialog.dismiss();
  });
  await request('POST', 'auth/login', ADMIN);
  await request('POST', 'metadata/publish', {
    components: [
      {
        kind: 'object',
        name: 'specimen',
        body: { label: 'Specimen', plural_label: 'Specimens', name_field: 'name' },
      },
      ...Object.entries(FIELDS).map(([name, body]) => ({ kind: 'field', name: `specimen.${name}`, body })),
      {
        kind: 'view',
        name: 'specimen.all',
        body: { label: HOSTILE.slice(0, 60), is_default: true, columns: Object.keys(FIELDS) },
      },
    ],
  });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`content security ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

async function request(method: string, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await page.request.fetch(`${product.origin}/api/v1/${path}`, {
    method,
    headers: { origin: product.origin, 'content-type': 'application/json' },
    data: body,
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as Record<string, unknown>;
}

/** Requests on their way; not the stream of changes, which a page keeps open. */
const asked = new Set<Request>();
let lastTold = 0;

function countRequests(on: Page): void {
  const told = (request: Request) => {
    asked.delete(request);
    lastTold = Date.now();
  };
  on.on('request', (request) => {
    if (!request.url().includes('/api/v1/events')) asked.add(request);
    lastTold = Date.now();
  });
  on.on('requestfinished', told);
  on.on('requestfailed', told);
}

/** Until all that the page asks for is there, and it has asked for nothing more in half a second. */
async function quiet(): Promise<void> {
  // A page that keeps asking is looked at all the same.
  const until = Date.now() + 2500;
  while ((asked.size > 0 || Date.now() - lastTold < 500) && Date.now() < until) await page.waitForTimeout(50);
}

const isHacked = () => page.evaluate<boolean>('window.hacked !== undefined');

it('records run nothing, on whatever page they are shown', async () => {
  const texts = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, HOSTILE]));
  const { id } = await request('POST', 'records/specimen', {
    ...texts,
    readme: `${HOSTILE}\n\n[click](javascript:window.hacked=1) ![x](x" onerror="window.hacked=1)`,
  });
  await request('PATCH', `records/specimen/${String(id)}`, { note: `${HOSTILE}!` });
  for (const path of ['/o/specimen', `/o/specimen/${String(id)}`, `/o/specimen/${String(id)}?edit=1`]) {
    await page.goto(product.origin + path);
    await page.getByText('window.hacked').first().waitFor();
    expect(await isHacked(), path).toBe(false);
  }
});

// Dozens of pages, each until it asks for nothing more.
it('no page that a link leads to violates the policy', { timeout: 400_000 }, async () => {
  const seen = new Set<string>();
  // One page of each kind is enough.
  const kindOf = (path: string) =>
    path
      .split('?')[0]!
      .replace(/[0-9a-f-]{36}/g, ':id')
      .replace(/^\/o\/(?!specimen)[a-z_]+/, '/o/:object')
      .replace(/^(\/setup\/[a-z-]+)\/[^/]+/, '$1/:name');
  const waiting = ['/', '/profile', '/setup', '/o/specimen', '/login'];
  for (let path = waiting.shift(); path !== undefined && seen.size < MOST_PAGES; path = waiting.shift()) {
    if (seen.has(kindOf(path))) continue;
    seen.add(kindOf(path));
    // What the page before had asked for is given up with it.
    asked.clear();
    const answer = await page.goto(product.origin + path);
    expect(answer?.headers()['content-security-policy'], path).toContain("script-src 'self';");
    await page.locator('h1, h2, main a, main button').first().waitFor();
    await quiet();
    const links = await page.$$eval('a[href^="/"]', (all) => all.map((each) => each.getAttribute('href')!));
    waiting.push(...links.filter((link) => !link.startsWith('/api/')));
  }
  expect(seen.size, [...seen].join(' ')).toBeGreaterThan(12);
  expect(await isHacked()).toBe(false);
  expect(violations).toEqual([]);
});
