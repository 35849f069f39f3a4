/** Two people at work on the same records: each sees what the other does, and nobody's input is lost. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
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

  it('see what the other has changed after a page was read and before it listens', async () => {
    const deal = await send(bob, 'POST', 'records/deal', { name: 'Read deal' });
    const listens = Promise.withResolvers<void>();
    const events = '**/api/v1/events*';
    await ada.route(events, async (route) => {
      await listens.promise;
      await route.continue();
    });
    await ada.goto(`${product.origin}/o/deal/${deal.id}`);
    await ada.getByRole('heading', { name: 'Read deal' }).waitFor();
    await send(bob, 'PATCH', `records/deal/${deal.id}`, { name: 'Changed at once' });
    listens.resolve();
    await ada.getByRole('heading', { name: 'Changed at once' }).waitFor();
    await ada.unroute(events);
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

describe('what both have changed', () => {
  it('is decided by keyboard alone, on a phone, in light and dark', async () => {
    const page = await product.openPage({ width: 390, height: 800, colorScheme: 'dark' });
    await send(page, 'POST', 'auth/login', ADA);
    const deal = await send(bob, 'POST', 'records/deal', { name: 'Ours', next_step: 'Call' });
    await watching(page, `/o/deal/${deal.id}?edit=true`);
    await page.getByRole('textbox', { name: 'Next step', exact: true }).fill('Write');
    await page.getByRole('textbox', { name: 'Deal name', exact: true }).fill('Mine');
    await send(bob, 'PATCH', `records/deal/${deal.id}`, { name: 'Theirs', next_step: 'Visit' });
    await page.getByRole('status').getByText('Someone else has changed this record.').waitFor();
    const save = page.getByRole('button', { name: 'Save' }).first();
    const dialog = page.getByRole('dialog', { name: 'Someone else has changed this' });
    await save.press('Enter');
    await dialog.waitFor();
    // Escape goes back to what was typed, and nothing is saved.
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByRole('textbox', { name: 'Next step', exact: true }).inputValue()).toBe('Write');
    await save.press('Enter');
    await dialog.waitFor();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await isAccessible(page);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const isFocused = (name: string, radio: RegExp) =>
      dialog
        .getByRole('radiogroup', { name })
        .getByRole('radio', { name: radio })
        .evaluate((each) => each.matches(':focus'));
    const tabTo = async (reached: () => Promise<boolean>) => {
      for (let presses = 0; presses < 8 && !(await reached()); presses++) await page.keyboard.press('Tab');
      expect(await reached()).toBe(true);
    };
    await tabTo(() => isFocused('Deal name', /Yours/));
    await page.keyboard.press('Space');
    await tabTo(() => isFocused('Next step', /Yours/));
    await page.keyboard.press('ArrowDown');
    expect(await isFocused('Next step', /Theirs/)).toBe(true);
    await page.keyboard.press('Space');
    await tabTo(() =>
      dialog.getByRole('button', { name: 'Save' }).evaluate((each) => each.matches(':focus')),
    );
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect
      .poll(async () => {
        const { name, next_step } = await send(bob, 'GET', `records/deal/${deal.id}`);
        return [name, next_step];
      })
      .toEqual(['Mine', 'Visit']);
    await page.context().close();
  });
});

