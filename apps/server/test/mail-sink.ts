/** A real SMTP server on a free port that keeps what it is sent, for tests. */
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

export interface MailSink {
  readonly url: URL;
  readonly mails: readonly ReceivedMail[];
  /** The answer to every mail from now on; undefined: it is taken. */
  answer: { readonly code: number; readonly text: string } | undefined;
  /** The newest mail to an address, waiting for it; with `after`, one that came after so many. */
  next(to: string, after?: number): Promise<ReceivedMail>;
  stop(): Promise<void>;
}

export async function startMailSink(): Promise<MailSink> {
  const mails: ReceivedMail[] = [];
  const sink = { answer: undefined as MailSink['answer'] };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', async () => {
        if (sink.answer) {
          done(Object.assign(new Error(sink.answer.text), { responseCode: sink.answer.code }));
          return;
        }
        const mail = await PostalMime.parse(Buffer.concat(chunks));
        mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          subject: mail.subject ?? '',
          text: mail.text ?? '',
          html: mail.html ?? '',
          headers: mail.headers.map(({ key, value }) => ({ key, value })),
        });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return Object.assign(sink, {
    url: new URL(`smtp://127.0.0.1:${port}`),
    mails,
    async next(to: string, after = 0): Promise<ReceivedMail> {
      for (;;) {
        const found = mails.slice(after).findLast((mail) => mail.to.includes(to));
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

/** The token of the link in a mail. */
export function tokenIn(mail: ReceivedMail): string {
  return /#([A-Za-z0-9_-]{43})/.exec(mail.text)![1]!;
}
