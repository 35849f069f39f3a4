/**
 * An administrator makes a role, a permission set and a person who holds both; that person signs in and meets exactly
 * what was granted, and the administrator can ask why. Real server, real browser.
 */
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const ADMIN = { email: 'ada@example.com', password: 'correct horse battery' };
const CLARA = { email: 'clara@example.com', password: 'battery staple horse' };
const DORA = { email: 'dora@example.com', password: 'staple battery horse' };
const ERIK = { email: 'erik@example.com', password: 'horse battery staple' };
const FAY = { email: 'fay@example.com', password: 'staple correct horse' };
const NO_PARCELS = 'No Parcels yet';
const FIELDS = {
  name: { label: 'Name', type: 'text', required: true },
  size: { label: 'Size', type: 'integer' },
  secret: { label: 'Secret', type: 'text' },
  joined: { label: 'Joined to', type: 'lookup', to: 'parcel' },
};

let product: Product;
let page: Page;
let adasParcel: string;

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: ADMIN.email, TRELLIS_ADMIN_PASSWORD: ADMIN.password });
  page = await product.openPage();
  await request('POST', 'auth/login', ADMIN);
  await request('POST', 'metadata/publish', {
    components: [
      {
        kind: 'object',
        name: 'parcel',
        body: { label: 'Parcel', plural_label: 'Parcels', name_field: 'name' },
      },
      ...Object.entries(FIELDS).map(([name, body]) => ({ kind: 'field', name: `parcel.${name}`, body })),
      {
        kind: 'view',
        name: 'parcel.all',
        body: { label: 'All', is_default: true, columns: ['name', 'size', 'secret', 'joined'] },
      },
    ],
  });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`access ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

it('roles are made in a tree that the keyboard walks', async () => {
  await page.goto(`${product.origin}/setup/roles`);
  await page.getByRole('button', { name: 'New role', exact: true }).first().click();
  await makeNamed('Head packer');
  await page.getByRole('button', { name: 'New role below' }).click();
  await makeNamed('Packer');
  const head = page.getByRole('treeitem', { name: 'Head packer' });
  const packer = page.getByRole('treeitem', { name: 'Packer', exact: true });
  expect(await packer.getAttribute('aria-level')).toBe('2');
  await head.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.locator('[role=treeitem]:focus').textContent()).toBe('Packer');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await packer.waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  await packer.waitFor();
  await page.keyboard.press('Enter');
  // Whoever stands below a role cannot become its parent: there is no way to write a circle.
  await page.getByRole('heading', { name: 'Head packer' }).waitFor();
  await input(page, 'Reports to').click();
  const options = await page.getByRole('option').allTextContents();
  expect(options).toContain('Chief executive');
  expect(options).not.toContain('Packer');
  await page.keyboard.press('Escape');
  await expectAccessible();
});

it('a permission set is a grid whose rights bring along what they need', async () => {
  await page.goto(`${product.origin}/setup/permission-sets`);
  await page.getByRole('button', { name: 'New permission set' }).first().click();
  await makeNamed('Packing');
  await page.getByRole('textbox', { name: 'Search objects' }).fill('parcel');
  await page.getByRole('checkbox', { name: 'Edit: Parcels' }).check();
  expect(await page.getByRole('checkbox', { name: 'Read: Parcels' }).isChecked()).toBe(true);
  expect(await page.getByRole('checkbox', { name: 'Create: Parcels' }).isChecked()).toBe(false);
  await page.getByRole('button', { name: /Fields and record types of Parcels/ }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('combobox', { name: 'Right on Secret' }).selectOption({ label: 'Hidden' });
  await drawer.getByRole('combobox', { name: 'Right on Size' }).selectOption({ label: 'Read' });
  await expectAccessible();
  await drawer.getByRole('button', { name: 'Close' }).click();
  await page.getByText('Edit, 2 differ').waitFor();
  await expectAccessible();
  await publish();
});

it('a person is made; what is wrong stands at its field', async () => {
  await page.goto(`${product.origin}/setup/people`);
  await page.getByRole('button', { name: 'New person' }).click();
  const dialog = page.getByRole('dialog');
  await input(dialog, 'Name').fill('Clara');
  await input(dialog, 'E-mail').fill('clara');
  await dialog.getByRole('radio', { name: 'Set a password' }).check();
  await dialog.locator('input[type=password]').fill('short');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect.poll(() => input(dialog, 'E-mail').getAttribute('aria-invalid')).toBe('true');
  await expectAccessible();
  await input(dialog, 'E-mail').fill(CLARA.email);
  await dialog.locator('input[type=password]').fill(CLARA.password);
  await choose(input(dialog, 'Permission sets'), 'Packing');
  // Several can be chosen, so the list stays open until one goes on.
  await page.keyboard.press('Tab');
  await choose(input(dialog, 'Role'), 'Packer');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.waitFor({ state: 'detached' });
  const row = page.getByRole('row', { name: /Clara/ });
  await row.getByText('Packing').waitFor();
  await row.getByText('Packer', { exact: true }).waitFor();
  await expectAccessible();
});

it('she sees what was granted and nothing else', async () => {
  const { users } = (await request('GET', 'users')) as { users: { id: string; email: string }[] };
  const clara = users.find((user) => user.email === CLARA.email)!;
  adasParcel = String((await request('POST', 'records/parcel', { name: 'Of Ada', secret: 'x' })).id);
  await request('POST', 'records/parcel', {
    name: 'Of Clara',
    size: 3,
    secret: 'y',
    joined: adasParcel,
    owner_id: clara.id,
  });

  const hers = await signedIn(CLARA);
  await hers.waitForURL(/\/o\/parcel/);
  await hers.getByRole('link', { name: 'Of Clara' }).waitFor();
  expect(await hers.getByText('Of Ada').count()).toBe(0);
  expect(await hers.getByRole('checkbox', { name: 'Select', exact: true }).count()).toBe(1);
  // A record behind a lookup that she may not see: said, and no link that leads nowhere.
  await hers.getByRole('gridcell', { name: 'No access' }).waitFor();
  expect(await hers.locator(`a[href$="${adasParcel}"]`).count()).toBe(0);
  expect(await hers.getByRole('columnheader', { name: 'Secret' }).count()).toBe(0);
  expect(await hers.getByRole('link', { name: 'New Parcel' }).count()).toBe(0);
  expect(await hers.getByRole('link', { name: 'Deals' }).count()).toBe(0);
  expect(await hers.getByRole('link', { name: 'Set up' }).count()).toBe(0);

  await hers.getByRole('link', { name: 'Of Clara' }).click();
  await hers.getByRole('heading', { name: 'Of Clara' }).waitFor();
  await hers.getByRole('button', { name: 'Edit Name', exact: true }).waitFor();
  await hers.getByText('No access').waitFor();
  expect(await hers.getByRole('button', { name: 'Edit Size', exact: true }).count()).toBe(0);
  expect(await hers.getByText('Secret').count()).toBe(0);
  await hers.getByRole('button', { name: 'More actions' }).click();
  await hers.getByRole('menuitem', { name: 'Copy link' }).waitFor();
  expect(await hers.getByRole('menuitem', { name: 'Delete' }).count()).toBe(0);
  expect(await hers.getByRole('menuitem', { name: 'Clone' }).count()).toBe(0);
  expect(await hers.getByRole('menuitem', { name: 'Who can see this?' }).count()).toBe(0);

  await hers.goto(`${product.origin}/o/parcel/new`);
  await hers.getByRole('heading', { name: 'You may not make Parcels' }).waitFor();
  await hers.goto(`${product.origin}/o/parcel/${adasParcel}`);
  await hers.getByRole('heading', { name: /not found/i }).waitFor();
  await hers.goto(`${product.origin}/o/deal`);
  await hers.getByRole('heading', { name: /not found/i }).waitFor();
  await hers.goto(`${product.origin}/setup/people`);
  await hers.getByRole('heading', { name: 'Set-up is for administrators' }).waitFor();
});

it('a record says who can see it, and why', async () => {
  await page.goto(`${product.origin}/o/parcel/${adasParcel}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Who can see this?' }).click();
  const dialog = page.getByRole('dialog');
  await choose(input(dialog, 'Person'), /Clara/);
  await dialog.getByText('Clara may not.').waitFor();
  await dialog.getByText(/This record is not among them/).waitFor();
  await expectAccessible();
});

