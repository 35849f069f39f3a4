/**
 * Signs in to a server for a command. Where and as whom comes from options, else from `TRELLIS_URL`, `TRELLIS_EMAIL`,
 * `TRELLIS_PASSWORD` and `TRELLIS_WORKSPACE`, else is asked. `TRELLIS_API_KEY` is used instead of
 * signing in where it is set. `TRELLIS_SESSION` is the token of a session that is
 * open already: the server gives it to the demo loader that it starts.
 */
import { ApiError, type Client, createClient } from '@trellis/api';
import { CommandError } from './errors.ts';
import type { Terminal } from './terminal.ts';

export interface ConnectionOptions {
  readonly url?: string;
  readonly email?: string;
  readonly workspace?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export async function connect(
  options: ConnectionOptions,
  context: {
    readonly terminal: Terminal;
    readonly environment: Environment;
    readonly source: 'cli' | 'demo';
  },
): Promise<Client> {
  const { terminal, environment, source } = context;
  const url = options.url ?? environment.TRELLIS_URL ?? 'http://localhost:3000';
  if (!URL.canParse(url)) throw new CommandError('usage', `${url} is no address of a server.`);
  const workspace = options.workspace ?? environment.TRELLIS_WORKSPACE;
  const session = environment.TRELLIS_SESSION;
  const apiKey = environment.TRELLIS_API_KEY;
  if (apiKey) {
    return createClient({
      origin: new URL(url).origin,
      apiKey,
      source,
      ...(workspace === undefined ? {} : { workspace }),
    });
  }
  const client = createClient({
    origin: new URL(url).origin,
    keepsCookies: true,
    source,
    ...(workspace === undefined ? {} : { workspace }),
    ...(session === undefined ? {} : { session }),
  });
  if (session !== undefined) return client;
  if (
    !terminal.isInteractive &&
    (!(options.email ?? environment.TRELLIS_EMAIL) || !environment.TRELLIS_PASSWORD)
  ) {
    throw new CommandError(
      'usage',
      'Nobody is here to be asked who signs in: set TRELLIS_API_KEY, or TRELLIS_EMAIL and TRELLIS_PASSWORD.',
    );
  }
  const email = options.email ?? environment.TRELLIS_EMAIL ?? (await terminal.ask('E-mail:'));
  const password = environment.TRELLIS_PASSWORD ?? (await terminal.askSecret(`Password of ${email}:`));
  await answered(url, () => client.login({ email, password }));
  return client;
}

/** Runs a request; what goes wrong becomes one sentence. */
export async function answered<T>(url: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    // What `fetch` throws when it gets no answer; any other TypeError is a fault of ours and is told as one.
    if (error instanceof TypeError && error.message === 'fetch failed') {
      if (error.cause instanceof Error && error.cause.message === 'bad port') {
        throw new CommandError(
          'failed',
          `Browsers and fetch refuse the port of ${url}: serve it on another.`,
          {
            cause: error,
          },
        );
      }
      throw new CommandError('failed', `No server answers at ${url}. Is it running? (TRELLIS_URL, --url)`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** What a refusal of the server says, faults and all. */
export function describeApiError({ problem, status }: ApiError): string {
  const lines = problem.errors
    .filter(({ message }) => message !== problem.detail)
    .map(({ pointer, message, hint }) => `  ${pointer || '(whole)'}: ${message}${hint ? ` ${hint}` : ''}`);
  return [`${problem.detail || problem.title} (${status} ${problem.code})`, ...lines].join('\n');
}
