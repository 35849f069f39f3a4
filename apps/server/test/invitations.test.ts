/** Invitations and forgotten passwords, with a real mail server, from outside and with bad intentions. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@trellis/api';
import { readTables } from '@trellis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MailSink, startMailSink, tokenIn } from './mail-sink.ts';
import { outcome } from './outcome.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';

const DAY = 24 * 60 * 60 * 1000;
const PASSWORD = 'seven green bicycles';
let server: TestServer;
let quiet: TestServer;
let sink: MailSink;
let clock = Date.now();
beforeAll(async () => {
  sink = await startMailSink();
  server = await startTestServer({
    now: () => clock,
    runsJobs: true,
    settings: {
      publicUrl: new URL('https://crm.example.com'),
      mail: { smtp: sink.url, folder: undefined, from: 'Trellis <crm@example.com>' },
    },
  });
  quiet = await startTestServer({ now: () => clock });
});
afterAll(async () => {
  await server?.stop();
  await quiet?.stop();
  await sink?.stop();
});

let number = 0;
const newEmail = () => `guest${++number}@example.com`;
const newClient = (at = server) => createClient({ origin: at.url, keepsCookies: true });
const stateOf = async (id: string) => (await server.client.user(id)).invitation?.state;

describe('an invitation', () => {
  it('comes by mail, leads to the public address, and lets the person choose a password and in', async () => {
    const email = newEmail();
    const made = await server.client.createUser({ email, name: 'Gül <b>Ö</b>', invite: true });
    expect(made.invitation).not.toHaveProperty('link');
    const mail = await sink.next(email);
    expect(mail.text).toContain(`https://crm.example.com/invitation#`);
    expect(mail.html).toContain('Gül &lt;b&gt;Ö&lt;/b&gt;');
    await expect.poll(() => stateOf(made.id)).toBe('sent');
    const token = tokenIn(mail);
    const guest = newClient();
    expect(await guest.invited(token)).toEqual({
      email,
      name: 'Gül <b>Ö</b>',
      workspace: { name: 'main', label: 'Main' },
    });
    expect(await outcome(guest.acceptInvitation({ token, password: 'short' }))).toBe(
      'weak_password /password',
    );
    expect(await guest.acceptInvitation({ token, password: PASSWORD })).toMatchObject({ user: { email } });
    expect((await guest.me()).user.email).toBe(email);
    expect(await stateOf(made.id)).toBeUndefined();
    expect(await outcome(server.signIn(email, PASSWORD))).toBe('done');
  });

  it('works once, and never for somebody who has a password', async () => {
    const email = newEmail();
    await server.client.createUser({ email, name: 'Once', invite: true });
    const token = tokenIn(await sink.next(email));
    const both = await Promise.all([
      outcome(newClient().acceptInvitation({ token, password: PASSWORD })),
      outcome(newClient().acceptInvitation({ token, password: 'eight yellow umbrellas' })),
    ]);
    expect(both.toSorted()).toEqual(['done', 'invalid_link']);
    expect(await outcome(newClient().invited(token))).toBe('invalid_link');

    const second = newEmail();
    const user = await server.client.createUser({ email: second, name: 'Set', invite: true });
    const unused = tokenIn(await sink.next(second));
    await server.client.updateUser(user.id, { password: PASSWORD });
    expect(
      await outcome(newClient().acceptInvitation({ token: unused, password: 'eight yellow umbrellas' })),
    ).toBe('invalid_link');
    expect(await outcome(server.client.invite(user.id))).toBe('not_invitable');
  });

  it('is dead when it is sent again, withdrawn, or too old', async () => {
    const email = newEmail();
    const user = await server.client.createUser({ email, name: 'Again', invite: true });
    const first = tokenIn(await sink.next(email));
    const count = sink.mails.length;
    await server.client.invite(user.id);
    const second = tokenIn(await sink.next(email, count));
    expect(await outcome(newClient().invited(first))).toBe('invalid_link');
    expect(await outcome(newClient().invited(second))).toBe('done');
    clock += 8 * DAY;
    expect(await outcome(newClient().acceptInvitation({ token: second, password: PASSWORD }))).toBe(
      'invalid_link',
    );
    await server.client.login({ email: 'ada@example.com', password: 'correct horse battery' });
    expect(await stateOf(user.id)).toBe('expired');
    const before = sink.mails.length;
    await server.client.invite(user.id);
    const third = tokenIn(await sink.next(email, before));
    await server.client.withdrawInvitation(user.id);
    expect(await outcome(newClient().acceptInvitation({ token: third, password: PASSWORD }))).toBe(
      'invalid_link',
    );
    expect((await server.client.user(user.id)).is_active).toBe(false);
    expect(await outcome(server.client.withdrawInvitation(user.id))).toBe('unknown_invitation');
    expect(await outcome(server.client.invite(user.id))).toBe('not_invitable');
  });

  it('is stored as a hash, and its link stands in no table, not even in that of jobs', async () => {
    const email = newEmail();
    await server.client.createUser({ email, name: 'Hash', invite: true });
    const token = tokenIn(await sink.next(email));
    const workspace = (await server.storage.workspaces.find('main'))!;
    const stored = [
      await readTables(server.connectionString, 'platform', ['invitation', 'job_queue']),
      await readTables(server.connectionString, workspace.schema, ['_job', '_audit']),
    ].join('\n');
    expect(stored).toMatch(/[0-9a-f]{64}/);
    expect(stored).not.toContain(token);
  });

  it('that a mail server refuses shows why; one that is away is tried again', async () => {
    const email = newEmail();
    sink.answer = { code: 550, text: 'no such mailbox' };
    const user = await server.client.createUser({ email, name: 'Refused', invite: true });
    await expect.poll(() => stateOf(user.id)).toBe('failed');
    expect((await server.client.user(user.id)).invitation?.failure).toBe('The mail server refused it (550).');
    sink.answer = { code: 451, text: 'later' };
    await server.client.invite(user.id);
    await expect
      .poll(async () => (await server.client.user(user.id)).invitation?.failure)
      .toBe('The mail server could not be reached.');
    const workspace = (await server.storage.workspaces.find('main'))!;
    const [job] = await server.storage.jobs.list(workspace, { limit: 1 });
    expect(job).toMatchObject({ kind: 'mail', state: 'queued' });
    sink.answer = undefined;
  });

  it('can not be given with a password, and asks for the right to manage people', async () => {
    const email = newEmail();
    expect(
      await outcome(server.client.createUser({ email, name: 'X', password: PASSWORD, invite: true })),
    ).toBe('invalid_value /invite');
    const plain = await server.client.createUser({ email, name: 'X', password: PASSWORD });
    const client = await server.signIn(email, PASSWORD);
    for (const work of [
      () => client.invite(plain.id),
      () => client.withdrawInvitation(plain.id),
      () => client.createUser({ email: newEmail(), name: 'Y', invite: true }),
    ])
      expect(await outcome(work())).toBe('forbidden');
  });

  it('into a second workspace tells who has a password, and changes nothing of it', async () => {
    const email = newEmail();
    await server.client.createUser({ email, name: 'Both', password: PASSWORD });
    await server.client.createWorkspace({ name: `second${number}`, label: 'Second' });
    const second = createClient({ origin: server.url, keepsCookies: true, workspace: `second${number}` });
    await second.login({ email: 'ada@example.com', password: 'correct horse battery' });
    const made = await second.createUser({ email, name: 'Both', invite: true });
    expect(made.invitation).toBeNull();
    const mail = await sink.next(email);
    expect(mail.subject).toBe('You may work in Second now');
    expect(mail.text).toContain(`https://crm.example.com/w/second${number}`);
    expect(mail.text).not.toContain('#');
  });
});

describe('without a mail server', () => {
  beforeAll(() => quiet.client.login({ email: 'ada@example.com', password: 'correct horse battery' }));

  it('an administrator sees the link, once', async () => {
    const email = newEmail();
    const made = await quiet.client.createUser({ email, name: 'Linked', invite: true });
    expect(made.invitation).toMatchObject({ state: 'link_made', sent_at: null });
    const token = /^\/invitation#([\w-]{43})$/.exec(made.invitation!.link!)![1]!;
    expect((await quiet.client.user(made.id)).invitation).not.toHaveProperty('link');
    expect(await outcome(newClient(quiet).acceptInvitation({ token, password: PASSWORD }))).toBe('done');
    expect(await outcome(newClient(quiet).forgotPassword(email))).toBe('no_mail');
    expect(await quiet.client.setupState()).toEqual({ needs_setup: false, sends_mail: false });
  });

  it('no administrator gets the key to somebody who belongs to another workspace too', async () => {
    const email = newEmail();
    await quiet.client.createUser({ email, name: 'Waits', invite: true });
    await quiet.client.createWorkspace({ name: 'other', label: 'Other' });
    const other = createClient({ origin: quiet.url, keepsCookies: true, workspace: 'other' });
    await other.login({ email: 'ada@example.com', password: 'correct horse battery' });
    expect(await outcome(other.createUser({ email, name: 'Waits', invite: true }))).toBe('no_mail');
    expect((await other.users()).users.some((user) => user.email === email)).toBe(false);
    const added = await other.createUser({ email, name: 'Waits' });
    expect(await outcome(other.invite(added.id))).toBe('no_mail');
  });

  it('mails of a developer lie in a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trellis-mail-'));
    const developer = await startTestServer({
      runsJobs: true,
      settings: {
        publicUrl: new URL('http://localhost:5173'),
        mail: { smtp: undefined, folder, from: 'trellis@localhost' },
      },
    });
    try {
      await developer.client.createUser({ email: 'dev@example.com', name: 'Dev', invite: true });
      await expect.poll(() => readdir(folder)).toHaveLength(1);
      const [file] = await readdir(folder);
      expect(await readFile(join(folder, file!), 'utf8')).toMatch(
        /^From: trellis@localhost\nTo: dev@example.com\n[\s\S]*http:\/\/localhost:5173\/invitation#[\w-]{43}/,
      );
    } finally {
      await developer.stop();
      await rm(folder, { recursive: true });
    }
  });
});

describe('a forgotten password', () => {
  async function personWithMail() {
    const email = newEmail();
    const user = await server.client.createUser({ email, name: 'Forgetful', password: PASSWORD });
    return { email, user };
  }

  it('is set anew by a mail, which ends all sessions and signs nobody in', async () => {
    const { email } = await personWithMail();
    const client = await server.signIn(email, PASSWORD);
    await newClient().forgotPassword(`  ${email.toUpperCase()} `);
    const mail = await sink.next(email);
    expect(mail.subject).toBe('Choose a new password');
    const token = tokenIn(mail);
    const guest = newClient();
    expect(await guest.checkReset(token)).toEqual({ email, name: 'Forgetful' });
    expect(await outcome(guest.resetPassword({ token, password: 'password1234' }))).toBe(
      'weak_password /password',
    );
    expect(await outcome(guest.resetPassword({ token, password: 'eight yellow umbrellas' }))).toBe('done');
    expect(await outcome(guest.me())).toBe('unauthenticated');
    expect(await outcome(client.me())).toBe('unauthenticated');
    expect(await outcome(server.signIn(email, PASSWORD))).toBe('invalid_credentials');
    expect(await outcome(server.signIn(email, 'eight yellow umbrellas'))).toBe('done');
    expect(await outcome(guest.resetPassword({ token, password: 'nine purple teapots' }))).toBe(
      'invalid_link',
    );
  });

  it('is answered alike for everybody, and the Host header leads nobody astray', async () => {
    const { email } = await personWithMail();
    const ask = (address: string) =>
      fetch(`${server.url}/api/v1/auth/forgot`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-host': 'evil.example' },
        body: JSON.stringify({ email: address }),
      });
    const answers = await Promise.all([ask(email), ask('nobody@example.com'), ask('not an address')]);
    const told = await Promise.all(
      answers.map(async (answer) => ({
        status: answer.status,
        body: await answer.text(),
        headers: [...answer.headers.keys()].toSorted().join(),
      })),
    );
    expect(told[0]).toMatchObject({ status: 202, body: '{}' });
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
    const mail = await sink.next(email);
    expect(mail.text).toContain('https://crm.example.com/reset-password#');
    expect(sink.mails.some(({ to }) => to.includes('nobody@example.com'))).toBe(false);
  });

  it('does the same work for an address that nobody has', async () => {
    const { email } = await personWithMail();
    const workspace = (await server.storage.workspaces.find('main'))!;
    const jobs = async () => (await server.storage.jobs.list(workspace, { limit: 200 })).length;
    const before = await jobs();
    await newClient().forgotPassword('nobody-at-all@example.com');
    expect(await jobs()).toBe(before + 1);
    await newClient().forgotPassword(email);
    expect(await jobs()).toBe(before + 2);
  });

  it('is dead after an hour and when a newer one was sent; a few mails are enough', async () => {
    const { email } = await personWithMail();
    const ask = async () => {
      const count = sink.mails.length;
      await newClient().forgotPassword(email);
      return tokenIn(await sink.next(email, count));
    };
    const [first, second] = [await ask(), await ask()];
    expect(await outcome(newClient().checkReset(first))).toBe('invalid_link');
    expect(await outcome(newClient().checkReset(second))).toBe('done');
    clock += 61 * 60 * 1000;
    expect(await outcome(newClient().resetPassword({ token: second, password: 'nine purple teapots' }))).toBe(
      'invalid_link',
    );
    for (let round = 0; round < 3; round += 1) await ask();
    const count = sink.mails.length;
    await newClient().forgotPassword(email);
    // The next mail to anybody comes after the one that is not sent.
    const other = await personWithMail();
    await newClient().forgotPassword(other.email);
    await sink.next(other.email);
    expect(sink.mails.slice(count).some(({ to }) => to.includes(email))).toBe(false);
  });

  it('can not be asked for again and again from one network', async () => {
    clock += DAY;
    const results = [];
    for (let round = 0; round < 25; round += 1)
      results.push(await outcome(newClient().forgotPassword(`n${round}@example.com`)));
    expect(results.filter((each) => each === 'done')).toHaveLength(20);
    expect(results.at(-1)).toBe('too_many_attempts');
    clock += DAY;
  });

  it('takes no token of another kind, made up, or cut off', async () => {
    await server.client.login({ email: 'ada@example.com', password: 'correct horse battery' });
    const guest = newEmail();
    await server.client.createUser({ email: guest, name: 'Kind', invite: true });
    const invitation = tokenIn(await sink.next(guest));
    const { email } = await personWithMail();
    await newClient().forgotPassword(email);
    const reset = tokenIn(await sink.next(email));
    const password = 'nine purple teapots';
    for (const token of [
      invitation,
      'x'.repeat(43),
      reset.slice(0, -1),
      `${reset}A`,
      '',
      "' or 1=1 --",
      '\0',
    ])
      expect(await outcome(newClient().resetPassword({ token, password }))).toBe('invalid_link');
    for (const token of [reset, 'x'.repeat(43), ''])
      expect(await outcome(newClient().acceptInvitation({ token, password }))).toBe('invalid_link');
    // A link is no session, and no API key.
    const asSession = createClient({ origin: server.url, keepsCookies: true, session: reset });
    expect(await outcome(asSession.me())).toBe('unauthenticated');
    const asKey = createClient({ origin: server.url, apiKey: reset });
    expect(await outcome(asKey.me())).toBe('invalid_api_key');
    expect(await outcome(newClient().resetPassword({ token: reset, password }))).toBe('done');
  });

  it('does not lead past the second factor, nor a deactivated person in', async () => {
    const { email, user } = await personWithMail();
    await newClient().forgotPassword(email);
    const token = tokenIn(await sink.next(email));
    await server.client.updateUser(user.id, { is_active: false });
    expect(await outcome(newClient().resetPassword({ token, password: 'nine purple teapots' }))).toBe('done');
    expect(await outcome(server.signIn(email, 'nine purple teapots'))).toBe('no_workspace');
  });

  it('from a page of another site is refused', async () => {
    const answer = await fetch(`${server.url}/api/v1/auth/forgot`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: JSON.stringify({ email: 'ada@example.com' }),
    });
    expect(answer.status).toBe(403);
  });

  it('and a changed one are told to their owner by mail', async () => {
    const { email } = await personWithMail();
    const client = await server.signIn(email, PASSWORD);
    await client.changePassword({ current_password: PASSWORD, new_password: 'nine purple teapots' });
    expect((await sink.next(email)).subject).toBe('Your password was changed');
  });
});