describe('an open list', () => {
  it('shows what others change behind its lookups, counts anew, and stays where it is', async () => {
    const account = await send(bob, 'POST', 'records/account', { name: 'Old Street Ltd' });
    const records = Array.from({ length: 60 }, (_, index) => ({
      name: `Steady ${String(index).padStart(2, '0')}`,
      account: account.id,
    }));
    await send(bob, 'POST', 'records/deal/batch', { operation: 'create', records, all_or_nothing: true });
    const filter = encodeURIComponent(JSON.stringify({ starts_with: [{ var: 'name' }, 'Steady'] }));
    await watching(ada, `/o/deal?view=all&sort=name&filter=${filter}`);
    await ada.getByText('60 records').waitFor();
    const row = ada.getByRole('row', { name: /Steady 30/ });
    await ada.getByRole('row', { name: /Steady 00/ }).focus();
    await ada.keyboard.press('End');
    for (let up = 0; up < 29; up++) await ada.keyboard.press('ArrowUp');
    await row.getByRole('checkbox').check();
    await row.focus();
    const before = await row.boundingBox();
    await send(bob, 'POST', 'records/deal', { name: 'Steady', account: account.id });
    await ada.getByText('61 records').waitFor();
    await send(bob, 'PATCH', `records/account/${account.id}`, { name: 'New Street Ltd' });
    await row.getByText('New Street Ltd').waitFor();
    expect(await row.boundingBox()).toEqual(before);
    expect(await row.getByRole('checkbox').isChecked()).toBe(true);
    expect(await row.evaluate((each) => each.matches(':focus'))).toBe(true);
  });

  it('stands as a board, whose cards are moved by mouse, by keys and by a menu', async () => {
    const made = async (name: string, more: object = {}) =>
      String((await send(bob, 'POST', 'records/deal', { name, stage: 'prospecting', ...more })).id);
    const stageOf = async (id: string) => (await send(bob, 'GET', `records/deal/${id}`)).stage;
    const account = await send(bob, 'POST', 'records/account', { name: 'Board Ltd' });
    const [dragged, other] = [await made('Board one'), await made('Board two', { account: account.id })];
    const filter = encodeURIComponent(JSON.stringify({ starts_with: [{ var: 'name' }, 'Board'] }));
    await watching(ada, `/o/deal?view=pipeline&filter=${filter}`);
    const column = (name: string) => ada.getByRole('region', { name, exact: true });
    const card = (name: string) => ada.getByRole('listitem').filter({ hasText: name });
    const link = (name: string) => card(name).getByRole('link', { name });
    const hasFocus = (name: string) => link(name).evaluate((each) => each.matches(':focus'));
    await column('Prospecting').getByText('Board one').waitFor();
    await isAccessible(ada);
    // By mouse.
    const [from, to] = [await card('Board one').boundingBox(), await column('Needs analysis').boundingBox()];
    await ada.mouse.move(from!.x + 40, from!.y + from!.height - 8);
    await ada.mouse.down();
    await ada.mouse.move(from!.x + 80, from!.y + 40, { steps: 3 });
    await ada.mouse.move(to!.x - 40, to!.y + 60, { steps: 5 });
    // A quick hand lets go as it arrives.
    await Promise.all([ada.mouse.move(to!.x + 80, to!.y + 60), ada.mouse.up()]);
    await column('Needs analysis').getByText('Board one').waitFor();
    await expect.poll(() => stageOf(dragged)).toBe('needs_analysis');
    // Whoever lets go beside the board, as quickly, moves nothing.
    const again = await card('Board one').boundingBox();
    await ada.mouse.move(again!.x + 40, again!.y + again!.height - 8);
    await ada.mouse.down();
    await ada.mouse.move(from!.x + 80, from!.y + 40, { steps: 5 });
    await Promise.all([ada.mouse.move(20, 20), ada.mouse.up()]);
    // What rules refuse goes back, with the reason; steps that its type has not are left out.
    await link('Board one').focus();
    await ada.keyboard.press('Shift+ArrowRight');
    await ada.getByText('From the proposal on a deal needs an account.').first().waitFor();
    await ada.getByText('Board one stays in Needs analysis').waitFor();
    await column('Needs analysis').getByText('Board one').waitFor();
    expect(await stageOf(dragged)).toBe('needs_analysis');
    await expect.poll(() => hasFocus('Board one')).toBe(true);
    // By the keys: the card keeps the focus, and two steps are two.
    await ada.keyboard.press('Shift+ArrowLeft');
    await ada.keyboard.press('Shift+ArrowLeft');
    await column('Prospecting').getByText('Board one').waitFor();
    await expect.poll(() => stageOf(dragged)).toBe('prospecting');
    await ada.keyboard.press('Shift+ArrowRight');
    await ada.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => stageOf(dragged)).toBe('needs_analysis');
    // Also where the first is not shown yet when the second is asked for.
    for (const [key, stage] of [
      ['ArrowLeft', 'prospecting'],
      ['ArrowRight', 'needs_analysis'],
    ] as const) {
      const press = `new KeyboardEvent('keydown', { key: '${key}', shiftKey: true, bubbles: true })`;
      await link('Board one').focus();
      await ada.evaluate(
        `{ const link = document.activeElement; link.dispatchEvent(${press}); link.dispatchEvent(${press}); }`,
      );
      await expect.poll(() => stageOf(dragged)).toBe(stage);
    }
    // And where others change something while the first is on its way: what is read then would put it back.
    const { promise: isHeld, resolve: goOn } = Promise.withResolvers<void>();
    await ada.route(`**/api/v1/records/deal/${dragged}*`, async (route) => {
      if (route.request().method() === 'PATCH') await isHeld;
      await route.continue();
    });
    await ada.keyboard.press('Shift+ArrowLeft');
    await column('Qualification').getByText('Board one').waitFor();
    await send(bob, 'PATCH', `records/deal/${other}`, { next_step: 'Call' });
    // A publish has all that is shown read again.
    const { body } = await send(bob, 'GET', 'metadata/field/deal.next_step');
    const component = { kind: 'field', name: 'deal.next_step', body: { ...(body as object), help: 'Soon.' } };
    const isRead = ada.waitForResponse((answer) => /\/api\/v1\/describe\/deal/.test(answer.url()));
    await send(bob, 'POST', 'metadata/publish', { components: [component] });
    await isRead;
    await ada.waitForTimeout(1500);
    await ada.keyboard.press('Shift+ArrowLeft');
    goOn();
    await expect.poll(() => stageOf(dragged)).toBe('prospecting');
    await ada.unroute(`**/api/v1/records/deal/${dragged}*`);
    await column('Prospecting').getByText('Board one').waitFor();
    await ada.keyboard.press('Shift+ArrowRight');
    await ada.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => stageOf(dragged)).toBe('needs_analysis');
    await link('Board two').focus();
    // Of what others have changed just now nobody knows here yet; they have not moved it.
    await send(bob, 'PATCH', `records/deal/${other}`, { next_step: 'Write' });
    await ada.keyboard.press('Shift+ArrowRight');
    await column('Qualification').getByText('Board two').waitFor();
    await expect.poll(() => stageOf(other)).toBe('qualification');
    expect((await send(bob, 'GET', `records/deal/${other}`)).next_step).toBe('Write');
    await expect.poll(() => hasFocus('Board two')).toBe(true);
    await ada.keyboard.press('ArrowRight');
    await expect.poll(() => hasFocus('Board one')).toBe(true);
    // By the menu, and back by the undo.
    await card('Board two').getByRole('button', { name: 'Move Board two' }).click();
    await ada.getByRole('menuitem', { name: 'Proposal' }).click();
    await expect.poll(() => stageOf(other)).toBe('proposal');
    const notice = ada.locator('.mantine-Notification-root', { hasText: 'Board two is in Proposal now' });
    await notice.getByRole('button', { name: 'Undo' }).click();
    await column('Qualification').getByText('Board two').waitFor();
    // What somebody else moves is seen to move.
    await send(bob, 'PATCH', `records/deal/${other}`, { stage: 'negotiation' });
    await column('Negotiation').getByText('Board two').waitFor();
    await ada.getByRole('button', { name: 'Show as a table' }).click();
    await ada.getByRole('row', { name: /Board two/ }).waitFor();
  });

  it('says calmly that the server is away, and sees what was missed once it is back', async () => {
    const deal = await send(bob, 'POST', 'records/deal', { name: 'Before the restart' });
    await watching(ada, `/o/deal/${deal.id}?edit=true`);
    const input = ada.getByRole('textbox', { name: 'Next step', exact: true });
    await input.fill('Not saved yet');
    await bob.goto(`${product.origin}/o/deal?view=all`);
    await bob.getByRole('link', { name: 'Before the restart' }).waitFor();
    // What is read again just then gets no answer, however often it is asked for.
    const reads = { count: 0 };
    await ada.route(`**/api/v1/records/deal/${deal.id}*`, async (route) => {
      reads.count++;
      await route.abort();
    });
    await send(bob, 'PATCH', `records/deal/${deal.id}`, { description: 'Changed before the restart' });
    await expect.poll(() => reads.count).toBeGreaterThanOrEqual(3);
    await ada.unroute(`**/api/v1/records/deal/${deal.id}*`);
    await product.halt();
    for (const page of [ada, bob]) await page.getByRole('status').getByText('Reconnecting…').waitFor();
    // What is open stays open, with what was typed into it.
    await ada.getByRole('heading', { name: 'Before the restart' }).waitFor();
    expect(await input.inputValue()).toBe('Not saved yet');
    await ada.context().setOffline(true);
    await product.resume();
    await send(bob, 'PATCH', `records/deal/${deal.id}`, { name: 'After the restart' });
    // It stands for a moment only, so it is looked for from now on.
    const isBack = ada.getByRole('status').getByText('Connected again').waitFor();
    await ada.context().setOffline(false);
    await Promise.all([isBack, ada.getByRole('heading', { name: 'After the restart' }).waitFor()]);
    expect(await input.inputValue()).toBe('Not saved yet');
    await bob.getByRole('link', { name: 'After the restart' }).waitFor();
    await ada.getByRole('status').getByText('Connected again').waitFor({ state: 'detached' });
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

async function isAccessible(page: Page): Promise<void> {
  expect(await accessibilityFaults(page, { tags: WCAG })).toEqual([]);
}

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
