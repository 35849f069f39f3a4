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
    // By keys alone: a condition that is taken away takes neither the focus nor the panel's Escape with it.
    await page.getByRole('button', { name: 'Filter 1', exact: true }).click();
    await page.getByRole('button', { name: 'Remove condition' }).press('Enter');
    const focused = () => page.locator(':focus').textContent();
    await expect.poll(focused).toBe('Add condition');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Apply' }).waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('Filter1');
    // A click beside the panel closes it, and keeps what is complete; lists that it opens are no “beside”.
    const apply = page.getByRole('button', { name: 'Apply' });
    await page.getByRole('button', { name: 'Filter 1', exact: true }).click();
    await page.getByRole('textbox', { name: 'Value' }).fill('800');
    await choose(page.getByRole('combobox', { name: 'Condition' }), 'is less than');
    await page.getByRole('button', { name: 'Add condition' }).click();
    await page.getByRole('main').click({ position: { x: 2, y: 2 } });
    await apply.waitFor({ state: 'detached' });
    await expectDeals('Bravo', 'Delta');
    await page.getByRole('button', { name: 'Filter 1', exact: true }).click();
    await choose(page.getByRole('combobox', { name: 'Condition' }), 'is more than');
    await page.getByRole('textbox', { name: 'Value' }).fill('100');
    await page.getByRole('button', { name: 'Filter 1', exact: true }).click();
    await apply.waitFor({ state: 'detached' });
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

  it('a list is kept as a view of one’s own: it is linked, changed, renamed, opens first, goes and comes back', async () => {
    const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
    const shown = (view: string) => button(`View: ${view}. Pick another`).waitFor();
    const act = async (name: string) => {
      await button(/^View: /).click();
      await page.getByRole('menuitem', { name, exact: true }).click();
    };
    await page.goto(`${product.origin}/o/deal?view=all`);
    await shown('All deals');
    await expect.poll(() => button('Save view').count()).toBe(0);
    await page.getByRole('columnheader', { name: 'Amount' }).getByRole('button').first().click();
    await expectDeals('Bravo', 'Delta', 'Alpha', 'Charlie');
    await button('Save view').click();
    const name = page.getByRole('textbox', { name: 'Name' });
    await name.press('Enter');
    await page.getByText('Give it a name.').waitFor();
    await name.fill('Small first');
    await name.press('Enter');
    await shown('Small first');
    const link = page.url();
    expect(link).toMatch(/\/o\/deal\?view=[0-9a-f-]{36}$/);
    await button('Save view').waitFor({ state: 'detached' });
    // Another tab hears of it, and the link opens it.
    const other = await page.context().newPage();
    await other.goto(link);
    await other.getByRole('button', { name: 'View: Small first. Pick another' }).waitFor();

    // A filter of one's own view is the view's: it is changed, let go, changed again and kept.
    await page.getByRole('columnheader', { name: 'Amount' }).getByRole('button').first().click();
    await expectDeals('Charlie', 'Alpha', 'Delta', 'Bravo');
    await button('Discard').click();
    await expectDeals('Bravo', 'Delta', 'Alpha', 'Charlie');
    await page.goto(`${link}&filter=${encodeURIComponent('{">":[{"var":"amount"},100]}')}&sort=-amount`);
    await expectDeals('Charlie', 'Alpha', 'Delta');
    await button('Save changes').click();
    await button('Save changes').waitFor({ state: 'detached' });
    await expect.poll(() => page.url()).toBe(link);
    await page.getByRole('button', { name: /^Remove filter: Amount is more than/ }).click();
    await expectDeals('Charlie', 'Alpha', 'Delta', 'Bravo');
    await button('Discard').click();
    await expectDeals('Charlie', 'Alpha', 'Delta');

    await act('Rename…');
    await name.fill('Large');
    await name.press('Enter');
    await shown('Large');
    await other.getByRole('button', { name: 'View: Large. Pick another' }).waitFor();
    await other.close();
    await act('Open first for me');
    await page.getByText('“Large” opens first now').waitFor();
    await page.goto(`${product.origin}/o/deal`);
    await shown('Large');
    await expectDeals('Charlie', 'Alpha', 'Delta');

    await act('Delete');
    await page.getByText('“Large” deleted').waitFor();
    await button(/^View: (?!Large)/).waitFor();
    await button('Undo').click();
    await shown('Large');
    await expectDeals('Charlie', 'Alpha', 'Delta');
    await act('Delete');
    await button(/^View: (?!Large)/).waitFor();
    await page.goto(link);
    await page.getByText('The view that this address names is not there').waitFor();
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

  it('a part of a screen that does not come takes nothing with it that was typed', async () => {
    await page.goto(`${product.origin}/o/deal?view=all`);
    const search = page.getByRole('textbox', { name: 'Search in Deals' });
    await search.fill('Bravo');
    await page.route('**/assets/ExportDialog*', (route) => route.fulfill({ status: 404 }));
    const openExport = async () => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Export to a file…' }).click();
    };
    await openExport();
    // The server answers, so this page is of an older version of it.
    await page.getByRole('alert').getByText('Trellis was updated since you opened this page').waitFor();
    expect(await search.inputValue()).toBe('Bravo');
    await page.unroute('**/assets/ExportDialog*');
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('dialog', { name: 'Export Deals' }).waitFor();
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
