/**
 * A record that is shared by hand: who may not see it is let in, sees no more than was given, and a record that waits
 * with a team is taken. Real server, real browser.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const ADMIN = { email: 'ada@example.com', password: 'correct horse battery' };
const PASSWORD = 'battery staple horse';

let product: Product;
let admin: Page;
let ann: Page;
let ben: Page;
let parcel: string;
let waiting: string;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: ADMIN.email, TRELLIS_ADMIN_PASSWORD: ADMIN.password });
  admin = await product.openPage();
  const call = async (method: string, path: string, data: object) => {
    const response = await admin.request.fetch(`${product.origin}/api/v1/${path}`, {
      method,
      data,
      headers: { origin: product.origin },
    });
    expect(response.status(), await response.text()).toBeLessThan(300);
    return (await response.json()) as { id: string };
  };
  await call('POST', 'auth/login', ADMIN);
  const all = { create: true, read: true, update: true, delete: true, default_field: 'update' };
  const read = { read: true, default_field: 'read' };
  await call('POST', 'metadata/publish', {
    components: [
      {
        kind: 'object',
        name: 'parcel',
        body: { label: 'Parcel', plural_label: 'Parcels', name_field: 'name' },
      },
      { kind: 'field', name: 'parcel.name', body: { label: 'Name', type: 'text', searchable: true } },
      { kind: 'role', name: 'packer', body: { label: 'Packer' } },
      {
        kind: 'permission_set',
        name: 'packing',
        body: { label: 'Packing', objects: { parcel: all, user: read, team: read } },
      },
    ],
  });
  const person = async (name: string) => {
    const email = `${name.toLowerCase()}@example.com`;
    const body = { name, email, password: PASSWORD, permission_sets: ['packing'], role: 'packer' };
    return (await call('POST', 'users', body)).id;
  };
  const [annId, benId] = [await person('Ann'), await person('Ben')];
  const team = await call('POST', 'teams', { name: 'Night shift', members: [annId, benId] });
  parcel = (await call('POST', 'records/parcel', { name: 'Vase', owner_id: annId })).id;
  waiting = (await call('POST', 'records/parcel', { name: 'Lamp', owner_id: team.id })).id;
  [ann, ben] = [await signIn('ann@example.com'), await signIn('ben@example.com')];
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`sharing ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

async function signIn(email: string): Promise<Page> {
  const page = await product.openPage();
  const response = await page.request.post(`${product.origin}/api/v1/auth/login`, {
    data: { email, password: PASSWORD },
    headers: { origin: product.origin },
  });
  expect(response.status()).toBe(200);
  return page;
}

async function expectAccessible(page: Page): Promise<void> {
  expect(await accessibilityFaults(page, { tags: WCAG })).toEqual([]);
}

const open = (page: Page, id: string) => page.goto(`${product.origin}/o/parcel/${id}`);
const edit = (page: Page) => page.getByRole('button', { name: 'Edit', exact: true });

it('the owner shares a record to be read, and its reader is offered nothing else', async () => {
  await open(ben, parcel);
  await ben.getByText('Parcel not found').waitFor();
  await open(ann, parcel);
  await edit(ann).waitFor();
  await ann.getByRole('button', { name: 'More actions' }).click();
  await ann.getByRole('menuitem', { name: 'Share…' }).click();
  const dialog = ann.getByRole('dialog', { name: 'Share “Vase”' });
  await dialog.getByText('Ann, who owns it').waitFor();
  await expectAccessible(ann);
  await dialog.getByRole('combobox', { name: 'Who' }).fill('Ben');
  await ann.getByRole('option', { name: 'Ben' }).click();
  // Ben has the list open, and is told.
  await ben.goto(`${product.origin}/o/parcel`);
  await ben.getByText('Lamp').waitFor();
  expect(await ben.getByText('Vase').count()).toBe(0);
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await ben.getByText('Vase').first().waitFor();
  await dialog.getByRole('listitem').filter({ hasText: 'By Ann' }).waitFor();
  await expectAccessible(ann);
  await open(ben, parcel);
  await ben.getByRole('heading', { level: 1, name: 'Vase' }).waitFor();
  expect(await edit(ben).count()).toBe(0);
  await ben.getByRole('button', { name: 'More actions' }).click();
  await ben.getByRole('menuitem', { name: 'Copy link' }).waitFor();
  const deleting = ben.getByRole('menuitem', { name: /^Delete/ });
  expect(await ben.getByRole('menuitem').allTextContents()).toEqual([
    'Copy link',
    'Clone',
    'As it was…',
    expect.stringContaining('Only its owner'),
  ]);
  expect(await deleting.isDisabled()).toBe(true);
});

it('what is given is changed and ended in the dialog', async () => {
  const dialog = ann.getByRole('dialog', { name: 'Share “Vase”' });
  await dialog.getByRole('combobox', { name: 'What Ben may do' }).click();
  await Promise.all([
    ann.waitForResponse((response) => response.request().method() === 'PATCH'),
    ann.getByRole('option', { name: 'See and change it' }).click(),
  ]);
  await open(ben, parcel);
  await edit(ben).waitFor();
  await dialog.getByRole('button', { name: 'Stop sharing with Ben' }).click();
  await dialog.getByText('Nobody yet.').waitFor();
  // The record was open on Ben's screen, and leaves it.
  await ben.getByText('Parcel not found').waitFor();
  await dialog.getByText('Role', { exact: true }).click();
  await dialog.getByRole('combobox', { name: 'Who' }).click();
  await ann.getByRole('option', { name: 'Packer' }).click();
  await dialog.getByRole('checkbox', { name: 'And the roles below' }).check();
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.getByText('Packer and below').waitFor();
  await open(ben, parcel);
  await ben.getByRole('heading', { level: 1, name: 'Vase' }).waitFor();
});

it('a record that waits with a team is taken by a member', async () => {
  await open(ben, waiting);
  await ben.getByRole('button', { name: 'Take' }).click();
  await ben.getByRole('button', { name: 'Take' }).waitFor({ state: 'detached' });
  await ben.getByText('Ben', { exact: true }).first().waitFor();
  await open(ann, waiting);
  await ann.getByText('Parcel not found').waitFor();
});

it('somebody stands in for a period, and it is ended', async () => {
  await ben.goto(`${product.origin}/profile`);
  await ben.getByRole('button', { name: 'Name somebody' }).click();
  const dialog = ben.getByRole('dialog', { name: 'Name somebody' });
  await dialog.getByRole('combobox', { name: 'Who stands in for you' }).fill('Ann');
  await ben.getByRole('option', { name: 'Ann' }).click();
  await dialog.getByRole('textbox', { name: 'Until' }).fill('+7');
  await ben.keyboard.press('Tab');
  await expectAccessible(ben);
  await dialog.getByRole('button', { name: 'Name', exact: true }).click();
  await ben.getByText('Ann stands in for you').waitFor();
  await expectAccessible(ben);
  await open(ann, waiting);
  await ann.getByRole('heading', { level: 1, name: 'Lamp' }).waitFor();
  await edit(ann).waitFor();
  await ben.getByRole('button', { name: 'End it: Ann stands in for you' }).click();
  await ben.getByText('Ended').waitFor();
  await open(ann, waiting);
  await ann.getByText('Parcel not found').waitFor();
});

it('who manages people names somebody for another person, and ends it', async () => {
  await admin.goto(`${product.origin}/setup/stand-ins`);
  await admin.getByText('Nobody stands in for anybody').waitFor();
  await expectAccessible(admin);
  await admin.getByRole('button', { name: 'Name somebody' }).click();
  const dialog = admin.getByRole('dialog', { name: 'Name somebody' });
  const choose = async (label: string, name: string) => {
    await dialog.getByRole('combobox', { name: label }).fill(name);
    await admin.getByRole('option', { name }).click();
  };
  await choose('Who is away', 'Ann');
  await choose('Who stands in for them', 'Ben');
  await dialog.getByRole('textbox', { name: 'Until' }).fill('+7');
  await admin.keyboard.press('Tab');
  await expectAccessible(admin);
  await dialog.getByRole('button', { name: 'Name', exact: true }).click();
  await admin.getByText('Ben stands in for Ann').waitFor();
  await expectAccessible(admin);
  await admin.getByRole('button', { name: 'End it: Ben stands in for Ann' }).click();
  await admin.getByText('Nobody stands in for anybody').waitFor();
  await admin.getByText('Ended', { exact: true }).click();
  await admin.getByText('Ben stands in for Ann').waitFor();
  await admin.setViewportSize({ width: 390, height: 800 });
  await expectAccessible(admin);
});
