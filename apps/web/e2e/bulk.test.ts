/** Many records at once, as a person changes them: all of a filter, edit, preview, run, undo; and what became of it. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };
const COUNT = 130;

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: USER.email, TRELLIS_ADMIN_PASSWORD: USER.password });
  page = await product.openPage();
  await post('/auth/login', USER);
  const records = Array.from({ length: COUNT }, (_, index) => ({
    name: `Firm ${index}`,
    ...(index % 2 === 0 ? { website: 'https://example.com' } : {}),
  }));
  await post('/records/account/batch', { operation: 'create', records });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`bulk ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

describe('many records', () => {
  it('of a filter are edited, previewed, changed, and put back by Undo', async () => {
    const filter = encodeURIComponent(JSON.stringify({ '!=': [{ var: 'website' }, null] }));
    await page.goto(`${product.origin}/o/account?filter=${filter}`);
    // By keyboard: into the list, all that is loaded, the others too.
    await page.getByRole('row').nth(1).focus();
    await page.keyboard.press('Control+a');
    await page.getByText('65 selected').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Select all 65' }).click();
    await page.getByText('All 65 selected').waitFor();
    await picture('selected');
    await page.getByRole('button', { name: 'Edit', exact: true }).click();

    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Field', exact: true }).fill('Website');
    await page.getByRole('option', { name: 'Website' }).click();
    await dialog.getByRole('textbox', { name: 'Value of Website' }).fill('nonsense');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('textbox', { name: 'Value of Website' }).fill('https://changed.example');
    await picture('edit');
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('65 records will be changed.').waitFor();
    await picture('preview');
    expect(await faultsOf(page)).toEqual([]);
    expect(await count('https://changed.example')).toBe(0);

    await dialog.getByRole('button', { name: 'Change 65 records' }).click();
    await page.getByText('65 records changed.').waitFor();
    await dialog.waitFor({ state: 'detached' });
    expect(await count('https://changed.example')).toBe(65);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: 65 records are as before.').waitFor();
    expect(await count('https://example.com')).toBe(65);
  });

  it('are deleted on a phone, seen under Activity, and brought back from there', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${product.origin}/o/account`);
    for (const index of [0, 1])
      await page
        .getByRole('checkbox', { name: /^Select / })
        .nth(index)
        .check();
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Delete' }).waitFor();
    await picture('phone selected');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete 2 records' }).click();
    await page.getByText('2 records deleted.').waitFor();
    await page.getByRole('button', { name: /Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Activity' }).click();
    await page.getByRole('heading', { name: 'Activity' }).waitFor();
    await page.getByRole('button', { name: 'Deletion of Accounts' }).click();
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 deleted records come back.').waitFor();
    await picture('phone undo');
    expect(await faultsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone', { exact: true }).first().waitFor();
    await picture('phone activity');
    expect(await faultsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
    await picture('activity');
  });
});

async function post(path: string, body: object): Promise<unknown> {
  const answer = await page.request.post(`${product.origin}/api/v1${path}`, {
    data: body,
    headers: { origin: product.origin },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return answer.json();
}

async function count(website: string): Promise<number> {
  const answer = (await post('/records/account/query', {
    filter: { '==': [{ var: 'website' }, website] },
    limit: 1,
    count: 'exact',
  })) as { count: { value: number } };
  return answer.count.value;
}

async function picture(name: string): Promise<void> {
  if (process.env.TRELLIS_PICTURES)
    await page.screenshot({ path: `${process.env.TRELLIS_PICTURES}/${name}.png` });
}

async function faultsOf(shown: Page): Promise<string[]> {
  return accessibilityFaults(shown, { tags: WCAG });
}