it('her page says that a field is hidden from her', async () => {
  await page.goto(`${product.origin}/setup/people`);
  await page.getByRole('link', { name: 'Clara' }).click();
  await page.getByRole('heading', { name: 'Clara' }).waitFor();
  await choose(input(page, 'Object'), 'Parcels');
  await page.getByText('Clara may.').waitFor();
  await choose(input(page, 'Field'), 'Secret');
  await page.getByText('Clara may not.').waitFor();
  await page.getByText('No permission set grants the field “Secret”.').waitFor();
  await expectAccessible();
});

it('who holds nothing yet is told so, and nothing breaks', async () => {
  await request('POST', 'users', { ...DORA, name: 'Dora' });
  const theirs = await signedIn(DORA);
  await theirs.getByRole('heading', { name: 'Nothing was shared with you yet' }).waitFor();
  await expectAccessible(theirs);
});

it('a sharing rule opens the records of a role, and says so', async () => {
  // Erik stands in no role at all, so that nothing but the rule can show him what packers own.
  await request('POST', 'users', { ...ERIK, name: 'Erik', permission_sets: ['packing'] });
  const his = await signedIn(ERIK);
  await his.goto(`${product.origin}/o/parcel`);
  await his.getByText(NO_PARCELS).waitFor();

  await page.goto(`${product.origin}/setup/objects/parcel/sharing`);
  await page.getByRole('button', { name: 'New sharing rule' }).click();
  await makeNamed('Of packers, for Erik');
  await page.getByText('Who owns them').click();
  const select = (label: string) =>
    page.locator('input:visible').and(page.getByLabel(label, { exact: true }));
  await choose(select('Who').first(), 'Packer');
  await choose(select('Kind').last(), 'Person');
  await choose(select('Who').last(), /Erik/);
  await expectAccessible();
  await page.goto(`${product.origin}/setup/objects/parcel/sharing`);
  await his.reload();
  // A draft opens nothing.
  await his.getByText(NO_PARCELS).waitFor();
  await page.getByRole('button', { name: 'Review and publish' }).click();
  const plan = page.getByRole('dialog');
  await plan.getByRole('heading', { name: 'Who gains and who loses what' }).waitFor();
  await plan.getByRole('row', { name: /^Erik sees 1 record Of Clara/ }).waitFor();
  await expectAccessible();
  await plan.getByRole('button', { name: 'Publish' }).click();
  await page.getByText(/Published as revision/).waitFor();
  await page.goto(`${product.origin}/setup/objects/parcel/sharing`);
  await page.getByRole('row', { name: /Of packers, for Erik.*Owned by people of Packer.*Erik/ }).waitFor();

  await his.reload();
  await his.getByRole('link', { name: 'Of Clara' }).click();
  await his.getByRole('heading', { name: 'Of Clara' }).waitFor();
  // The rule lets him read it: though he may edit parcels, not this one, and he is told so before he tries.
  const refused = his.getByRole('button', { name: 'Read only' });
  await refused.hover();
  await his.getByRole('tooltip').getByText('not change it').waitFor();
  expect(await his.getByRole('button', { name: /^Edit/ }).count()).toBe(0);
  await expectAccessible(his);
  await his.goto(`${product.origin}/o/parcel/${adasParcel}`);
  await his.getByRole('heading', { name: /not found/i }).waitFor();

  // Clara is no packer any more, and then one again: his open page follows by itself.
  const { users } = (await request('GET', 'users')) as { users: { id: string; email: string }[] };
  const clara = `users/${users.find((user) => user.email === CLARA.email)!.id}`;
  const listens = his.waitForResponse(/\/api\/v1\/events/);
  await his.goto(`${product.origin}/o/parcel`);
  await listens;
  await his.getByRole('link', { name: 'Of Clara' }).click();
  await his.getByRole('heading', { name: 'Of Clara' }).waitFor();
  await request('PATCH', clara, { role: null });
  await his.getByRole('heading', { name: /not found/i }).waitFor();
  await his.getByRole('link', { name: 'All Parcels' }).click();
  await his.getByText(NO_PARCELS).waitFor();
  await request('PATCH', clara, { role: 'packer' });
  await his.getByRole('link', { name: 'Of Clara' }).waitFor();

  await page.goto(`${product.origin}/o/parcel`);
  await page.getByRole('link', { name: 'Of Clara' }).click();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Who can see this?' }).click();
  const dialog = page.getByRole('dialog');
  await choose(input(dialog, 'Person'), /Erik/);
  await dialog.getByText('Erik may.').waitFor();
  await dialog.getByText(/Of packers, for Erik/).waitFor();
});

