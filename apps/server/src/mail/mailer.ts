/**
 * How a mail leaves: by SMTP, or, in development, into a folder, with what it says in the log. The SMTP library is
 * loaded with the first mail.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transporter } from 'nodemailer';
import type { Settings } from '../settings.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A server refused the mail for good: sending it again would change nothing. */
export class MailRefused extends Error {}

export interface Mailer {
  /** Resolves once the mail server has taken the mail. @throws MailRefused, or anything for trouble that may pass */
  send(mail: Mail): Promise<void>;
  close(): void;
}

const PATIENCE_MILLISECONDS = 20_000;

/** Undefined: this installation sends no mail. */
export function createMailer(
  settings: Pick<Settings, 'mail'>,
  log: (message: string) => void = () => undefined,
): Mailer | undefined {
  const { mail } = settings;
  if (!mail) return undefined;
  return mail.smtp ? smtpMailer(mail.smtp, mail.from) : folderMailer(mail.folder!, mail.from, log);
}

function smtpMailer(url: URL, from: string): Mailer {
  let transport: Promise<Transporter> | undefined;
  const open = async () => {
    const { createTransport } = await import('nodemailer');
    const isSecure = url.protocol === 'smtps:';
    return createTransport({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || (isSecure ? 465 : 587)),
      secure: isSecure,
      // A mail holds a link that lets somebody in: it does not cross a network in the clear unless that is asked for.
      requireTLS: !isSecure && url.searchParams.get('tls') !== 'optional' && !isLoopback(url.hostname),
      ...(url.username && {
        auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
      }),
      connectionTimeout: PATIENCE_MILLISECONDS,
      greetingTimeout: PATIENCE_MILLISECONDS,
      socketTimeout: PATIENCE_MILLISECONDS,
      disableFileAccess: true,
      disableUrlAccess: true,
    }) as Transporter;
  };
  return {
    async send({ to, subject, text, html }) {
      transport ??= open();
      try {
        // The address as an object: nothing in it is read as a second one.
        await (await transport).sendMail({ from, to: { name: '', address: to }, subject, text, html });
      } catch (error) {
        const { responseCode } = error as { responseCode?: unknown };
        if (typeof responseCode === 'number' && responseCode >= 500 && responseCode < 600)
          throw new MailRefused(`The mail server refused it (${responseCode}).`);
        throw error;
      }
    },
    close: () => void transport?.then((each) => each.close()).catch(() => undefined),
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\./.test(host);
}

/** One file per mail, as text that people read; what the mail says goes to the log as well. */
function folderMailer(folder: string, from: string, log: (message: string) => void): Mailer {
  return {
    async send({ to, subject, text }) {
      await mkdir(folder, { recursive: true });
      const name = `${new Date().toISOString().replace(/[:.]/g, '-')}-${randomUUID().slice(0, 8)}.txt`;
      const path = join(folder, name);
      await writeFile(path, `From: ${from}\nTo: ${to}\nSubject: ${subject}\n\n${text}\n`, { mode: 0o600 });
      const link = /https?:\/\/\S+/.exec(text)?.[0];
      log(`Mail to ${to}: ${subject} (${path})${link === undefined ? '' : `\n  ${link}`}`);
    },
    close: () => undefined,
  };
}
