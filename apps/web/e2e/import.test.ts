/** Records from a file, as a person brings them: choose, map, try, run, leave, come back, take the refused rows along. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };
const FILE = {
  name: 'customers.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(
    'Company;Web site;Employees;Remarks\nAcme;https://acme.example;12;x\nBolt;;many;y\nCog;;7;\n',
  ),
};

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: USER.email, TRELLIS_ADMIN_PASSWORD: USER.password });
  page = await product.openPage();
  const answer = await page.request.post(`${product.origin}/api/v1/auth/login`, {
    data: USER,
    headers: { origin: product.origin },
  });
  expect(answer.status()).toBe(200);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`import ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

describe('an import', () => {
  it('is mapped, tried and run, and its refused rows come back', async () => {
    await page.goto(`${product.origin}/o/account`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Import from a file' }).click();
    await page.getByRole('heading', { name: 'Import Accounts' }).waitFor();
    await page.locator('input[type=file]').setInputFiles(FILE);

    // What the headers suggest, and what they don't.
    const company = page.getByRole('combobox', { name: 'Field for Company' });
    await company.click();
    await page.getByRole('option', { name: 'Account name', exact: true }).click();
    await picture('mapping');
    expect(await faultsOf(page)).toEqual([]);

    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('Tried: nothing was written').waitFor();
    expect(await count('Would be created')).toBe('2');
    expect(await count('Would be refused')).toBe('1');
    await page.getByText('Employees: This is not a number.').waitFor();

    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Done', { exact: true }).waitFor();
    expect(await count('Created')).toBe('2');
    await picture('result');
    expect(await faultsOf(page)).toEqual([]);

    // The address is the import's: it is there after a reload.
    await page.reload();
    await page.getByText('Done', { exact: true }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download refused rows' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(lines[0]).toBe('error,Company,Web site,Employees,Remarks');
    expect(lines[1]).toMatch(/,Bolt,,many,y$/);

    await page.getByRole('link', { name: 'Back to Accounts' }).click();
    await page.getByRole('link', { name: 'Acme', exact: true }).waitFor();
  });

  it('takes a list away as a workbook, and brings it back with the same value in all rows', async () => {
    await page.goto(`${product.origin}/o/account`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Export to a file…' }).click();
    await page.getByRole('dialog').getByText('Excel (XLSX)').waitFor();
    await picture('export');
    expect(await faultsOf(page, '[role=dialog] form, [role=dialog] .mantine-Modal-body')).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    const file = { name: 'accounts.xlsx', mimeType: '', buffer: readFileSync(await download.path()) };

    await page.goto(`${product.origin}/o/account/import`);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('combobox', { name: 'Sheet' }).waitFor();
    await page.getByRole('radio', { name: 'Only change records that exist' }).click();
    await page.getByRole('button', { name: 'Add a value' }).click();
    await page.getByRole('combobox', { name: 'Field', exact: true }).click();
    await page.getByRole('option', { name: 'Description', exact: true }).click();
    await page.getByRole('textbox', { name: 'Value for Description' }).fill('From the fair');
    await picture('workbook');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Done', { exact: true }).waitFor();
    expect([await count('Changed'), await count('Refused')]).toEqual(['2', '0']);
  });

  it('recognises records by what is not unique, however it is spelled', async () => {
    await page.goto(`${product.origin}/o/account/import`);
    const buffer = Buffer.from('Account name,Employees\nACME,20\nNewcomer,1\n');
    await page.locator('input[type=file]').setInputFiles({ name: 'again.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('radio', { name: 'Create a new record, or change' }).click();
    await page.getByRole('combobox', { name: 'Field 1 by which records' }).click();
    await page.getByRole('option', { name: 'Account name', exact: true }).click();
    await page.getByText('0 mean one record, 2 mean none.').waitFor();
    await page.getByRole('checkbox', { name: 'Account name, however it is spelled' }).press('Space');
    await page.getByText('1 means one record, 1 means none.').waitFor();
    await picture('recognised');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Done', { exact: true }).waitFor();
    expect([await count('Created'), await count('Changed')]).toEqual(['1', '1']);
  });

  it('is listed under Set up, for phones and in the dark too', async () => {
    await page.goto(`${product.origin}/setup/jobs`);
    await page.getByRole('button', { name: 'Import of customers.csv' }).waitFor();
    await page.getByRole('button', { name: 'Trial of customers.csv' }).click();
    await page.getByText('Would be refused').waitFor();
    await picture('jobs');
    expect(await faultsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture('jobs phone');
    await page.goto(`${product.origin}/o/account/import`);
    await page.locator('input[type=file]').setInputFiles(FILE);
    await page.getByRole('combobox', { name: 'Field for Company' }).waitFor();
    await picture('mapping phone');
    expect(await faultsOf(page)).toEqual([]);
  });
});

async function count(label: string): Promise<string | null> {
  return page
    .locator('dl > div', { hasText: new RegExp(`^${label}`) })
    .locator('dd')
    .textContent();
}

async function faultsOf(shown: Page, within?: string): Promise<string[]> {
  return accessibilityFaults(shown, { within });
}

/** For people who look: `TRELLIS_PICTURES=folder`. */
async function picture(name: string): Promise<void> {
  const folder = process.env.TRELLIS_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/import ${name}.png`, fullPage: true });
}
