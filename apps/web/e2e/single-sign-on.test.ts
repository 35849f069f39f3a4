/**
 * People come by a real OpenID provider: newcomers get an account and what their groups stand for, those who may not come
 * in read why, and an account is linked in the profile. Real server, real provider, real browser.
 */
import { freePort, type IdentityProvider, startIdentityProvider } from '@trellis/testing';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const ADMIN = { email: 'ada@example.com', password: 'correct horse battery' };
const NINA = {
  sub: 'nina',
  email: 'nina@example.com',
  email_verified: true,
  name: 'Nina',
  groups: ['sales'],
};

let product: Product;
let provider: IdentityProvider;
let page: Page;

beforeAll(async () => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  provider = await startIdentityProvider({ origin });
  product = await startProduct({
    PORT: String(port),
    TRELLIS_PUBLIC_URL: origin,
    TRELLIS_ADMIN_EMAIL: ADMIN.email,
    TRELLIS_ADMIN_PASSWORD: ADMIN.password,
    TRELLIS_OIDC_ISSUER: provider.issuer,
    TRELLIS_OIDC_CLIENT_ID: provider.clientId,
    TRELLIS_OIDC_CLIENT_SECRET: provider.clientSecret,
    TRELLIS_OIDC_LABEL: 'Acme Login',
    TRELLIS_OIDC_PERMISSION_SETS: '{"sales": ["sales_rep"]}',
    TRELLIS_SSO_ONLY: '1',
  });
  page = await product.openPage();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`single sign-on ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
  await provider?.stop();
});

it('who turns back reads so on the sign-in page', async () => {
  provider.signedIn = undefined;
  await page.goto(`${product.origin}/o/deal`);
  await page.getByRole('link', { name: 'Continue with Acme Login' }).click();
  await page.getByRole('alert').getByText('The provider did not let you in').waitFor();
  expect(await page.getByLabel('Password').count()).toBe(0);
  await expectNoFaults();
});

it('a newcomer comes in, where they wanted to go, and leaves the provider too', async () => {
  provider.signedIn = NINA;
  await page.getByRole('link', { name: 'Continue with Acme Login' }).click();
  await page.waitForURL(`${product.origin}/o/deal**`);
  await page.getByRole('heading', { name: 'Deals' }).waitFor();
  await page.getByRole('button', { name: 'Nina' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(`${provider.issuer}/**`);
});

it('an emergency account signs in by password, and links the provider in its profile', async () => {
  provider.signedIn = NINA;
  await signInByPassword();
  await page.getByRole('button', { name: 'Link Acme Login' }).click();
  await page.getByRole('alert').getByText('belongs to another account').waitFor();
  await expectNoFaults();
  provider.signedIn = { sub: 'ada at work', email: 'ada@work.example', email_verified: true };
  await signInByPassword();
  await page.getByText('Not linked').waitFor();
  await page.getByRole('button', { name: 'Link Acme Login' }).click();
  await page.getByText('Linked', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Unlink Acme Login' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unlink', exact: true }).click();
  await page.getByText('Not linked').waitFor();
});

it('an administrator permits a link on the page of a person, who then comes in', async () => {
  const answer = await page.request.post(`${product.origin}/api/v1/users`, {
    headers: { origin: product.origin },
    data: { email: 'paula@example.com', name: 'Paula', permission_sets: ['sales_rep'] },
  });
  const { id } = (await answer.json()) as { id: string };
  await page.goto(`${product.origin}/setup/people/${id}`);
  await page.getByRole('button', { name: 'Permit Acme Login' }).click();
  await page.getByText('They can sign in with Acme Login').waitFor();
  await expectNoFaults();
  provider.signedIn = { sub: 'paula', email: 'paula@example.com', email_verified: true };
  page = await product.openPage();
  await page.goto(product.origin);
  await page.getByRole('link', { name: 'Continue with Acme Login' }).click();
  await page.getByRole('button', { name: 'Paula' }).waitFor();
});

/** In a new browser, which the provider does not know. */
async function signInByPassword(): Promise<void> {
  page = await product.openPage();
  await page.goto(`${product.origin}/login?next=/profile`);
  await page.getByRole('button', { name: 'Sign in with a password' }).click();
  await page.locator('input[name=email]').fill(ADMIN.email);
  await page.locator('input[name=password]').fill(ADMIN.password);
  await expectNoFaults();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Single sign-on' }).waitFor();
}

/** No fault by axe at WCAG 2.2 AA on what is shown now. */
async function expectNoFaults(): Promise<void> {
  expect(await accessibilityFaults(page, { tags: WCAG })).toEqual([]);
}
