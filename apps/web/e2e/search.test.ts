/**
 * Search as people meet it: typed into the palette with an accent too few and a letter wrong, walked by keyboard, read
 * on the page of all results that can be linked to, marked in a list, and used to choose a record.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };
const PICTURES = process.env.TRELLIS_PICTURES;

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: USER.email, TRELLIS_ADMIN_PASSWORD: USER.password });
  page = await product.openPage();
  await send('auth/login', USER);
  const account = await send('records/account', { name: 'Café Müller Straße' });
  await send('records/contact', {
    name: 'Jonas Johnson',
    account: account.id,
    email: 'jonas@cafe-mueller.example',
    phone: '+49 171 2345678',
  });
  await send('records/contact', { name: 'Greta Muller', email: 'greta@elsewhere.example' });
  for (let index = 1; index <= 60; index++) await send('records/account', { name: `Quorum ${index}` });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`search ${task.name}`);
});
afterAll(() => product?.stop());

it('finds by the palette and by keyboard', async () => {
  await page.goto(`${product.origin}/o/deal`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: /Search records/ });
  await box.fill('muller');
  const options = page.getByRole('option');
  await options.filter({ hasText: 'Café Müller Straße' }).waitFor();
  expect(await options.first().locator('mark').allTextContents()).toEqual(['Muller']);
  await options.filter({ hasText: 'Café Müller Straße' }).locator('mark', { hasText: 'Müller' }).waitFor();
  await expectAccessible();
  await picture('palette');
  await box.fill('0171 234');
  await options.filter({ hasText: '+491712345678' }).waitFor();
  // Enter right after typing means what is about to come.
  await box.fill('jonson');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Jonas Johnson' }).waitFor();
  await page.keyboard.press('Control+k');
  await options.filter({ hasText: 'jonson' }).waitFor();
  await picture('palette-empty');
  await box.fill('zzzzzz');
  await page.getByText('Nothing matches “zzzzzz”').waitFor();
  await page.keyboard.press('Escape');
});

it('shows all results by kind, page by page, under an address to share', async () => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /Search records/ }).fill('quorum');
  await page.getByRole('option', { name: /All results for/ }).click();
  await page.waitForURL(/\/search\?q=quorum/);
  await page.getByRole('tab', { name: /Accounts/ }).click();
  const hits = page.getByRole('link', { name: /^Quorum \d+/ });
  await expect.poll(() => hits.count()).toBe(50);
  await page.getByRole('link', { name: 'More results' }).click();
  await expect.poll(() => hits.count()).toBe(10);
  await page.goto(page.url());
  await expect.poll(() => hits.count()).toBe(10);
  await page.goto(`${product.origin}/search?q=muller`);
  const box = page.getByRole('searchbox', { name: /Search all records/ });
  await page
    .getByRole('region', { name: 'Accounts' })
    .getByRole('link', { name: /Müller/ })
    .waitFor();
  await expectAccessible();
  await picture('page');
  await box.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /M[uü]ller/ }).waitFor();
});

it('marks in a list what was found, and chooses a record by the same search', async () => {
  await page.goto(`${product.origin}/o/account?q=strasse`);
  await page.getByRole('link', { name: 'Café Müller Straße' }).waitFor();
  const marks = () => page.evaluate(`[...(CSS.highlights.get('tr-found') ?? [])].map(String)`);
  await expect.poll(marks).toEqual(['Straße']);
  await picture('list');
  await page.goto(`${product.origin}/o/contact/new`);
  const account = page.getByRole('combobox', { name: 'Account', exact: true }).first();
  await account.click();
  await account.fill('strase');
  await page.getByRole('option', { name: 'Café Müller Straße' }).waitFor();
});

it('is at hand on a phone, in the dark', async () => {
  const phone = await product.openPage({ width: 390, height: 780, colorScheme: 'dark' });
  await phone.request.post(`${product.origin}/api/v1/auth/login`, {
    data: USER,
    headers: { origin: product.origin },
  });
  await phone.goto(`${product.origin}/search?q=muller`);
  await phone.getByRole('link', { name: /Müller/ }).waitFor();
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  await expectAccessible(phone);
  await picture('phone', phone);
  await phone.getByRole('button', { name: /Search or jump/ }).click();
  await phone.getByRole('combobox', { name: /Search records/ }).fill('jonas');
  await phone.getByRole('option', { name: /Jonas Johnson/ }).waitFor();
  await expectAccessible(phone);
  await picture('phone-palette', phone);
  await phone.close();
});

async function send(path: string, data: object): Promise<{ readonly id: string }> {
  const response = await page.request.post(`${product.origin}/api/v1/${path}`, {
    data,
    headers: { origin: product.origin },
  });
  expect(response.status(), await response.text()).toBeLessThan(300);
  return response.json();
}

/** No fault by axe at WCAG 2.2 AA on what is shown now. */
async function expectAccessible(on = page): Promise<void> {
  expect(await accessibilityFaults(on, { tags: WCAG })).toEqual([]);
}

/** For looking at it: `TRELLIS_PICTURES=/tmp/pictures`. */
async function picture(name: string, on = page): Promise<void> {
  if (PICTURES !== undefined) await on.screenshot({ path: `${PICTURES}/${name}.png` });
}
