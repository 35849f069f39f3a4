/**
 * An administrator says in the builder what records are: a formula typed with completion, a rule put together by eye
 * and read as text, a field that is required now and then. Published, all of it holds for the next record.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, WCAG } from './accessibility.ts';
import { type Product, startProduct } from './start-product.ts';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };

let product: Product;
let page: Page;
let deal = '';

beforeAll(async () => {
  product = await startProduct({ TRELLIS_ADMIN_EMAIL: USER.email, TRELLIS_ADMIN_PASSWORD: USER.password });
  page = await product.openPage();
  await send('auth/login', USER);
  const { body } = await send('records/deal', { name: 'Alpha', amount: 900, probability: 50 });
  deal = String(body.id);
  const options = ['Draft', 'Sent', 'Signed'].map((label) => ({ value: label.toLowerCase(), label }));
  await send('metadata/publish', {
    components: [{ kind: 'field', name: 'deal.phase', body: { label: 'Phase', type: 'status', options } }],
  });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await product.photograph(`expressions ${task.name}`);
});
afterAll(async () => {
  await product?.stop();
});

describe('what records are, said in the builder', () => {
  it('a formula is typed with completion, checked, and tried on a real record', async () => {
    await page.goto(`${product.origin}/setup/objects/deal/fields`);
    await page.getByRole('button', { name: 'Add field' }).click();
    await page.getByPlaceholder('Search types: text, money, link…').fill('formula');
    await page.getByRole('button', { name: /^Formula/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Label' }).fill('Weighted');
    const formula = dialog.getByRole('textbox', { name: 'Formula' });
    await formula.click();
    await page.keyboard.type('amount * prob');
    await page.getByRole('option', { name: /Probability/ }).click();
    await expect.poll(() => formula.textContent()).toBe('amount * probability');
    await page.keyboard.type(' / ');
    await dialog.getByText('Line 1, column').waitFor();
    expect(await formula.getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.type('100');
    await dialog.getByText('Number', { exact: true }).waitFor();
    await dialog.getByText('blank for 0 of the 1 newest records').waitFor();

    await dialog.getByRole('combobox', { name: 'Try on: Deal' }).click();
    await page.getByRole('option', { name: 'Alpha' }).click();
    await dialog.getByRole('status').getByText('450', { exact: true }).waitFor();
    await expectAccessible();
    await dialog.getByRole('button', { name: 'Add field', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
  });

  it('a rule is put together by eye, and says the same as text', async () => {
    await page.goto(`${product.origin}/setup/objects/deal/rules`);
    await page.getByRole('button', { name: 'New rule' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Label' }).fill('Worth the trouble');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Worth the trouble' }).waitFor();
    await page.getByRole('button', { name: /^Field: / }).click();
    await page.getByRole('option', { name: 'Amount amount' }).click();
    await choose('Condition', 'is less than');
    await page.getByRole('textbox', { name: 'Value' }).fill('100');
    await page.getByText('Amount is less than').waitFor();
    await page.getByText('true for 0 of the 1 newest records').waitFor();

    // Through a lookup, by keyboard alone.
    await page.getByRole('button', { name: 'Add condition', exact: true }).click();
    await page.getByRole('button', { name: /^Field: Stage/ }).press('Enter');
    await page.keyboard.type('fields of account');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Field: Stage/ }).click();
    await page.getByRole('option', { name: 'Fields of Account' }).click();
    await page.getByRole('option', { name: /^Industry/ }).click();
    await page.getByRole('combobox', { name: 'Condition' }).last().click();
    await page.getByRole('option', { name: 'is blank', exact: true }).click();
    await page.getByText('Account › Industry is blank').waitFor();

    await page.getByText('Formula', { exact: true }).first().click();
    const text = page.getByRole('textbox', { name: 'A record is refused when, as a formula' });
    await expect.poll(() => text.textContent()).toBe('AND(amount < 100, IS_BLANK(account.industry))');
    await expectAccessible();
    await page.getByText('Visual', { exact: true }).first().click();
    await page.getByRole('textbox', { name: 'Message' }).fill('A deal is worth 100 at least.');
    await page.getByRole('combobox', { name: 'Fields to highlight' }).click();
    await page.getByRole('option', { name: 'Amount', exact: true }).click();
    await page.keyboard.press('Escape');
  });

  it('a field is required when a condition holds', async () => {
    await page.goto(`${product.origin}/setup/objects/deal/fields/next_step`);
    await page.getByRole('button', { name: 'Add condition: Required when' }).click();
    const builder = page.getByRole('group', { name: 'Required when' }).first();
    await builder.getByRole('button', { name: 'Add condition', exact: true }).click();
    await builder.getByRole('button', { name: /^Field: / }).click();
    await page.getByRole('option', { name: 'Probability probability' }).click();
    await builder.getByRole('combobox', { name: 'Condition' }).click();
    await page.getByRole('option', { name: 'is at least', exact: true }).click();
    await builder.getByRole('textbox', { name: 'Value' }).fill('80');
    await page.getByText('Probability is at least 80').waitFor();
    await expectAccessible();
  });

  it('related records are asked by eye, and a change of several fields', async () => {
    await page.goto(`${product.origin}/setup/objects/account/rules`);
    await page.getByRole('button', { name: 'New rule' }).click();
    await page
      .getByRole('dialog')
      .getByRole('textbox', { name: 'Label' })
      .fill('Busy accounts keep their name');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Busy accounts keep their name' }).waitFor();
    const rule = page.getByRole('group', { name: 'A record is refused when' }).first();
    await rule.getByRole('button', { name: 'Remove condition' }).click();
    await rule.getByRole('button', { name: 'Add related records' }).click();
    await rule.getByRole('combobox', { name: 'Related records' }).click();
    await page.getByRole('option', { name: 'Deals', exact: true }).first().click();
    const question = rule.getByRole('group', { name: 'Question to Deals' });
    await question.getByText('Without a condition, all of them count.').waitFor();
    await question.getByRole('button', { name: 'Add condition', exact: true }).click();
    await question.getByRole('button', { name: /^Field: / }).click();
    await page.getByRole('option', { name: 'Amount amount' }).click();
    await question.getByRole('textbox', { name: 'Value' }).fill('100');
    await page.getByText('has any Deals where Amount is at least').waitFor();

    // The same records, counted.
    await rule.getByRole('combobox', { name: 'What is asked' }).click();
    await page.getByRole('option', { name: 'number of', exact: true }).click();
    await question.getByRole('textbox', { name: 'Value' }).first().fill('1');
    await page.getByText(/number of Deals where Amount is at least .* is at least 1/).waitFor();
    await expectAccessible();

    await rule.getByRole('button', { name: 'Add condition', exact: true }).last().click();
    await rule
      .getByRole('button', { name: /^Field: / })
      .last()
      .click();
    await page.getByRole('option', { name: 'The record', exact: true }).click();
    await rule.getByRole('combobox', { name: 'Condition' }).last().click();
    await page.getByRole('option', { name: 'has changed in any of', exact: true }).click();
    await rule.getByRole('combobox', { name: 'Fields, one of which has changed' }).click();
    await page.getByRole('option', { name: 'Account name', exact: true }).click();
    await page.getByRole('option', { name: 'Website', exact: true }).click();
    await page.keyboard.press('Tab');
    await page.getByText('The record has changed in any of Account name, Website').waitFor();
    await expectAccessible();

    await page.getByText('Formula', { exact: true }).first().click();
    const text = page.getByRole('textbox', { name: 'A record is refused when, as a formula' });
    await expect
      .poll(() => text.textContent())
      .toBe('AND(COUNT(deals, amount >= 100) >= 1, CHANGED(name, website))');

    // Inside a question the fields of the related records are offered, not those of the account.
    await text.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('SOME(dea');
    await page.getByRole('option', { name: /Deals/ }).first().click();
    await page.keyboard.type(', prob');
    await page.getByRole('option', { name: /Probability/ }).click();
    await expect.poll(() => text.textContent()).toBe('SOME(deals, probability)');
    await page.keyboard.type(' > 5');
    await page.keyboard.press('End');
    await page.keyboard.type(' AND CHANGED(name, website)');
    await page.getByText('Visual', { exact: true }).first().click();
    await page.getByText('has any Deals where Probability is more than 5').waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('Settle its deals first.');
  });

  it('the steps of a status are drawn, by keyboard and by pointer', async () => {
    await page.goto(`${product.origin}/setup/objects/deal/fields/phase`);
    const graph = page.getByRole('group', { name: 'Allowed steps' });
    const node = (label: string) => graph.getByRole('button', { name: new RegExp(`^${label}`) });
    await node('Draft').press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('Sent may follow Draft.').waitFor();
    expect(await node('Sent').getAttribute('aria-pressed')).toBe('true');
    await expectAccessible();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('[data-option]:focus').textContent()).toContain('Draft');

    await node('Sent').hover();
    await page.mouse.down();
    await node('Signed').hover();
    await page.mouse.up();
    await page.getByText('Signed may follow Sent.').waitFor();
    await node('Sent').click();

    await page.getByText('List', { exact: true }).click();
    const listed = page.getByRole('combobox', { name: 'Options after Sent' });
    await listed.waitFor();
    await expectAccessible();
  });

  it('published, it holds for the next record', async () => {
    await page.getByRole('button', { name: 'Review and publish' }).click();
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText(/Published as revision/).waitFor();

    const small = await send('records/deal', { name: 'Bravo', amount: 50 });
    expect(small.status).toBe(422);
    expect(small.body.errors).toContainEqual(
      expect.objectContaining({ message: 'A deal is worth 100 at least.' }),
    );
    const hasty = await send('records/deal', { name: 'Charlie', amount: 500, probability: 90 });
    expect(hasty.status).toBe(422);
    expect(hasty.body.errors).toContainEqual(expect.objectContaining({ pointer: '/next_step' }));
    const good = await send('records/deal', { name: 'Delta', amount: 500, probability: 50 });
    expect(good.status).toBe(201);
    expect(good.body.weighted).toBe(250);

    const drafted = await send('records/deal', { name: 'Hotel', amount: 500, phase: 'draft' });
    const jumped = await page.request.patch(`${product.origin}/api/v1/records/deal/${drafted.body.id}`, {
      data: { phase: 'signed' },
      headers: { origin: product.origin },
    });
    expect(await jumped.text()).toContain('invalid_transition');

    const account = await send('records/account', { name: 'Echo' });
    await send('records/deal', { name: 'Foxtrot', amount: 500, probability: 50, account: account.body.id });
    const renamed = await page.request.patch(`${product.origin}/api/v1/records/account/${account.body.id}`, {
      data: { name: 'Golf' },
      headers: { origin: product.origin },
    });
    expect([renamed.status(), await renamed.text()]).toEqual([
      422,
      expect.stringContaining('Settle its deals first.'),
    ]);
    await page.goto(`${product.origin}/o/account`);
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByRole('button', { name: 'Add related records' }).click();
    await page.getByRole('combobox', { name: 'Related records' }).click();
    await page.getByRole('option', { name: 'Deals', exact: true }).first().click();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('has any Deals').waitFor();
    await page.getByRole('link', { name: 'Echo' }).waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBe(2);

    await page.goto(`${product.origin}/o/deal/${deal}`);
    await page.getByRole('heading', { name: 'Alpha' }).waitFor();
    await page.getByText('450').first().waitFor();
  });

  it('follows what is typed in a value that is edited in its place', async () => {
    await page.getByRole('button', { name: 'Edit Amount', exact: true }).click();
    await page.getByRole('textbox', { name: 'Amount', exact: true }).fill('1234');
    await page.getByText('617').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('450').first().waitFor();
    await expect.poll(() => page.getByText('617').count()).toBe(0);
  });
});

async function choose(label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).first().click();
  await page.getByRole('option', { name: option, exact: true }).first().click();
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
