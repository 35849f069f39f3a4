/** What was: the timeline of a record, a value and a record put back, a list as of a time, and the recycle bin. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: ADA.email, TRELLIS_ADMIN_PASSWORD: ADA.password });
  page = await product.openPage();
  await send('POST', 'auth/login', ADA);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`history ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

async function send(method: string, path: string, data?: object): Promise<Record<string, unknown>> {
  const response = await page.request.fetch(`${product.origin}/api/v1/${path}`, {
    method,
    headers: { origin: product.origin },
    ...(data && { data }),
  });
  expect(response.ok(), await response.text()).toBe(true);
  return response.status() === 204 ? {} : await response.json();
}

async function isAccessible(): Promise<void> {
  expect(await accessibilityFaults(page, { tags: WCAG })).toEqual([]);
}

it('tells what was, puts a value and a record back, and undoes that', async () => {
  const account = await send('POST', 'records/account', { name: 'Acme' });
  const deal = await send('POST', 'records/deal', {
    name: 'First name',
    next_step: 'Call',
    account: account.id,
  });
  const before = new Date().toISOString();
  await page.waitForTimeout(10);
  await send('PATCH', `records/deal/${deal.id}`, { name: 'Second name', next_step: 'Visit', account: null });
  await page.goto(`${product.origin}/o/deal/${deal.id}`);
  await page.getByRole('tab', { name: 'History' }).click();
  // Lookups are told by their titles.
  await page.getByRole('listitem').getByRole('link', { name: 'Acme' }).waitFor();
  await isAccessible();
  // Where it came from is told in words, and not at all where somebody did it by hand.
  expect(await page.getByRole('main').textContent()).not.toContain('sources.');
  await page.getByRole('button', { name: 'Put back: Next step' }).click();
  await expect.poll(async () => (await send('GET', `records/deal/${deal.id}`)).next_step).toBe('Call');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await send('GET', `records/deal/${deal.id}`)).next_step).toBe('Visit');
  await page.getByRole('combobox', { name: 'Field' }).click();
  await page.getByRole('option', { name: 'Account', exact: true }).click();
  await expect.poll(() => page.getByRole('listitem').getByText('Next step', { exact: true }).count()).toBe(0);

  await page.goto(`${product.origin}/o/deal/${deal.id}?as_of=${before}`);
  await page.getByRole('heading', { name: 'First name' }).waitFor();
  await page
    .getByRole('region', { name: 'As it was on' })
    .getByText('Nothing can be changed here.')
    .waitFor();
  expect(await page.getByRole('button', { name: 'Edit', exact: true }).count()).toBe(0);
  await isAccessible();
  await page.getByRole('button', { name: 'Put back to this' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'Next step' }).uncheck();
  await isAccessible();
  await dialog.getByRole('button', { name: 'Put back to this' }).click();
  await page.getByRole('button', { name: 'Back to today' }).waitFor({ state: 'detached' });
  const now = await send('GET', `records/deal/${deal.id}`);
  expect([now.name, now.next_step, now.account]).toEqual(['First name', 'Visit', account.id]);
});

it('shows a list as it was', async () => {
  const gone = await send('POST', 'records/deal', { name: 'Gone since' });
  const at = new Date().toISOString();
  await page.waitForTimeout(10);
  await send('DELETE', `records/deal/${gone.id}`);
  await send('POST', 'records/deal', { name: 'Made since' });
  await page.goto(`${product.origin}/o/deal?view=all`);
  await page.getByRole('link', { name: 'Made since' }).waitFor();
  await page
    .getByRole('button', { name: 'More', exact: true })
    .or(page.getByLabel('More actions'))
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'As of…' }).click();
  await page.getByRole('region', { name: 'As it was on' }).waitFor();
  await page.goto(`${product.origin}/o/deal?view=all&as_of=${at}`);
  await page.getByRole('link', { name: 'Gone since' }).waitFor();
  expect(await page.getByRole('link', { name: 'Made since' }).count()).toBe(0);
  await isAccessible();
  await page.getByRole('button', { name: 'Back to today' }).click();
  await page.getByRole('link', { name: 'Made since' }).waitFor();
});

it('empties the recycle bin, in part and as a whole', async () => {
  for (const name of ['One', 'Two', 'Three']) {
    const made = await send('POST', 'records/deal', { name });
    await send('DELETE', `records/deal/${made.id}`);
  }
  await page.goto(`${product.origin}/o/deal?view=all&deleted=true`);
  await page.getByRole('row', { name: /Two/ }).getByRole('checkbox').click();
  await page.getByRole('button', { name: 'Erase for good' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Erase for good' }).click();
  await page.getByRole('row', { name: /Two/ }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Empty the bin…' }).click();
  await isAccessible();
  await page.getByRole('dialog').getByRole('button', { name: 'Erase for good' }).click();
  await page.getByText('The recycle bin is empty').waitFor();
});

it('the recycle bin over all objects brings back what went together, and takes that back', async () => {
  const account = await send('POST', 'records/account', { name: 'Bin & Sons' });
  await send('POST', 'records/note', {
    title: 'A word',
    regarding: { object: 'account', id: account.id },
  });
  await send('DELETE', `records/account/${account.id}`);
  const lead = await send('POST', 'records/lead', { name: 'Binder', company: 'Bin Ltd' });
  await send('DELETE', `records/lead/${lead.id}`);
  await page.goto(`${product.origin}/o/deal?view=all`);
  await page.getByRole('navigation').getByRole('link', { name: 'Recycle bin' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'Bin & Sons' });
  await row.getByText('Account · 1 other went with it').waitFor();
  await isAccessible();
  await page.getByRole('searchbox', { name: 'Search the recycle bin' }).fill('sons');
  await page.waitForURL(/q=sons/);
  await expect.poll(() => page.getByRole('listitem').filter({ hasText: 'Deleted by' }).count()).toBe(1);
  await row.getByRole('button', { name: 'Restore Bin & Sons' }).press('Enter');
  await page.getByText('“Bin & Sons” is back, with 1 other').waitFor();
  expect((await send('GET', `records/account/${account.id}`)).name).toBe('Bin & Sons');
  await page.getByRole('button', { name: 'Undo' }).click();
  await row.waitFor();
  // On a phone each record is a card, and nothing scrolls sideways.
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(`${product.origin}/bin`);
  await row.getByRole('checkbox').check();
  await page.getByRole('checkbox', { name: /Binder/ }).check();
  await isAccessible();
  expect(await page.locator('html').evaluate((each) => each.scrollWidth)).toBe(390);
  const bar = page.getByRole('region', { name: '2 records selected' });
  await bar.getByRole('button', { name: 'Erase for good' }).click();
  await isAccessible();
  await page.getByRole('dialog').getByRole('button', { name: 'Erase for good' }).click();
  await row.waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 1400, height: 900 });
});
