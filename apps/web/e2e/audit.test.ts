/**
 * An administrator looks into the audit log, finds what somebody did, verifies its chain, and sees the product as that
 * somebody, who can change nothing by it. Real server, real browser.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const ADMIN = { email: 'ada@example.com', password: 'correct horse battery' };
const CLARA = { email: 'clara@example.com', password: 'battery staple horse' };
const AUDITOR = { email: 'otto@example.com', password: 'staple horse battery' };

let product: Product;
let page: Page;
let file: string;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: ADMIN.email, TRELLIS_ADMIN_PASSWORD: ADMIN.password });
  page = await product.openPage();
  await request(page, 'POST', 'auth/login', ADMIN);
  const set = (name: string, body: object) => ({
    kind: 'permission_set',
    name,
    body: { label: name, ...body },
  });
  await request(page, 'POST', 'metadata/publish', {
    message: 'Files of people',
    components: [
      {
        kind: 'object',
        name: 'file_of',
        body: {
          label: 'File',
          plural_label: 'Files',
          name_field: 'name',
          sharing: 'read',
          audit_reads: true,
        },
      },
      { kind: 'field', name: 'file_of.name', body: { label: 'Name', type: 'text', required: true } },
      set('reader', { objects: { file_of: { read: true, update: true, default_field: 'update' } } }),
      set('auditing', { system: ['view_audit'] }),
    ],
  });
  await request(page, 'POST', 'users', { name: 'Clara', ...CLARA, permission_sets: ['reader'] });
  await request(page, 'POST', 'users', { name: 'Otto', ...AUDITOR, permission_sets: ['auditing'] });
  file = String((await request(page, 'POST', 'records/file_of', { name: 'Personal' })).id);
  const clara = await product.openPage();
  await request(clara, 'POST', 'auth/login', CLARA);
  await request(clara, 'GET', `records/file_of/${file}`);
  await request(clara, 'GET', 'users', undefined, 403);
  await clara.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`audit ${task.name}`);
});
afterAll(() => product?.stop());

it('entries are sentences, found by person, action and record, and every search is a link', async () => {
  await page.goto(`${product.origin}/setup`);
  await page.getByRole('link', { name: 'Audit', exact: true }).click();
  await page.getByRole('heading', { name: 'Audit', exact: true }).waitFor();
  await row('read one record of Files').first().waitFor();
  expect(await row('published 4 changes').count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Clara' }).first().click();
  await page.waitForURL(/actor=/);
  await row('published').first().waitFor({ state: 'detached' });
  await row('read one record of Files').waitFor();
  expect(await row('was refused: GET /api/v1/users').count()).toBe(1);
  await page.getByRole('button', { name: 'Details of this entry' }).first().click();
  await page.getByText('Number in the chain').waitFor();
  await expectAccessible();
  await page.reload();
  await row('signed in').waitFor();
  await row('read one record of Files').getByRole('button', { name: 'All about this record' }).click();
  await page.waitForURL(/record=/);
  await row('signed in').waitFor({ state: 'detached' });
  await row('read one record of Files').waitFor();
  expect(await row('read').count()).toBe(1);
  await row('read one record of Files').getByRole('link', { name: 'Open record' }).click();
  await page.getByRole('heading', { name: 'Personal' }).waitFor();
  await page.goto(`${product.origin}/setup/audit?until=2020-01-01`);
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await row('signed in').first().waitFor();
});

it('its chain is verified, and compared with a head that was noted', async () => {
  await page.goto(`${product.origin}/setup/audit`);
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText(/^Intact: \d+ entries hold/).waitFor();
  await page.getByRole('textbox', { name: 'Compare with a noted head' }).fill(`1:${'0'.repeat(64)}`);
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('Entry 1 has another hash than the one that was noted.').waitFor();
  await expectAccessible();
  await page.setViewportSize({ width: 390, height: 800 });
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1400, height: 900 });
});

it('whoever only looks after the log needs no right to customise', async () => {
  const otto = await product.openPage();
  await request(otto, 'POST', 'auth/login', AUDITOR);
  await otto.goto(`${product.origin}/`);
  await otto.getByRole('link', { name: 'Set up', exact: true }).click();
  await otto.waitForURL(/setup\/audit$/);
  await otto.getByRole('heading', { name: 'Audit', exact: true }).waitFor();
  await otto.getByRole('cell', { name: 'Clara' }).first().waitFor();
  await otto.close();
});

it('an administrator sees the product as somebody else, changes nothing, and stops', async () => {
  await page.goto(`${product.origin}/setup/people`);
  await page.getByRole('link', { name: 'Clara' }).click();
  await page.getByRole('button', { name: 'View as' }).click();
  const banner = page.getByRole('region', { name: 'Seen as somebody else' });
  await banner.getByText(/You see the product as Clara/).waitFor();
  await page.goto(`${product.origin}/o/file_of/${file}`);
  await page.getByRole('heading', { name: 'Personal' }).waitFor();
  await expectAccessible();
  expect(await page.getByRole('link', { name: 'Set up', exact: true }).count()).toBe(0);
  const refused = await request(page, 'PATCH', `records/file_of/${file}`, { name: 'Changed' }, 403);
  expect(refused.code).toBe('read_only_view');
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await banner.isVisible()).toBe(true);
  await page.setViewportSize({ width: 1400, height: 900 });
  await banner.getByRole('button', { name: 'Stop' }).click();
  await banner.waitFor({ state: 'detached' });
  await page.goto(`${product.origin}/setup/audit`);
  await row('stopped seeing the product as Clara').waitFor();
  await row('began to see the product as Clara').waitFor();
  const read = row('read one record of Files').first();
  expect(await read.textContent()).toContain('as Clara');
});

const row = (text: string) => page.getByRole('row').filter({ hasText: text });

async function request(
  from: Page,
  method: string,
  path: string,
  data?: object,
  status?: number,
): Promise<Record<string, unknown>> {
  const response = await from.request.fetch(`${product.origin}/api/v1/${path}`, {
    method,
    headers: { origin: product.origin },
    ...(data && { data }),
  });
  if (status === undefined ? !response.ok() : response.status() !== status)
    throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

async function expectAccessible(): Promise<void> {
  expect(await accessibilityFaults(page, { tags: WCAG })).toEqual([]);
}
