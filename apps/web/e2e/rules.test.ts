/** A form that answers to what is typed: fields come and go, options follow, defaults and formulas compute, warnings are confirmed. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };
const select = (label: string, values: readonly string[], body: object = {}) => ({
  label,
  type: 'select',
  options: values.map((value) => ({ value: value.toLowerCase(), label: value })),
  ...body,
});
const at = (name: string) => ({ var: name });
const FIELDS = {
  name: { label: 'Name', type: 'text', required: true },
  stage: select('Stage', ['Open', 'Won', 'Lost']),
  reason: {
    label: 'Why lost',
    type: 'text',
    visible_when: { '==': [at('stage'), 'lost'] },
    required_when: { '==': [at('stage'), 'lost'] },
  },
  amount: { label: 'Sum', type: 'integer', read_only_when: { '==': [at('stage'), 'won'] } },
  region: select('Region', ['Europe', 'America']),
  city: select('City', ['Paris', 'Rome', 'Boston'], {
    depends_on: { field: 'region', options: { europe: ['paris', 'rome'], america: ['boston'] } },
  }),
  begins: { label: 'Begins', type: 'date' },
  ends: { label: 'Ends', type: 'date', default: { date_add: [at('begins'), 1, 'week'] } },
  account: { label: 'Customer', type: 'lookup', to: 'account' },
  doubled: { label: 'Doubled', type: 'formula', formula: { '*': [at('amount'), 2] } },
  share: { label: 'Share', type: 'formula', formula: { '/': [at('doubled'), at('account.employees')] } },
  next: { label: 'Next version', type: 'formula', formula: { '+': [at('version'), 1] } },
  code: { label: 'Code', type: 'text', pattern: '^([A-Z]+)+$' },
};
const RULES = {
  bounded: {
    label: 'Bounded',
    invalid_when: { '>': [at('amount'), at('account.employees')] },
    message: 'More than the customer has people.',
    fields: ['amount'],
  },
  large: {
    label: 'Large',
    invalid_when: { '>': [at('amount'), 100] },
    message: 'That is unusually many.',
    fields: ['amount'],
    severity: 'warning',
  },
};

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: USER.email, TRELLIS_ADMIN_PASSWORD: USER.password });
  page = await product.openPage();
  await post('auth/login', USER);
  await post('metadata/publish', {
    components: [
      { kind: 'object', name: 'order', body: { label: 'Order', plural_label: 'Orders', name_field: 'name' } },
      ...Object.entries(FIELDS).map(([name, body]) => ({ kind: 'field', name: `order.${name}`, body })),
      ...Object.entries(RULES).map(([name, body]) => ({ kind: 'rule', name: `order.${name}`, body })),
    ],
  });
  await post('records/account', { name: 'Tiny', employees: 5 });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`rules ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

it('fields come and go, and are asked for, as the stage is chosen', async () => {
  await page.goto(`${product.origin}/o/order/new`);
  await field('Name').fill('First');
  await expect.poll(() => field('Why lost').count()).toBe(0);
  await choose('Stage', 'Lost');
  await field('Why lost').waitFor();
  expect(await field('Why lost').getAttribute('aria-required')).toBe('true');
  await save();
  await page.getByRole('alert').getByText('Required').waitFor();
  await choose('Stage', 'Open');
  await expect.poll(() => field('Why lost').count()).toBe(0);
});

it('options follow the field that decides, and what no longer fits is cleared with a hint', async () => {
  await choose('Region', 'Europe');
  await choose('City', 'Rome');
  await choose('Region', 'America');
  await page.getByText('Cleared, because it does not go with Region.').waitFor();
  expect(await field('City').inputValue()).toBe('');
  await field('City').click();
  await expect.poll(() => page.getByRole('option').allTextContents()).toEqual(['Boston']);
  await page.getByRole('option', { name: 'Boston' }).click();
});

it('a default is computed until somebody says otherwise', async () => {
  await page.goto(`${product.origin}/o/order/new?name=Second&begins=2026-03-02`);
  await expect.poll(() => field('Ends').inputValue()).toMatch(/9/);
});

it('a rule speaks beside its field, also through a lookup, and a pattern is matched here as there', async () => {
  await field('Customer').fill('Tiny');
  await page.getByRole('option', { name: /^Tiny/ }).first().click();
  await field('Sum').fill('7');
  await field('Code').fill(`${'A'.repeat(200)}!`);
  await page.getByText('More than the customer has people.').first().waitFor();
  await save();
  await expect.poll(() => field('Code').getAttribute('aria-invalid')).toBe('true');
  await field('Code').fill('ABC');
  await field('Sum').fill('4');
  await expect.poll(() => page.getByText('More than the customer has people.').count()).toBe(0);
  await save();
  await page.getByRole('heading', { name: 'Second' }).waitFor();
});

it('a formula follows what is typed, through a lookup too; what only a save can give is said', async () => {
  await page.goto(`${product.origin}/o/order/new?name=Fourth`);
  await shown('Doubled', '–');
  await shown('Next version', '–Calculated on save.');
  await field('Sum').fill('4');
  await shown('Doubled', '8');
  await shown('Share', '–');
  await field('Customer').fill('Tiny');
  await page.getByRole('option', { name: /^Tiny/ }).first().click();
  await shown('Share', '1.6');
  await field('Sum').fill('5');
  await shown('Share', '2');
  await save();
  await page.getByRole('heading', { name: 'Fourth' }).waitFor();
  await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  await shown('Next version', '2Calculated on save.');
  await shown('Share', '2');
  await field('Sum').fill('');
  await shown('Share', '–');
  await field('Sum').fill('3');
  await shown('Doubled', '6');
  await save();
  await page.getByRole('button', { name: 'Edit Sum', exact: true }).waitFor();
  await shown('Share', '1.2', 'beside');
  await shown('Next version', '3', 'beside');
});

it('a warning is confirmed, or the record changed', async () => {
  await page.goto(`${product.origin}/o/order/new`);
  await field('Name').fill('Third');
  await field('Sum').fill('500');
  await save();
  const dialog = page.getByRole('dialog', { name: 'Save anyway?' });
  await dialog.getByText('That is unusually many.').waitFor();
  await dialog.getByRole('button', { name: 'Change the record' }).click();
  await dialog.waitFor({ state: 'detached' });
  await save();
  await dialog.getByRole('button', { name: 'Save anyway' }).click();
  await page.getByRole('heading', { name: 'Third' }).waitFor();
});

it('what is read only by a condition has no pencil', async () => {
  await page.getByRole('button', { name: 'Edit Sum', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Edit Stage', exact: true }).click();
  await choose('Stage', 'Won');
  await page.getByRole('dialog').getByRole('button', { name: 'Save anyway' }).click();
  await page.getByRole('button', { name: 'Edit Sum', exact: true }).waitFor({ state: 'detached' });
});

function field(label: string) {
  return page
    .getByRole('textbox', { name: label })
    .or(page.getByRole('combobox', { name: label }))
    .first();
}

/** Waits until a field that can't be changed says exactly this, its label aside. */
async function shown(label: string, text: string, shape = 'stacked'): Promise<void> {
  const frame = page
    .locator(`[data-shape="${shape}"]`)
    .filter({ has: page.getByText(label, { exact: true }) });
  const says = async () => (await frame.first().textContent())?.slice(label.length);
  await expect.poll(says, { timeout: 20_000 }).toBe(text);
}

async function choose(label: string, option: string): Promise<void> {
  await field(label).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

async function save(): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).first().click();
}

async function post(path: string, data: object): Promise<void> {
  const response = await page.request.post(`${product.origin}/api/v1/${path}`, {
    data,
    headers: { origin: product.origin },
  });
  expect(response.ok(), await response.text()).toBe(true);
}