it('who manages people and may not customise finds people and teams, and gives what they hold', async () => {
  const body = { label: 'People desk', system: ['manage_users'] };
  await request('POST', 'metadata/publish', {
    components: [{ kind: 'permission_set', name: 'people_desk', body }],
  });
  await request('POST', 'users', { ...FAY, name: 'Fay', permission_sets: ['people_desk'] });
  const hers = await signedIn(FAY);
  await hers.getByRole('link', { name: 'Set up' }).click();
  await hers.getByRole('heading', { name: 'People' }).waitFor();
  const sections = hers.getByRole('navigation', { name: 'Setup' }).getByRole('link');
  expect(await sections.allTextContents()).toEqual(['People', 'Teams', 'Standing in', 'API keys']);
  await hers.getByRole('row', { name: /Clara/ }).getByText('Packing').waitFor();
  await expectAccessible(hers);

  await hers.getByRole('button', { name: 'New person' }).click();
  const dialog = hers.getByRole('dialog');
  await input(dialog, 'Permission sets').click();
  const administrator = hers.getByRole('option', { name: /^Administrator/ });
  await administrator.waitFor();
  expect(await administrator.getAttribute('data-combobox-disabled')).toBe('true');
  await hers.getByRole('option', { name: 'People desk' }).click();
  await hers.keyboard.press('Tab');
  await input(dialog, 'Name').fill('Gus');
  await input(dialog, 'E-mail').fill('gus@example.com');
  await dialog.getByRole('button', { name: 'Create' }).click();
  // No mail is sent here: the link of the invitation is handed over.
  expect(await hers.getByRole('textbox', { name: 'Link' }).inputValue()).toMatch(/\/invitation#[\w-]{43}$/);
  await hers.getByRole('button', { name: 'I have copied it' }).click();
  await dialog.waitFor({ state: 'detached' });
  await hers.getByRole('row', { name: /Gus.*People desk/ }).waitFor();

  await hers.goto(`${product.origin}/setup/roles`);
  await hers.getByRole('heading', { name: 'This part of Set up is for administrators' }).waitFor();
  await hers.goto(`${product.origin}/setup/teams`);
  await hers.getByRole('heading', { name: 'Teams', exact: true }).waitFor();

  // Nothing can be done with many people at once, so none of them is chosen.
  await hers.goto(`${product.origin}/o/user`);
  await hers.getByRole('grid').getByRole('row', { name: /Clara/ }).waitFor();
  expect(await hers.getByRole('checkbox').count()).toBe(0);
  await expectAccessible(hers);
});

async function makeNamed(label: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await input(dialog, 'Label').fill(label);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function publish(): Promise<void> {
  await page.getByRole('button', { name: 'Review and publish' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await page.getByText(/Published as revision/).waitFor();
}

async function signedIn(who: { readonly email: string; readonly password: string }): Promise<Page> {
  const where = await product.openPage();
  await where.goto(`${product.origin}/login`);
  await where.getByLabel(/e-?mail/i).fill(who.email);
  await where.locator('input[type=password]').fill(who.password);
  await where.getByRole('button', { name: 'Sign in' }).click();
  await where.waitForURL((url) => !url.pathname.startsWith('/login'));
  return where;
}

/** An input by its label, whether the browser calls it a text box or a combo box. */
function input(where: Page | Locator, label: string): Locator {
  return where
    .locator('input:visible:not([type=radio]), textarea:visible')
    .and(where.getByLabel(label))
    .first();
}

async function choose(box: Locator, option: string | RegExp): Promise<void> {
  await box.click();
  await page
    .getByRole('option', { name: option, ...(typeof option === 'string' ? { exact: true } : {}) })
    .first()
    .click();
}

async function request(method: string, path: string, data?: object): Promise<Record<string, unknown>> {
  const response = await page.request.fetch(`${product.origin}/api/v1/${path}`, {
    method,
    ...(data === undefined ? {} : { data }),
    headers: { origin: product.origin },
  });
  expect(response.ok(), await response.text()).toBe(true);
  return response.json();
}

/** No fault by axe at WCAG 2.2 AA on what is shown now. */
async function expectAccessible(where: Page = page): Promise<void> {
  expect(await accessibilityFaults(where, { tags: WCAG })).toEqual([]);
}
