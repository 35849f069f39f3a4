/** Fields whose values are more than one text, as a person meets them: several addresses, trees, files of related records. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };
const field = (name: string, body: object) => ({ kind: 'field', name, body });

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: USER.email, TRELLIS_ADMIN_PASSWORD: USER.password });
  page = await product.openPage();
  await post('auth/login', USER);
  await post('metadata/publish', {
    components: [
      {
        kind: 'object',
        name: 'partner',
        body: { label: 'Partner', plural_label: 'Partners', name_field: 'name' },
      },
      field('partner.name', { label: 'Name', type: 'text', required: true }),
      field('partner.emails', {
        label: 'E-mails',
        type: 'email',
        multiple: true,
        unique: true,
        searchable: true,
      }),
      field('partner.above', {
        label: 'Part of',
        type: 'lookup',
        to: 'partner',
        tree: true,
        on_delete: 'clear',
        reverse_name: 'parts',
      }),
      field('partner.group', { label: 'Group name', type: 'related', related: 'above.name' }),
      field('partner.phones', { label: 'Phones', type: 'phone', multiple: true, default_country: 'DE' }),
    ],
  });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`field-types ${task.name}`);
});
afterAll(() => product?.stop());

async function post(path: string, data: unknown): Promise<Record<string, unknown>> {
  const response = await page.request.post(`${product.origin}/api/v1/${path}`, {
    data,
    headers: { origin: product.origin },
  });
  if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

async function get(path: string): Promise<Record<string, unknown>> {
  return (await (await page.request.get(`${product.origin}/api/v1/${path}`)).json()) as Record<
    string,
    unknown
  >;
}

async function expectNoFaults(within: string): Promise<void> {
  expect(await accessibilityFaults(page, { within })).toEqual([]);
}

it('several addresses are added, put in order by keyboard, and found in the list', async () => {
  await page.goto(`${product.origin}/o/partner/new`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Ada');
  const emails = page.getByRole('group', { name: 'E-mails' });
  await emails.getByLabel('Address 1', { exact: true }).fill('ada@work.example');
  await emails.getByRole('button', { name: 'Add an address' }).click();
  await emails.getByLabel('Address 2', { exact: true }).fill('Ada@Home.example');
  await emails.getByLabel('Label of Ada@Home.example').fill('Private');
  await emails.getByRole('button', { name: 'Add an address' }).click();
  await emails.getByLabel('Address 3', { exact: true }).fill('ada@other.example');
  await emails.getByLabel('Address 3', { exact: true }).press('Alt+ArrowUp');
  await emails.getByRole('button', { name: 'Make Ada@Home.example the primary one' }).click();
  await emails.getByRole('button', { name: 'Remove ada@other.example' }).click();
  await page
    .getByRole('group', { name: 'Phones' })
    .getByLabel('Number 1', { exact: true })
    .fill('030 901820');
  await expectNoFaults('form');
  await page
    .getByRole('button', { name: /^(Save|Create)/ })
    .first()
    .click();
  await page.waitForURL(/\/o\/partner\/[0-9a-f-]{36}/);
  await page.getByRole('link', { name: 'ada@home.example' }).waitFor();
  const id = page.url().split('/').at(-1)!.slice(0, 36);
  expect((await get(`records/partner/${id}`)).emails).toEqual([
    { value: 'ada@home.example', label: 'Private' },
    { value: 'ada@work.example' },
  ]);
  await page.goto(`${product.origin}/o/partner`);
  await page.getByText('+1', { exact: true }).waitFor();
});

it('an address that another record has is refused at its field', async () => {
  await page.goto(`${product.origin}/o/partner/new`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Twin');
  const emails = page.getByRole('group', { name: 'E-mails' });
  await emails.getByLabel('Address 1', { exact: true }).fill('ada@work.example');
  await page
    .getByRole('button', { name: /^(Save|Create)/ })
    .first()
    .click();
  await page.getByText('This value is taken').first().waitFor();
});

it('a list of addresses is filtered by one of them', async () => {
  await post('records/partner', { name: 'Bob', emails: ['bob@work.example'] });
  const filter = encodeURIComponent(
    JSON.stringify({ includes_any: [{ var: 'emails' }, ['ADA@home.example']] }),
  );
  await page.goto(`${product.origin}/o/partner?filter=${filter}`);
  await page.getByRole('link', { name: 'Ada', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'Bob', exact: true }).count()).toBe(0);
});

it('a record shows the path down to it, and a list what stands under one', async () => {
  const make = async (name: string, above?: unknown) => (await post('records/partner', { name, above })).id;
  const top = await make('World');
  const middle = await make('Europe', top);
  const low = await make('Berlin', middle);
  await page.goto(`${product.origin}/o/partner/${String(low)}`);
  const path = page.getByRole('navigation', { name: 'Path by Part of' });
  await path.getByRole('link', { name: 'Europe' }).waitFor();
  expect(await path.getByRole('link').allTextContents()).toEqual(['World', 'Europe']);
  await expectNoFaults('header');
  await path.getByRole('link', { name: 'World' }).click();
  await page.getByRole('heading', { name: 'World' }).waitFor();
  expect(await path.count()).toBe(0);
  const filter = encodeURIComponent(JSON.stringify({ is_under: [{ var: 'above' }, top] }));
  await page.goto(`${product.origin}/o/partner?filter=${filter}`);
  await page.getByRole('link', { name: 'Berlin', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Europe', exact: true }).first().waitFor();
  await page.getByText('is under').first().waitFor();
  await expect.poll(() => page.getByRole('link', { name: 'Ada', exact: true }).count()).toBe(0);
});

it('what a record shows of another one follows the lookup while the form is open', async () => {
  await page.goto(`${product.origin}/o/partner/new`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Paris');
  await page.getByLabel('Part of').fill('Euro');
  await page
    .getByRole('option', { name: /Europe/ })
    .first()
    .click();
  const shown = page.locator('[class*=field]', { has: page.getByText('Group name', { exact: true }) }).last();
  await shown.getByText('Europe', { exact: true }).waitFor();
});
