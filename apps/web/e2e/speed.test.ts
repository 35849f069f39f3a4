/**
 * A list that needs an index, and what an administrator does about it; a summary of a list, and the way from one of its
 * numbers back to the records; the indexes in the builder.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };
const CLERK = { email: 'clerk@example.com', password: 'another long password' };
const field = (name: string, label: string, body: object) => ({
  kind: 'field',
  name: `visit.${name}`,
  body: { label, ...body },
});

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct({
    TRELLIS_ADMIN_EMAIL: USER.email,
    TRELLIS_ADMIN_PASSWORD: USER.password,
    TRELLIS_SCAN_LIMIT: '200',
  });
  page = await product.openPage();
  await send('auth/login', USER);
  await send('metadata/publish', {
    components: [
      { kind: 'object', name: 'visit', body: { label: 'Visit', plural_label: 'Visits', name_field: 'name' } },
      field('name', 'Name', { type: 'text', required: true }),
      field('town', 'Town', { type: 'text' }),
      field('size', 'Size', { type: 'integer', indexed: true }),
      field('day', 'Day', { type: 'date', indexed: true }),
      field('kind', 'Kind', {
        type: 'select',
        indexed: true,
        options: ['first', 'repeat'].map((value) => ({
          value,
          label: value === 'first' ? 'First' : 'Repeat',
        })),
      }),
      {
        kind: 'permission_set',
        name: 'clerk',
        body: { label: 'Clerk', objects: { visit: { read: true, view_all: true, default_field: 'read' } } },
      },
    ],
  });
  await send('users', { ...CLERK, name: 'Clerk', permission_sets: ['clerk'] });
  const records = Array.from({ length: 300 }, (_, index) => ({
    name: `Visit ${index}`,
    town: index % 10 === 0 ? 'Bern' : 'Basel',
    size: index,
    day: `2026-0${1 + (index % 3)}-10`,
    kind: index % 4 === 0 ? null : index % 2 === 0 ? 'first' : 'repeat',
  }));
  await send('records/visit/batch', { operation: 'create', records, all_or_nothing: true });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`speed ${task.name}`);
});
afterAll(() => product?.stop());

it('a list that would read every record says so, and opens once its field is indexed', async () => {
  const filter = JSON.stringify({ '==': [{ var: 'town' }, 'Bern'] });
  // How large a table is, is known a few seconds later.
  await expect
    .poll(async () => (await send('records/visit/query', { filter: JSON.parse(filter) })).status, {
      timeout: 20_000,
      interval: 500,
    })
    .toBe(422);
  // Who may not customise is told whom to ask, and offered nothing that would be refused.
  const clerk = await product.openPage({ width: 390, height: 800 });
  await clerk.request.post(`${product.origin}/api/v1/auth/login`, {
    data: CLERK,
    headers: { origin: product.origin },
  });
  await clerk.goto(`${product.origin}/o/visit?filter=${encodeURIComponent(filter)}`);
  await clerk.getByText('Ask an administrator to index Town, or narrow the list by another field.').waitFor();
  expect(await clerk.getByRole('button', { name: /index/i }).count()).toBe(0);
  await expectAccessible(clerk);
  // A list that is answered, though not fast, says to who customises what would help.
  const narrow = JSON.stringify({
    and: [{ '<': [{ var: 'size' }, 150] }, { '==': [{ var: 'town' }, 'Basel'] }],
  });
  const slower = `${product.origin}/o/visit?filter=${encodeURIComponent(narrow)}`;
  await expect
    .poll(async () => (await page.request.get(`${product.origin}/api/v1/metadata/advice`)).text(), {
      timeout: 20_000,
      interval: 500,
    })
    .toContain('town');
  await page.goto(slower);
  await page.getByText('This list could be faster: index Town?').waitFor();
  await page.getByRole('button', { name: 'Add index on Town' }).waitFor();
  await expectAccessible();
  await clerk.goto(slower);
  await clerk.getByText('135 records').waitFor();
  expect(await clerk.getByText('This list could be faster').count()).toBe(0);
  await clerk.context().close();
  await page.goto(`${product.origin}/o/visit?filter=${encodeURIComponent(filter)}`);
  await page.getByRole('heading', { name: 'This list needs an index' }).waitFor();
  await page
    .getByText('About 300 records would have to be read one by one, because Town has no index.')
    .waitFor();
  await expectAccessible();
  await page.getByRole('button', { name: 'Make this fast: index Town' }).click();
  await page.getByRole('grid', { name: 'Visits' }).getByText('Visit 290').waitFor();
  await page.getByText('30 records').waitFor();
});

it('a list is summed up, and each number leads to its records', async () => {
  await page.goto(`${product.origin}/o/visit`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Summarise' }).click();
  await page.getByRole('heading', { name: 'Visits: summary' }).waitFor();
  const table = page.getByRole('table', { name: 'Number of records by Kind' });
  await table.getByRole('row', { name: 'No value 75' }).waitFor();
  await page.getByRole('combobox', { name: 'Columns', exact: true }).click();
  await page.getByRole('option', { name: 'Day', exact: true }).click();
  await page.getByRole('combobox', { name: 'Show' }).click();
  await page.getByRole('option', { name: 'Sum of Size' }).click();
  const across = page.getByRole('table', { name: 'Sum of Size by Kind and Day' });
  await across.getByRole('columnheader', { name: 'January 2026' }).waitFor();
  await expectAccessible();
  await page.getByRole('combobox', { name: 'Show' }).click();
  await page.getByRole('option', { name: 'Number of records' }).click();
  const counts = page.getByRole('table', { name: 'Number of records by Kind and Day' });
  await counts
    .getByRole('row', { name: /^First/ })
    .getByRole('link')
    .first()
    .click();
  await page.getByRole('grid', { name: 'Visits' }).waitFor();
  await page.getByText('25 records').waitFor();
});

it('indexes stand in the builder with what they are for', async () => {
  await page.goto(`${product.origin}/setup/storage`);
  const indexes = page.getByRole('region', { name: 'Indexes' });
  await indexes.getByText(/indexes are valid/).waitFor();
  await indexes.getByRole('combobox', { name: 'Of which object' }).click();
  await page.getByRole('option', { name: 'Visit', exact: true }).click();
  await indexes.getByRole('row', { name: /Town.*The field is indexed.*Valid/ }).waitFor();
  await expectAccessible();
});

async function expectAccessible(of = page): Promise<void> {
  expect(await accessibilityFaults(of)).toEqual([]);
}

async function send(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await page.request.post(`${product.origin}/api/v1/${path}`, {
    data: body,
    headers: { origin: product.origin },
  });
  const text = await answer.text();
  return { status: answer.status(), body: text === '' ? {} : JSON.parse(text) };
}
