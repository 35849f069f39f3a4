/** Two people at work on the same records: each sees what the other does, and nobody's input is lost. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from './start-product.ts';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };
const BOB = { email: 'bob@example.com', password: 'another long password' };

let product: Product;
let ada: Page;
let bob: Page;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: ADA.email, TRELLIS_ADMIN_PASSWORD: ADA.password });
  ada = await product.openPage();
  await send(ada, 'POST', 'auth/login', ADA);
  await send(ada, 'POST', 'users', { ...BOB, name: 'Bob', permission_sets: ['administrator'] });
  bob = await product.openPage();
  await send(bob, 'POST', 'auth/login', BOB);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`together ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

describe('two people', () => {
  it('see in a list what the other has made, changed and deleted', async () => {
    await watching(ada, '/o/deal?view=all');
    const deal = await send(bob, 'POST', 'records/deal', { name: 'Shared deal' });
    await ada.getByRole('link', { name: 'Shared deal' }).waitFor();
    await send(bob, 'PATCH', `records/deal/${deal.id}`, { name: 'Renamed deal' });
    await ada.getByRole('link', { name: 'Renamed deal' }).waitFor();
    await send(bob, 'DELETE', `records/deal/${deal.id}`);
    await ada.getByRole('link', { name: 'Renamed deal' }).waitFor({ state: 'detached' });
  });

  it('see in a record what the other has changed, also in a second tab', async () => {
    const deal = await send(bob, 'POST', 'records/deal', { name: 'Open deal' });
    const tab = await ada.context().newPage();
    await watching(ada, `/o/deal/${deal.id}`);
    await tab.goto(`${product.origin}/o/deal/${deal.id}`);
    await tab.getByRole('heading', { name: 'Open deal' }).waitFor();
    await send(bob, 'PATCH', `records/deal/${deal.id}`, { name: 'Won deal' });
    await ada.getByRole('heading', { name: 'Won deal' }).waitFor();
    await tab.getByRole('heading', { name: 'Won deal' }).waitFor();
    await tab.close();
  });

  it('keep what they are typing in a form, and decide when both have changed a value', async () => {
    const deal = await send(bob, 'POST', 'records/deal', { name: 'Contested', next_step: 'Call' });
    await watching(ada, `/o/deal/${deal.id}?edit=true`);
    const input = ada.getByRole('textbox', { name: 'Next step', exact: true });
    await input.fill('Write');
    await send(bob, 'PATCH', `records/deal/${deal.id}`, { next_step: 'Visit' });
    await ada.getByRole('status').getByText('Someone else has changed this record.').waitFor();
    expect(await input.inputValue()).toBe('Write');
    await ada.getByRole('button', { name: 'Save' }).first().click();
    const conflict = ada.getByRole('dialog', { name: 'Someone else has changed this' });
    await conflict.getByText('Visit').waitFor();
    await conflict.getByText('Write').waitFor();
    await conflict.getByText('Call').waitFor();
    await conflict.getByRole('radio', { name: /Theirs/ }).click();
    await conflict.getByRole('button', { name: 'Save' }).click();
    await conflict.waitFor({ state: 'detached' });
    expect((await send(bob, 'GET', `records/deal/${deal.id}`)).next_step).toBe('Visit');
  });

  it('are not asked where they have changed different fields, and told that both changes stand', async () => {
    const deal = await send(bob, 'POST', 'records/deal', { name: 'Merged', next_step: 'Call' });
    await watching(ada, `/o/deal/${deal.id}?edit=true`);
    await ada.getByRole('textbox', { name: 'Next step', exact: true }).fill('Write');
    await send(bob, 'PATCH', `records/deal/${deal.id}`, { name: 'Merged by both' });
    await ada.getByRole('status').getByText('Someone else has changed this record.').waitFor();
    await ada.getByRole('button', { name: 'Save' }).first().click();
    await ada.getByText('Saved, together with a change by Bob').waitFor();
    const { name, next_step } = await send(bob, 'GET', `records/deal/${deal.id}`);
    expect([name, next_step]).toEqual(['Merged by both', 'Write']);
  });

  it('see a new name of a field when the other publishes it', async () => {
    await watching(ada, '/o/deal?view=all');
    const { body } = await send(bob, 'GET', 'metadata/field/deal.amount');
    const component = { kind: 'field', name: 'deal.amount', body: { ...(body as object), label: 'Worth' } };
    await send(bob, 'POST', 'metadata/publish', { components: [component] });
    await ada.getByRole('columnheader', { name: 'Worth' }).waitFor();
  });
});

describe('people and programs', () => {
  it('a team is made, gets a member, and is seen on their page', async () => {
    await ada.goto(`${product.origin}/setup/teams`);
    await ada.getByRole('button', { name: 'New team' }).click();
    const dialog = ada.getByRole('dialog', { name: 'New team' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('North');
    await dialog.getByRole('combobox', { name: 'Members' }).or(dialog.getByLabel('Members')).first().click();
    await ada.getByRole('option', { name: /^Bob/ }).click();
    await ada.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await ada.getByRole('row', { name: /North.*Bob/ }).waitFor();
    await bob.goto(`${product.origin}/profile`);
    await bob.getByText('Teams: North').waitFor();
  });

  it('somebody who belongs to two workspaces goes from one to the other, and each shows its own', async () => {
    await send(ada, 'POST', 'workspaces', { name: 'lab', label: 'Laboratory' });
    const deal = await send(ada, 'POST', 'records/deal', { name: 'Only in main' });
    await ada.goto(`${product.origin}/o/deal/${deal.id}`);
    await ada.getByRole('heading', { name: 'Only in main' }).waitFor();
    await ada.getByRole('button', { name: /^Signed in as/ }).click();
    await ada.getByRole('menuitem', { name: 'Laboratory' }).click();
    await ada.waitForURL(/\/w\/lab/);
    await ada.getByText('Laboratory').first().waitFor();
    expect(
      (
        await ada.request.get(`${product.origin}/api/v1/records/deal/${deal.id}`, {
          headers: { 'x-workspace': 'lab' },
        })
      ).status(),
    ).toBe(404);
    // Bob does not belong to it, and is told no more than that there is nothing for him.
    const refused = await bob.request.get(`${product.origin}/api/v1/describe`, {
      headers: { 'x-workspace': 'lab' },
    });
    const unknown = await bob.request.get(`${product.origin}/api/v1/describe`, {
      headers: { 'x-workspace': 'nowhere' },
    });
    expect([refused.status(), (await refused.json()).code]).toEqual([
      unknown.status(),
      (await unknown.json()).code,
    ]);
  });

  it('an API key is made, shown once, used and revoked', async () => {
    await bob.goto(`${product.origin}/profile`);
    await bob.getByRole('button', { name: 'New API key' }).click();
    const dialog = bob.getByRole('dialog', { name: 'New API key' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Nightly import');
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    const key = await bob.getByRole('textbox', { name: 'Nightly import' }).inputValue();
    const call = () => fetch(`${product.origin}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } });
    expect((await call()).status).toBe(200);
    await bob.getByRole('button', { name: 'I have copied it' }).click();
    await bob.getByRole('rowheader', { name: /Nightly import/ }).waitFor();
    expect(await bob.content()).not.toContain(key);
    await bob.getByRole('button', { name: 'Revoke Nightly import' }).click();
    await bob.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await bob.getByText('No API keys').waitFor();
    expect((await call()).status).toBe(401);
  });
});

/** Opens a page and waits until it is told of changes. */
async function watching(page: Page, path: string): Promise<void> {
  const stream = page.waitForResponse((response) => response.url().includes('/api/v1/events'));
  await page.goto(product.origin + path);
  await stream;
}

async function send(
  page: Page,
  method: string,
  path: string,
  data?: object,
): Promise<Record<string, unknown>> {
  const response = await page.request.fetch(`${product.origin}/api/v1/${path}`, {
    method,
    headers: { origin: product.origin },
    ...(data && { data }),
  });
  expect(response.ok(), await response.text()).toBe(true);
  return response.status() === 204 ? {} : await response.json();
}
