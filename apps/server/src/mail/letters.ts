/** What mails say: one function per occasion. Text first; the HTML is the same with a button. */
import type { Mail } from './mailer.ts';

interface Letter {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly button?: { readonly label: string; readonly link: string };
  readonly closing: readonly string[];
}

export function invitationLetter(person: {
  readonly name: string;
  readonly inviter: string | undefined;
  readonly workspace: string;
  readonly link: string;
}): Omit<Mail, 'to'> {
  const by = person.inviter === undefined ? 'You are invited' : `${person.inviter} invites you`;
  return write({
    subject: `Your invitation to ${person.workspace}`,
    greeting: `Hello ${person.name},`,
    paragraphs: [`${by} to work in ${person.workspace}. Choose a password to begin.`],
    button: { label: 'Accept the invitation', link: person.link },
    closing: ['The link works once, for seven days. If you did not expect it, you need not do anything.'],
  });
}

export function addedLetter(person: {
  readonly name: string;
  readonly inviter: string | undefined;
  readonly workspace: string;
  readonly link: string;
}): Omit<Mail, 'to'> {
  const by = person.inviter === undefined ? 'You were added' : `${person.inviter} has added you`;
  return write({
    subject: `You may work in ${person.workspace} now`,
    greeting: `Hello ${person.name},`,
    paragraphs: [`${by} to ${person.workspace}. Sign in as you always do.`],
    button: { label: `Open ${person.workspace}`, link: person.link },
    closing: [],
  });
}

export function resetLetter(person: { readonly name: string; readonly link: string }): Omit<Mail, 'to'> {
  return write({
    subject: 'Choose a new password',
    greeting: `Hello ${person.name},`,
    paragraphs: ['Somebody, you we hope, asked for a new password for your account.'],
    button: { label: 'Choose a new password', link: person.link },
    closing: [
      'The link works once, for an hour. If it was not you, you need not do anything: your password stays as it is.',
    ],
  });
}

export type Notice = 'password_changed' | 'second_factor_on' | 'second_factor_off';

const NOTICES: { readonly [notice in Notice]: readonly [subject: string, text: string] } = {
  password_changed: ['Your password was changed', 'The password of your account was changed just now.'],
  second_factor_on: [
    'Your second factor was set up',
    'A second factor was set up for your account just now.',
  ],
  second_factor_off: [
    'Your second factor was taken away',
    'Your account signs in without a second factor from now on.',
  ],
};

/** Tells the owner of an account what was changed, so that somebody else's change does not stay unseen. */
export function noticeLetter(name: string, notice: Notice): Omit<Mail, 'to'> {
  const [subject, text] = NOTICES[notice];
  return write({
    subject,
    greeting: `Hello ${name},`,
    paragraphs: [text],
    closing: ['If it was not you, tell your administrator at once.'],
  });
}

function write({ subject, greeting, paragraphs, button, closing }: Letter): Omit<Mail, 'to'> {
  const lines = [
    greeting,
    ...paragraphs,
    ...(button ? [`${button.label}:\n${button.link}`] : []),
    ...closing,
  ];
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;
  const html = [
    paragraph(greeting),
    ...paragraphs.map(paragraph),
    ...(button
      ? [
          `<p style="margin:0 0 16px"><a href="${escapeHtml(button.link)}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#3b4fd1;color:#ffffff;text-decoration:none">${escapeHtml(button.label)}</a></p>`,
          `<p style="margin:0 0 16px;font-size:13px;overflow-wrap:anywhere">${escapeHtml(button.link)}</p>`,
        ]
      : []),
    ...closing.map(paragraph),
  ].join('\n');
  return {
    subject: oneLine(subject),
    text: lines.join('\n\n'),
    html: `<!doctype html><html lang="en"><body style="font:15px/1.5 system-ui,sans-serif;max-width:520px;margin:24px auto;padding:0 16px">${html}</body></html>`,
  };
}

/** Names of people and workspaces are whatever somebody typed. */
function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}
