/**
 * Somebody is invited by mail, chooses a password, sets up a second factor, forgets the password and comes back; an
 * administrator sees how they sign in and helps. Real server, real browser; mails lie in a folder.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { authenticatorCode } from '../../server/test/authenticator.ts';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const ADMIN = { email: 'ada@example.com', password: 'correct horse battery' };
const GUEST = { email: 'gwen@example.com', name: 'Gwen', password: 'seven green bicycles' };
const CAREFUL = { email: 'carl@example.com', password: 'eight yellow umbrellas' };

let product: Product;
let page: Page;
let guest: Page;
const mails = mkdtempSync(join(tmpdir(), 'trellis-mails-'));
let secret = '';
let codes: string[] = [];

beforeAll(async () => {
  const port = await freePort();
  product = await startProduct({
    PORT: String(port),
    TRELLIS_PUBLIC_URL: `http://127.0.0.1:${port}`,
    TRELLIS_MAIL_FOLDER: mails,
    TRELLIS_ADMIN_EMAIL: ADMIN.email,
    TRELLIS_ADMIN_PASSWORD: ADMIN.password,
  });
  page = await product.openPage();
  guest = await product.openPage();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`signing-in ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
  rmSync(mails, { recursive: true, force: true });
});

it('an administrator invites somebody, who chooses a password and is in', async () => {
  await signIn(page, ADMIN);
  await page.goto(`${product.origin}/setup/people`);
  await page.getByRole('button', { name: 'New person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(GUEST.name);
  await dialog.getByLabel('E-mail').fill(GUEST.email);
  await checkLook(page);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page
    .getByRole('row', { name: /Gwen/ })
    .getByText(/^Invit/)
    .waitFor();
  const link = await linkOfMail(GUEST.email, 'invitation');

  await guest.goto(link);
  await guest.getByText('Your address is gwen@example.com').waitFor();
  expect(guest.url()).not.toContain('#');
  await checkLook(guest);
  const password = guest.locator('input[name=new-password]');
  await password.fill('password1234');
  await guest.getByRole('button', { name: 'Begin' }).click();
  await guest.getByText('among the first that a guesser tries').waitFor();
  await password.fill(GUEST.password);
  await guest.getByRole('button', { name: 'Begin' }).click();
  await guest.getByRole('button', { name: 'Gwen' }).waitFor();

  const late = await product.openPage();
  await late.goto(link);
  await late.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
  await checkLook(late);
  await late.close();
});

it('the profile has name, password, second factor and sessions', async () => {
  await guest.goto(`${product.origin}/profile`);
  await guest.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
  await guest.getByText('This one').waitFor();
  await checkLook(guest);
  await guest.getByRole('combobox', { name: 'Locale' }).fill('nothing at all');
  await guest.getByRole('button', { name: 'Save' }).click();
  await guest.getByText('There is no such locale').waitFor();
  await guest.getByRole('combobox', { name: 'Locale' }).fill('de-DE');
  await guest.getByLabel('Name').fill('Gwen Guest');
  await guest.getByRole('button', { name: 'Save' }).click();
  await guest.getByText('Your profile is saved.').waitFor();

  await guest.getByRole('button', { name: 'Set up' }).click();
  const dialog = guest.getByRole('dialog', { name: 'Set up a second factor' });
  await dialog.getByRole('img', { name: 'Picture for your authenticator app' }).waitFor();
  secret = (await dialog.getByText(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/).textContent())!.replaceAll(' ', '');
  await checkLook(guest);
  await dialog.getByLabel('Code that the app shows').fill('000000');
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await dialog.getByText('This code is wrong').waitFor();
  await dialog.getByLabel('Code that the app shows').fill(authenticatorCode(secret, Date.now()));
  await dialog.getByRole('button', { name: 'Confirm' }).click();
  await dialog.getByText('Keep these recovery codes').waitFor();
  codes = await dialog.getByRole('listitem').allTextContents();
  expect(codes).toHaveLength(10);
  await checkLook(guest);
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await guest.getByText('10 recovery codes are left').waitFor();
});

it('sign-in asks for the code, and leads back to where one wanted to go, and nowhere else', async () => {
  await guest.getByRole('button', { name: /Gwen/ }).click();
  await guest.getByRole('menuitem', { name: 'Sign out' }).click();
  await guest.waitForURL(/\/login/);
  await guest.goto(`${product.origin}/login?next=${encodeURIComponent('/\\evil.example/profile')}`);
  await fillLogin(guest, GUEST);
  await guest.getByRole('heading', { name: 'One more step' }).waitFor();
  await checkLook(guest);
  await guest.getByLabel('Code').fill('123456');
  await guest.keyboard.press('Enter');
  await guest.getByText('This code is wrong').waitFor();
  await guest.getByLabel('Code').fill(codes[0]!);
  await guest.keyboard.press('Enter');
  await guest.getByRole('button', { name: /Gwen/ }).waitFor();
  expect(new URL(guest.url()).origin).toBe(product.origin);

  await guest.goto(`${product.origin}/profile`);
  await guest.getByText('9 recovery codes are left').waitFor();
});

it('a forgotten password is set anew by a mail, and the code is still asked for', async () => {
  const other = await product.openPage();
  await other.goto(`${product.origin}/login`);
  await other.getByRole('link', { name: 'Forgot your password?' }).click();
  await other.getByRole('heading', { name: 'Forgot your password?' }).waitFor();
  await other.getByLabel('Email').fill(GUEST.email);
  await checkLook(other);
  await other.getByRole('button', { name: 'Send the link' }).click();
  await other.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
  await other.goto(await linkOfMail(GUEST.email, 'reset-password'));
  await other.locator('input[name=new-password]').fill('nine purple teapots');
  await checkLook(other);
  await other.getByRole('button', { name: 'Set the password' }).click();
  await other.getByRole('heading', { name: 'Your password is set' }).waitFor();
  await other.getByRole('link', { name: 'Back to sign-in' }).click();
  await fillLogin(other, { email: GUEST.email, password: 'nine purple teapots' });
  await other.getByLabel('Code').fill(codes[1]!);
  await other.keyboard.press('Enter');
  await other.getByRole('button', { name: /Gwen/ }).waitFor();
  await other.close();
});

it('an administrator sees how somebody signs in, and takes a lost second factor away', async () => {
  await page.goto(`${product.origin}/setup/people`);
  await page.getByRole('link', { name: 'Gwen Guest' }).click();
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await checkLook(page);
  await page.getByRole('button', { name: 'Take the second factor away' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take the second factor away' }).click();
  await page.getByText('They are not signed in anywhere.').waitFor();
});

it('a permission set that asks for it lets nobody in without a second factor', async () => {
  await api('POST', 'metadata/publish', {
    components: [
      { kind: 'permission_set', name: 'careful', body: { label: 'Careful', requires_second_factor: true } },
    ],
  });
  await api('POST', 'users', { ...CAREFUL, name: 'Carl', permission_sets: ['careful'] });
  await page.goto(`${product.origin}/setup/permission-sets/careful`);
  expect(await page.getByLabel('Needs a second factor').isChecked()).toBe(true);

  const carl = await product.openPage();
  await carl.goto(`${product.origin}/login?next=/profile`);
  await fillLogin(carl, CAREFUL);
  await carl.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
  await carl.getByRole('img', { name: 'Picture for your authenticator app' }).waitFor();
  await checkLook(carl);
  secret = (await carl.getByText(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/).textContent())!.replaceAll(' ', '');
  await carl.getByLabel('Code that the app shows').fill(authenticatorCode(secret, Date.now()));
  await carl.keyboard.press('Enter');
  await carl.getByRole('button', { name: 'I have kept them' }).click();
  await carl.getByRole('button', { name: 'Carl' }).waitFor();
  await carl.close();
});

it('keys of everybody stand in Set up', async () => {
  await api('POST', 'api-keys', { name: 'Nightly import' });
  await page.goto(`${product.origin}/setup/api-keys`);
  await page.getByRole('row', { name: /Nightly import/ }).waitFor();
  await checkLook(page);
  await page.getByRole('button', { name: 'Revoke Nightly import' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('heading', { name: 'Nobody has an API key' }).waitFor();
});

async function signIn(on: Page, who: { email: string; password: string }): Promise<void> {
  await on.goto(`${product.origin}/login`);
  await fillLogin(on, who);
  await on.getByRole('button', { name: 'administrator' }).or(on.getByRole('navigation')).first().waitFor();
}

async function fillLogin(on: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await on.getByLabel('Email').fill(email);
  await on.locator('input[name=password]').fill(password);
  await on.getByRole('button', { name: 'Sign in' }).click();
}

async function api(method: string, path: string, data: unknown): Promise<void> {
  const answer = await page.request.fetch(`${product.origin}/api/v1/${path}`, {
    method,
    data,
    headers: { origin: product.origin },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** Accessible, in light at a desk and in dark on a phone, without scrolling sideways. */
