/**
 * The outcome that the product exists for, from an empty database: somebody makes themselves administrator, builds an
 * object with fields and a form in the builder, publishes it, and at once a record is added in the generated form and
 * seen in the generated list, without a restart and without code.
 */
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const ADMINISTRATOR = { name: 'Ada Admin', email: 'ada@example.com', password: 'correct horse battery' };

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct();
  page = await product.openPage();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`outcome ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

describe('from an empty database', () => {
  it('the first visitor makes the administrator', async () => {
    await page.goto(product.origin);
    await page.waitForURL(/\/first-run/);
    await page.getByLabel('Name').fill(ADMINISTRATOR.name);
    await page.getByLabel(/e-?mail/i).fill(ADMINISTRATOR.email);
    for (const input of await page.locator('input[type=password]').all())
      await input.fill(ADMINISTRATOR.password);
    await expectAccessible();
    await page.locator('button[type=submit]').click();
    // The standard CRM stands there already, made of nothing but JSON.
    await page.waitForURL(/\/o\//);
    await page.getByRole('link', { name: 'Deals', exact: true }).waitFor();
  });

  it('an object with fields is made in the builder', async () => {
    await page.getByRole('link', { name: 'Set up' }).click();
    await page.getByRole('button', { name: 'New object' }).click();
    await dialog().getByLabel('Label', { exact: false }).first().fill('Vendor certification');
    await expect.poll(() => dialog().getByLabel('API name').inputValue()).toBe('vendor_certification');
    await choose(
      dialog().getByRole('combobox', { name: 'Add to app' }).or(dialog().getByLabel('Add to app')),
      'Sales',
    );
    await dialog().getByRole('button', { name: 'Create object' }).click();

    await page.getByRole('button', { name: 'Add field' }).click();
    await chooseType('Text', 'Issuing body');
    await dialog().getByRole('button', { name: 'Add and another' }).click();
    await chooseType('Date', 'Expiry date');
    await dialog().getByRole('button', { name: 'Add and another' }).click();
    await chooseType('Select', 'Renewal status');
    for (const option of ['Not started', 'In review', 'Renewed']) {
      await dialog()
        .getByPlaceholder(/New option/)
        .fill(option);
      await dialog().getByRole('button', { name: 'Add', exact: true }).click();
    }
    await dialog().getByRole('button', { name: 'Add and another' }).click();
    await chooseType('Lookup', 'Account');
    await choose(
      dialog()
        .getByLabel(/points to/i)
        .first(),
      'Account',
    );
    await dialog().getByRole('button', { name: 'Add field' }).click();

    for (const name of ['issuing_body', 'expiry_date', 'renewal_status', 'account']) {
      await page.getByRole('row').filter({ hasText: name }).first().waitFor();
    }
    await expectAccessible();
  });

  it('its form is arranged by drag and drop', async () => {
    await page
      .getByRole('link', { name: /^Layouts/ })
      .first()
      .click();
    await page.getByRole('link', { name: 'Vendor certification' }).last().click();
    const handle = page.getByRole('button', { name: 'Move Account' });
    const target = page.getByRole('button', { name: 'Move Issuing body' });
    await expect.poll(() => isSameColumn(handle, target)).toBe(false);
    await drag(handle, target);
    await expect.poll(() => isSameColumn(handle, target)).toBe(true);
    await expectAccessible();
  });

  it('the plan is shown, and publishing makes the object', async () => {
    await page.getByRole('button', { name: 'Review and publish' }).click();
    await dialog().getByText('Makes the table of Vendor certification').waitFor();
    await dialog().getByText('Renewal status').first().waitFor();
    await expectAccessible();
    await dialog().getByRole('button', { name: 'Publish' }).click();
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Vendor certifications' }).first().waitFor();
  });

  it('a record is added in the generated form, with a new account on the way', async () => {
    await addRecord('/o/account', 'New Account', { 'Account name': 'Exotic Liquids' });
    await page.goto(`${product.origin}/o/vendor_certification`);
    await page.getByText('No Vendor certifications yet').waitFor();
    await expectAccessible();
    await page
      .getByRole('link', { name: 'New Vendor certification' })
      .or(page.getByRole('button', { name: 'New Vendor certification' }))
      .first()
      .click();
    await page.getByLabel('Name').fill('ISO 9001');
    await page.getByLabel('Issuing body').fill('TÜV Süd');
    await page.getByLabel('Expiry date').first().fill('2027-03-31');
    await page.keyboard.press('Tab');
    await choose(page.getByLabel('Renewal status').first(), 'In review');
    await page.getByLabel('Account').first().fill('Exotic');
    await page.getByRole('option', { name: /^Exotic Liquids/ }).click();
    await expectAccessible();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/\/o\/vendor_certification\/[0-9a-f-]{36}/);
    await page.getByRole('heading', { name: 'ISO 9001' }).waitFor();
    await expectAccessible();
  });

  it('a form with a set of records has a name for every input', async () => {
    await page.goto(`${product.origin}/o/contact/new`);
    await page.getByRole('textbox', { name: 'Channels' }).or(page.getByRole('combobox')).first().waitFor();
    await expectAccessible();
  });

  it('and is seen in the generated list, by another browser as well', async () => {
    await page.getByRole('link', { name: 'Vendor certifications' }).first().click();
    await expectRecordInList(page);
    await expectAccessible();
    const other = await product.openPage({ width: 390, height: 800, colorScheme: 'dark' });
    await signIn(other);
    await other.goto(`${product.origin}/o/vendor_certification`);
    await expectRecordInList(other);
    await expectAccessible(other);
  });

  it('a required field that is missing is said at the field, and nothing is lost', async () => {
    await page.goto(`${product.origin}/o/vendor_certification/new`);
    await page.getByLabel('Issuing body').fill('Bureau Veritas');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.getByLabel('Name').first().getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Issuing body').inputValue()).toBe('Bureau Veritas');
    await expectAccessible();
  });
});

function dialog(): Locator {
  return page.getByRole('dialog');
}

async function chooseType(type: string, label: string): Promise<void> {
  await dialog()
    .getByRole('button', { name: new RegExp(`^${type} [A-Z]`) })
    .first()
    .click();
  await dialog().getByLabel('Label').first().fill(label);
}

async function choose(input: Locator, option: string): Promise<void> {
  await input.first().click();
  await page.getByRole('option', { name: option, exact: true }).first().click();
}

async function isSameColumn(first: Locator, second: Locator): Promise<boolean> {
  const [left, right] = [await first.boundingBox(), await second.boundingBox()];
  return left !== null && right !== null && Math.abs(left.x - right.x) < 5;
}

/** With the mouse, in small steps, as a hand does: drag sensors look at movement. */
async function drag(from: Locator, to: Locator): Promise<void> {
  const [start, end] = [(await from.boundingBox())!, (await to.boundingBox())!];
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(start.x + 10, start.y - 10, { steps: 5 });
  await page.mouse.move(end.x + end.width / 2, end.y - 4, { steps: 15 });
  await page.waitForTimeout(200);
  await page.mouse.up();
}

async function addRecord(
  path: string,
  button: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  await page.goto(product.origin + path);
  await page
    .getByRole('link', { name: button })
    .or(page.getByRole('button', { name: button }))
    .first()
    .click();
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label).first().fill(value);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/o\/\w+\/[0-9a-f-]{36}/);
}

async function expectRecordInList(where: Page): Promise<void> {
  for (const text of ['ISO 9001', 'TÜV Süd', 'In review', 'Exotic Liquids']) {
    await where.getByText(text).first().waitFor();
  }
}

async function signIn(where: Page): Promise<void> {
  await where.goto(`${product.origin}/login`);
  await where.getByLabel(/e-?mail/i).fill(ADMINISTRATOR.email);
  await where.locator('input[type=password]').fill(ADMINISTRATOR.password);
  await where.getByRole('button', { name: 'Sign in' }).click();
  await where.waitForURL(/\/o\//);
}

/** No fault by axe at WCAG 2.2 AA on what is shown now. */
async function expectAccessible(where: Page = page): Promise<void> {
  expect(await accessibilityFaults(where, { tags: WCAG })).toEqual([]);
}
