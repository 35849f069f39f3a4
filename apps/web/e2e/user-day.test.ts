/**
 * A day of somebody who works with records: they narrow a list and find it so again, change a value and take it
 * back, learn that somebody else was quicker, delete by mistake, and leave.
 */
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };
const DEALS = [
  { name: 'Alpha', amount: 900 },
  { name: 'Bravo', amount: 50 },
  { name: 'Charlie', amount: 2500 },
  { name: 'Delta', amount: 700 },
];

let product: Product;
let page: Page;
const ids = new Map<string, string>();

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: USER.email, TRELLIS_ADMIN_PASSWORD: USER.password });
  page = await product.openPage();
  await post('auth/login', USER);
  for (const deal of DEALS) {
    const { id } = await post('records/deal', deal);
    ids.set(deal.name, String(id));
  }
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`day ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

describe('a day with records', () => {
  it('a list that was sorted and filtered is so again after a reload, and after going back', async () => {
    await page.goto(`${product.origin}/o/deal?view=all`);
    await page.getByRole('columnheader', { name: 'Amount' }).getByRole('button').first().click();
    await expectDeals('Bravo', 'Delta', 'Alpha', 'Charlie');

    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: /^Field: / }).click();
    await page.getByRole('option', { name: 'Amount amount' }).click();
    await choose(page.getByRole('combobox', { name: 'Condition' }), 'is more than');
    await page.getByRole('textbox', { name: 'Value' }).fill('100');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expectDeals('Delta', 'Alpha', 'Charlie');

    await page.reload();
    await expectDeals('Delta', 'Alpha', 'Charlie');
    await page.getByRole('link', { name: 'Alpha', exact: true }).click();
    await page.getByRole('heading', { name: 'Alpha' }).waitFor();
    await page.goBack();
    await expectDeals('Delta', 'Alpha', 'Charlie');
    await page.getByRole('button', { name: /^Remove filter/ }).click();
    await expectDeals('Bravo', 'Delta', 'Alpha', 'Charlie');
  });

  it('a value is changed in place, and changed back', async () => {
    await open(page, 'Alpha');
    await changeInPlace(page, 'Next step', 'Call them');
    await value(page, 'Call them').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await value(page, 'Call them').waitFor({ state: 'detached' });
    await expect.poll(async () => (await read('Alpha')).next_step ?? null).toBeNull();
  });

  it('two people who change one field both see both values', async () => {
    const other = await product.openPage();
    await post('auth/login', USER, other);
    await open(page, 'Bravo');
    await open(other, 'Bravo');
    await page.getByRole('button', { name: 'Edit Next step', exact: true }).click();
    const input = page.getByRole('textbox', { name: 'Next step', exact: true });
    await input.fill('Wait a week');
    await changeInPlace(other, 'Next step', 'Send the offer');
    await value(other, 'Send the offer').waitFor();
    // It is told while typing, and takes nothing away.
    await page.getByRole('status').getByText('Someone else has changed this record.').waitFor();
    await input.press('Enter');

    const conflict = page.getByRole('dialog', { name: 'Someone else has changed this' });
    await conflict.getByText('Send the offer').waitFor();
    await conflict.getByText('Wait a week').waitFor();
    await conflict.getByRole('radio', { name: /Theirs/ }).click();
    await conflict.getByRole('button', { name: 'Save' }).click();
    await conflict.waitFor({ state: 'detached' });
    await value(page, 'Send the offer').waitFor();
    await expect.poll(async () => (await read('Bravo')).next_step).toBe('Send the offer');
  });

  it('a record that was deleted by mistake comes back', async () => {
    await open(page, 'Charlie');
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL(/\/o\/deal(\?|$)/);
    const restored = page.waitForResponse((response) => response.url().endsWith('/restore'));
    await page.getByRole('button', { name: 'Undo' }).click();
    expect((await restored).ok()).toBe(true);
    await open(page, 'Charlie');
    expect((await read('Charlie')).amount).toBe(2500);
  });

  it('who signs out is out, and comes back to where they were', async () => {
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(/\/login/);
    const wanted = `/o/deal/${ids.get('Delta')}`;
    await page.goto(product.origin + wanted);
    await page.waitForURL(/\/login/);
    await page.getByLabel('Email').fill(USER.email);
    await page.locator('input[type=password]').fill(USER.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`**${wanted}`);
    await page.getByRole('heading', { name: 'Delta' }).waitFor();
  });
});

/** What the public API answers to the person whose page it is. */
async function post(path: string, data: object, where: Page = page): Promise<Record<string, unknown>> {
  const response = await where.request.post(`${product.origin}/api/v1/${path}`, {
    data,
    headers: { origin: product.origin },
  });
  expect(response.ok(), await response.text()).toBe(true);
  return response.status() === 204 ? {} : await response.json();
}

async function read(deal: string): Promise<Record<string, unknown>> {
  const response = await page.request.get(`${product.origin}/api/v1/records/deal/${ids.get(deal)}`);
  return await response.json();
}

async function open(where: Page, deal: string): Promise<void> {
  await where.goto(`${product.origin}/o/deal/${ids.get(deal)}`);
  await where.getByRole('heading', { name: deal }).waitFor();
}

async function changeInPlace(where: Page, field: string, text: string): Promise<void> {
  await where.getByRole('button', { name: `Edit ${field}`, exact: true }).click();
  const input = where.getByRole('textbox', { name: field, exact: true });
  await input.fill(text);
  await input.press('Enter');
}

/** A value of the record, not what a notice says about it. */
function value(where: Page, text: string): Locator {
  return where.getByRole('tabpanel').getByText(text, { exact: true });
}

async function choose(input: Locator, option: string): Promise<void> {
  await input.first().click();
  await page.getByRole('option', { name: option, exact: true }).first().click();
}

/** These deals are in the list, in this order, and no others. */
async function expectDeals(...names: readonly string[]): Promise<void> {
  const links = page.getByRole('main').locator('a[href*="/o/deal/"]:not([href$="/new"])');
  await expect.poll(() => links.allTextContents(), { timeout: 15_000 }).toEqual(names);
}