async function checkLook(on: Page): Promise<void> {
  const size = on.viewportSize()!;
  const looks = [
    { colorScheme: 'light', width: size.width },
    { colorScheme: 'dark', width: 390 },
  ] as const;
  for (const { colorScheme, width } of looks) {
    await on.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await on.setViewportSize({ width, height: size.height });
    expect(await accessibilityFaults(on, { tags: WCAG })).toEqual([]);
    const overflow = await on.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow, `${on.url()} at ${width}`).toBeLessThanOrEqual(0);
    if (process.env.TRELLIS_PICTURES) {
      const name = `${new URL(on.url()).pathname.replaceAll('/', '_')}-${colorScheme}-${width}`;
      await on.screenshot({ path: join(process.env.TRELLIS_PICTURES, `${pictures++}${name}.png`) });
    }
  }
  await on.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await on.setViewportSize(size);
}
let pictures = 10;

/** The newest link of a kind that was sent to an address; mails are sent by a job, soon after they are asked for. */
async function linkOfMail(to: string, kind: string): Promise<string> {
  for (;;) {
    for (const file of readdirSync(mails).toSorted().toReversed()) {
      const text = readFileSync(join(mails, file), 'utf8');
      const link = new RegExp(`http://\\S+/${kind}#\\S+`).exec(text)?.[0];
      if (text.includes(`To: ${to}\n`) && link) return link;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', () => resolve()));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
