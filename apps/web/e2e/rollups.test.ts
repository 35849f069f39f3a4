/**
 * Roll-ups as people meet them: made in the builder over a lookup and over a many-to-many field, shown on the record
 * with a mark while somebody holds up their calculation, and calculated anew with progress by an administrator. The
 * database is at hand, so that the test says when a calculation may go on.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../packages/embedded-postgres/src/index.ts';
import { withDatabase } from '../../../packages/testing/src/server.ts';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };

const folder = mkdtempSync(join(tmpdir(), 'trellis-rollups-'));
let database: EmbeddedPostgres;
let product: Product;
let page: Page;
let account = '';

beforeAll(async () => {
  database = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres'), ephemeral: true });
  product = await startProduct({
    DATABASE_URL: database.connectionString,
    TRELLIS_ADMIN_EMAIL: USER.email,
    TRELLIS_ADMIN_PASSWORD: USER.password,
  });
  page = await product.openPage();
  await send('auth/login', USER);
  const lena = await send('records/contact', {
    name: 'Lena Berg',
    email: 'lena@example.com',
  });
  const made = await send('records/account', { name: 'Foundry', contact_people: [lena.body.id] });
  expect(made.body).toMatchObject({ name: 'Foundry' });
  account = String(made.body.id);
  await deal('First', 1000);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`rollups ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('are made over the records of a lookup and over those of a many-to-many field', async () => {
  await addRollup('Expected', async (dialog) => {
    await chooseIn(dialog, 'Rolls up', 'Deals, through Account');
    await chooseIn(dialog, 'Function', 'Sum');
    await chooseIn(dialog, 'Field', 'Expected amount');
    await expectAccessible();
  });
  await addRollup('People', async (dialog) => {
    await chooseIn(dialog, 'Rolls up', 'Contacts, through People involved');
    await dialog.getByText('All of them count').waitFor();
  });
  await page.getByRole('button', { name: 'Review and publish' }).click();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText(/Published as revision/).waitFor();
  await expect.poll(() => read('expected,people')).toMatchObject({ expected: 100, people: 1 });
});

it('say on the record that they are being calculated, until they are', async () => {
  await page.goto(`${product.origin}/o/account/${account}`);
  const figures = page.getByRole('main');
  await figures.getByText('$1,000.00').first().waitFor();
  await holding(async () => {
    await deal('Second', 500);
    // The tab hears of it only when it is done: a person who comes now is told.
    await page.reload();
    await page.getByText('Being recalculated').first().waitFor();
    await figures.getByText('$1,000.00').first().waitFor();
    await expectAccessible();
  });
  await figures.getByText('$1,500.00').first().waitFor();
  await expect.poll(() => page.getByText('Being recalculated').count()).toBe(0);
});

it('are calculated anew, with progress, when an administrator asks', async () => {
  await page.goto(`${product.origin}/setup/storage`);
  const row = page.getByRole('row', { name: /Open amount/ });
  await row.getByText('Up to date').waitFor();
  await holding(async () => {
    await row.getByRole('button', { name: /^Recalculate/ }).click();
    await row.getByText('Calculating').waitFor();
    await row.getByRole('progressbar').waitFor();
    await expect.poll(() => row.getByRole('button', { name: /^Recalculate/ }).isDisabled()).toBe(true);
    await expectAccessible();
    // Meanwhile whoever reads it has it worked out.
    expect(await read('open_amount')).toMatchObject({ open_amount: 1500 });
  });
  await row.getByText('Up to date').waitFor();
  await expect.poll(() => row.getByRole('button', { name: /^Recalculate/ }).isEnabled()).toBe(true);
});

it('stand beside sharing rules that read other records, with what is kept of these', async () => {
  const rule = (name: string, when: unknown) => ({
    kind: 'sharing_rule',
    name: `deal.${name}`,
    body: { label: name, when, share_with: [{ role: 'reader' }], access: 'read' },
  });
  const published = await send('metadata/publish', {
    components: [
      { kind: 'role', name: 'reader', body: { label: 'Reader' } },
      rule('foundry', { '==': [{ var: 'account.name' }, 'Foundry'] }),
      rule('mine', { '==': [{ var: 'account.name' }, { var: '$user.name' }] }),
    ],
  });
  expect(published.status).toBe(200);
  await page.goto(`${product.origin}/setup/storage`);
  await page.getByRole('row', { name: /^foundry Deal Kept 2 records may meet it/ }).waitFor();
  await page.getByRole('row', { name: /^mine Deal Not kept It reads other records and who asks/ }).waitFor();
  await expectAccessible();
  await page.getByRole('link', { name: 'foundry' }).click();
  await page.getByText('Those that may meet it are kept').waitFor();
  await page.getByText('2 records may meet it.').waitFor();
  await expectAccessible();
});

/** While `work` goes on, nobody can work out the roll-ups of the account. */
async function holding(work: () => Promise<void>): Promise<void> {
  await withDatabase(database.connectionString, async (client) => {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [account]);
    await work();
  });
}

async function addRollup(
  label: string,
  fill: (dialog: ReturnType<Page['getByRole']>) => Promise<void>,
): Promise<void> {
  await page.goto(`${product.origin}/setup/objects/account/fields`);
  await page.getByRole('button', { name: 'Add field' }).click();
  await page.getByPlaceholder('Search types: text, money, link…').fill('roll');
  await page.getByRole('button', { name: /^Roll-up/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Label' }).fill(label);
  await fill(dialog);
  await dialog.getByRole('button', { name: 'Add field', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

async function chooseIn(dialog: ReturnType<Page['getByRole']>, label: string, option: string) {
  await dialog.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

async function deal(name: string, amount: number): Promise<void> {
  const { status } = await send('records/deal', { name, account, amount });
  expect(status).toBe(201);
}

async function read(fields: string): Promise<unknown> {
  const response = await page.request.get(
    `${product.origin}/api/v1/records/account/${account}?fields=${fields}`,
  );
  return response.json();
}

async function send(path: string, data: unknown) {
  const response = await page.request.post(`${product.origin}/api/v1/${path}`, {
    data,
    headers: { origin: product.origin },
  });
  return { status: response.status(), body: (await response.json()) as Record<string, unknown> };
}

/** No fault by axe at WCAG 2.2 AA on what is shown now. */
async function expectAccessible(): Promise<void> {
  expect(await accessibilityFaults(page, { tags: WCAG })).toEqual([]);
}
