/** A person keeps a photo and documents with records: chosen, dropped, refused, removed, shown in the list. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const ADMINISTRATOR = { name: 'Ada Admin', email: 'ada@example.com', password: 'correct horse battery' };
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct();
  page = await product.openPage();
  await page.goto(product.origin);
  await page.waitForURL(/\/first-run/);
  await page.getByLabel('Name').fill(ADMINISTRATOR.name);
  await page.getByLabel(/e-?mail/i).fill(ADMINISTRATOR.email);
  for (const input of await page.locator('input[type=password]').all())
    await input.fill(ADMINISTRATOR.password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(/\/o\//);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`files ${task.name}`);
});
afterAll(() => product?.stop());

it('a photo is chosen in the form and shown on the record', async () => {
  await page.goto(`${product.origin}/o/contact/new`);
  await page.getByLabel('Last name').fill('Lovelace');
  await page.getByLabel('Full name').fill('Ada Lovelace');
  await page.getByLabel('Email', { exact: true }).fill('ada.lovelace@example.com');
  const photo = page.locator('input[type=file]:not([capture])').first();
  await photo.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
  await page.getByText('notes.txt is of a kind that is not taken here.').waitFor();
  await photo.setInputFiles({ name: 'ada.png', mimeType: 'image/png', buffer: PNG });
  await page.getByRole('button', { name: 'Remove ada.png' }).waitFor();
  expect(await accessibilityFaults(page, { within: '[class*=zone]' })).toEqual([]);
  await page
    .getByRole('button', { name: /^(Save|Create)/ })
    .first()
    .click();
  await page.waitForURL(/\/o\/contact\/[0-9a-f-]{36}/);
  const image = page.locator('img[alt="ada.png"]');
  await image.waitFor();
  await expect
    .poll(() => image.evaluate((each) => (each as unknown as { naturalWidth: number }).naturalWidth))
    .toBe(1);
});
