/** Changes of what is in use: a field's type on live records, and names that programs still say. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };
const FIELDS = {
  name: { label: 'Name', type: 'text', required: true },
  size: { label: 'Size', type: 'text' },
};
let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: USER.email, TRELLIS_ADMIN_PASSWORD: USER.password });
  page = await product.openPage();
  await post('auth/login', USER);
  await post('metadata/publish', {
    components: [
      { kind: 'object', name: 'crate', body: { label: 'Crate', plural_label: 'Crates', name_field: 'name' } },
      ...Object.entries(FIELDS).map(([name, body]) => ({ kind: 'field', name: `crate.${name}`, body })),
    ],
  });
  for (const size of ['12', '0013', 'twelve']) await post('records/crate', { name: `Crate ${size}`, size });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`changes ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

it('a type is changed on live records: plan, publish, what was kept, as a file', async () => {
  await page.goto(`${product.origin}/setup/objects/crate/fields/size`);
  await page.getByRole('combobox', { name: 'Change the type' }).click();
  await page.getByRole('option', { name: 'Whole number', exact: true }).click();
  await page.getByRole('button', { name: 'Review and publish' }).click();
  const dialog = page.getByRole('dialog', { name: 'Review and publish' });
  await dialog.getByText('1 value converts exactly').waitFor();
  await dialog.getByText('1 value loses something').waitFor();
  await dialog.getByText('1 value does not convert; it is kept and listed').waitFor();
  await dialog.getByRole('cell', { name: '0013' }).waitFor();
  await dialog.getByRole('cell', { name: 'This is not a number.' }).waitFor();
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'twelve' }).waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download as CSV' }).click(),
  ]);
  expect(await readFile(await file.path(), 'utf8')).toContain(',twelve,This is not a number.,false');
  expect(await sizes('size')).toEqual([12, 13, null]);
});

it('a plan shows which records a narrower field would refuse', async () => {
  await page.goto(`${product.origin}/setup/objects/crate/fields/size`);
  await page
    .getByRole('checkbox', { name: 'Required' })
    .or(page.getByRole('switch', { name: 'Required' }))
    .click();
  await page.getByRole('button', { name: 'Review and publish' }).click();
  const dialog = page.getByRole('dialog', { name: 'Review and publish' });
  await dialog.getByText('Size has no value. 1 record of Crates').waitFor();
  expect(await dialog.getByRole('link', { name: 'Example 1' }).getAttribute('href')).toMatch(
    /\/o\/crate\/[0-9a-f-]{36}$/,
  );
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Discard', exact: false }).first().click();
  await page.getByRole('button', { name: 'Rename' }).waitFor();
});

it('a field is renamed, its old name still works and is counted, until it is removed', async () => {
  await page.goto(`${product.origin}/setup/objects/crate/fields/size`);
  await page.getByRole('button', { name: 'Rename' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename size' });
  await dialog.getByText('Programs that say “size” keep working', { exact: false }).waitFor();
  await dialog.getByRole('textbox', { name: 'New API name' }).fill('Length');
  await dialog.getByText('Use lower-case letters', { exact: false }).waitFor();
  await dialog.getByRole('textbox', { name: 'New API name' }).fill('length');
  await dialog.getByText('1 renamed component').waitFor();
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.waitForURL('**/setup/objects/crate/fields/length');
  expect(await sizes('length')).toEqual([12, 13, null]);
  expect(await sizes('size')).toEqual([12, 13, null]);
  await page.reload();
  const row = page.getByRole('row', { name: /crate\.size/ });
  await row.waitFor();
  expect(await row.getByRole('cell').nth(1).textContent()).toMatch(/^[1-9]/);
  await row.getByRole('button', { name: 'Remove the old name crate.size' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await row.waitFor({ state: 'detached' });
  expect((await page.request.get(`${product.origin}/api/v1/records/crate?fields=size`)).status()).toBe(422);
});

it('what was kept is erased once that has been confirmed', async () => {
  await page.getByRole('button', { name: 'Erase for good' }).click();
  const dialog = page.getByRole('dialog', { name: 'Erase the values from before' });
  expect(await dialog.getByRole('button', { name: 'Erase for good' }).isDisabled()).toBe(true);
  await dialog.getByRole('checkbox').check();
  await dialog.getByRole('button', { name: 'Erase for good' }).click();
  const card = page.getByRole('heading', { name: 'Values from before', exact: true });
  await card.waitFor({ state: 'detached' });
  expect(await sizes('length')).toEqual([12, 13, null]);
});

it('an object is renamed with its fields, views and layouts', async () => {
  await page.goto(`${product.origin}/setup/objects/crate/settings`);
  await page.getByRole('button', { name: 'Rename' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename crate' });
  await dialog.getByRole('textbox', { name: 'New API name' }).fill('box');
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await page.waitForURL('**/setup/objects/box/settings');
  await page.getByRole('row', { name: /crate/ }).waitFor();
  expect((await page.request.get(`${product.origin}/api/v1/records/crate?fields=length`)).status()).toBe(200);
  // In the dark and on a phone, for whoever looks at the pictures.
  await page.setViewportSize({ width: 390, height: 800 });
  await page.getByRole('heading', { name: 'Old names' }).scrollIntoViewIfNeeded();
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
});

async function sizes(name: string): Promise<unknown[]> {
  const answer = await page.request.get(
    `${product.origin}/api/v1/records/crate?fields=${name}&sort=created_at`,
  );
  const { records } = (await answer.json()) as { records: Record<string, unknown>[] };
  return records.map((record) => record[name]);
}

async function post(path: string, data: object): Promise<void> {
  const response = await page.request.post(`${product.origin}/api/v1/${path}`, {
    data,
    headers: { origin: product.origin },
  });
  expect(response.ok(), await response.text()).toBe(true);
}
