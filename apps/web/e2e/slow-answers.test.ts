/** A network that is slow: what is done before an answer comes is neither lost nor done twice. Answers are held back by hand. */
import type { Locator, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };

let product: Product;
let page: Page;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: USER.email, TRELLIS_ADMIN_PASSWORD: USER.password });
  page = await product.openPage();
  await post('auth/login', USER);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`slow ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

describe('while an answer is on its way', () => {
  it('Enter pressed twice makes one record, and nobody is brought back to what they have left', async () => {
    await page.goto(`${product.origin}/o/deal/new`);
    await page.getByRole('textbox', { name: 'Deal name' }).fill('Only once');
    let sent = 0;
    const goOn = await hold('POST', 'records/deal', () => sent++);
    // Within one task of the browser, before anything can be drawn.
    await page.evaluate(
      `for (const form of [1, 2].map(() => document.querySelector('main form'))) form.requestSubmit()`,
    );
    await page.keyboard.press('Control+s');
    await page.getByRole('link', { name: 'Contacts', exact: true }).click();
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByRole('heading', { name: 'Contacts', exact: true }).waitFor();
    await goOn();
    await page.getByText('Only once').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/o/contact');
    expect(sent).toBe(1);
    const { records } = await get('records/deal?fields=id&search=Only');
    expect(records).toHaveLength(1);
  });

  it('the next field is edited, undisturbed, and both are saved one after the other', async () => {
    const deal = await post('records/deal', { name: 'Two fields' });
    await page.goto(`${product.origin}/o/deal/${deal.id}`);
    const goOn = await hold('PATCH', `records/deal/${deal.id}`);
    const step = await edit('Next step');
    await step.fill('Call them');
    await step.press('Enter');
    const name = await edit('Deal name');
    await name.fill('Two ');
    await goOn();
    await expect.poll(async () => (await get(`records/deal/${deal.id}`)).next_step).toBe('Call them');
    await page.getByRole('tabpanel').locator('[data-pending]').waitFor({ state: 'detached' });
    await page.keyboard.type('values');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Two values' }).waitFor();
    const { name: saved, next_step } = await get(`records/deal/${deal.id}`);
    expect([saved, next_step]).toEqual(['Two values', 'Call them']);
    // Again, and this time the second is asked for before the first is answered: nobody else had a hand in it.
    const again = await hold('PATCH', `records/deal/${deal.id}`);
    const first = await edit('Next step');
    await first.fill('Write');
    await first.press('Enter');
    const second = await edit('Deal name');
    await second.fill('Both');
    await second.press('Enter');
    await again();
    await page.getByRole('heading', { name: 'Both', exact: true }).waitFor();
    expect(await page.getByText('Saved, together with a change').count()).toBe(0);
  });

  it('a search keeps what was typed meanwhile', async () => {
    await page.goto(`${product.origin}/o/deal?view=all`);
    const box = page.getByRole('textbox', { name: 'Search in Deals' });
    await box.fill('Two ');
    await page.waitForURL(/[?&]q=Two(&|$)/);
    await page.getByRole('status').getByText(/^0 /).waitFor();
    expect(await box.inputValue()).toBe('Two ');
    await box.fill('');
    await page.waitForURL((url) => !url.searchParams.has('q'));
  });

  it('Enter means the best of what was typed, not of what was found for less', async () => {
    for (const name of ['Acme North', 'Acme South']) await post('records/account', { name });
    await page.goto(`${product.origin}/o/deal/new`);
    const account = page.getByRole('combobox', { name: 'Account' });
    await account.fill('Acme');
    const offered = page.getByRole('option', { name: /^Acme/ });
    await expect.poll(() => offered.count()).toBe(2);
    const [best = ''] = await offered.allTextContents();
    const other = best.endsWith('North') ? 'Acme South' : 'Acme North';
    let asked = 0;
    const goOn = await hold('GET', 'search', () => asked++);
    await account.press('End');
    await page.keyboard.type(other.slice('Acme'.length));
    await page.keyboard.press('Enter');
    await expect.poll(() => asked).toBeGreaterThan(0);
    // Nobody is offered to make what may be there.
    expect(await page.getByRole('option', { name: other }).count()).toBe(1);
    await goOn();
    await expect.poll(() => account.inputValue()).toBe(other);
    await page.getByRole('listbox').waitFor({ state: 'hidden' });
  });

  it('Enter adds what was typed to a set of records, and does not send a form that lacks it', async () => {
    await post('records/account', { name: 'Setter West' });
    await page.goto(`${product.origin}/o/contact/new`);
    await page.getByRole('textbox', { name: 'Last name' }).fill('Quick');
    await page.getByRole('textbox', { name: 'Email', exact: true }).fill('quick@example.com');
    const accounts = page.getByRole('combobox', { name: 'Involved with' });
    await accounts.click();
    await page.getByRole('option').first().waitFor();
    let asked = 0;
    const goOn = await hold('GET', 'search', () => asked++);
    await accounts.fill('Setter');
    await accounts.press('Enter');
    await expect.poll(() => asked).toBeGreaterThan(0);
    await goOn();
    await page.locator('.mantine-Pill-root', { hasText: 'Setter West' }).waitFor();
    expect(await accounts.inputValue()).toBe('');
    await accounts.fill('Nobody has this name');
    await page.getByText('“Nobody has this name”').waitFor();
    await accounts.press('Enter');
    expect(await accounts.inputValue()).toBe('Nobody has this name');
    expect(new URL(page.url()).pathname).toBe('/o/contact/new');
    await accounts.fill('');
    await page.keyboard.press('Control+s');
    await page.getByRole('heading', { name: 'Quick' }).waitFor();
    await page.getByRole('link', { name: 'Setter West' }).first().waitFor();
  });

  it('what is typed before the palette is loaded stands in it', async () => {
    const { promise: isHeld, resolve: goOn } = Promise.withResolvers<void>();
    const code = /CommandPalette-[^/]*\.js$/;
    let asked = 0;
    await page.route(code, async (route) => {
      asked++;
      await isHeld;
      await route.continue();
    });
    await page.goto(`${product.origin}/o/account`);
    await page.getByRole('heading', { name: 'Accounts', exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Cont');
    await expect.poll(() => asked).toBeGreaterThan(0);
    goOn();
    const input = page.getByRole('combobox', { name: 'Search records, or type a command…' });
    await expect.poll(() => input.inputValue()).toBe('Cont');
    await expect.poll(() => input.evaluate((each) => each.matches(':focus'))).toBe(true);
    await page.keyboard.type('acts');
    expect(await input.inputValue()).toBe('Contacts');
    await page.keyboard.press('Escape');
    await page.unroute(code);
    await page.keyboard.press('Control+k');
    await expect.poll(() => input.inputValue()).toBe('');
    await page.keyboard.press('Escape');
  });

  it('what was gone to in the palette stays, whatever comes above it', async () => {
    await post('records/account', { name: 'Contactless' });
    await page.goto(`${product.origin}/o/account`);
    await page.getByRole('heading', { name: 'Accounts', exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    const goOn = await hold('GET', 'search');
    const input = page.getByRole('combobox', { name: 'Search records, or type a command…' });
    await input.fill('contact');
    const chosen = page.getByRole('option', { selected: true });
    await input.press('ArrowDown');
    await input.press('ArrowDown');
    const label = await chosen.textContent();
    await goOn();
    await page.getByRole('option', { name: 'Contactless' }).first().waitFor();
    expect(await chosen.textContent()).toBe(label);
    await input.press('Escape');
  });
});

/** Holds back what is asked from now on, until the answer is called; requests are told in the order in which they come. */
async function hold(method: string, path: string, told: () => void = () => undefined) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const pattern = new RegExp(`/api/v1/${path}(\\?|$)`);
  const wait = async (route: Route) => {
    if (route.request().method() === method) {
      told();
      await promise;
    }
    // What the page has given up meanwhile is nobody's any more.
    await route.continue().catch(() => undefined);
  };
  await page.route(pattern, wait);
  return async () => {
    resolve();
    await page.unroute(pattern, wait);
  };
}

async function edit(field: string): Promise<Locator> {
  await page.getByRole('button', { name: `Edit ${field}`, exact: true }).click();
  const input = page.getByRole('textbox', { name: field, exact: true });
  await input.waitFor();
  return input;
}

async function post(path: string, data: object): Promise<Record<string, unknown>> {
  const response = await page.request.post(`${product.origin}/api/v1/${path}`, {
    data,
    headers: { origin: product.origin },
  });
  expect(response.ok(), await response.text()).toBe(true);
  return response.status() === 204 ? {} : await response.json();
}

async function get(path: string): Promise<Record<string, unknown>> {
  return await (await page.request.get(`${product.origin}/api/v1/${path}`)).json();
}
