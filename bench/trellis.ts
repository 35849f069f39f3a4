/** Trellis as the benchmark runs it: the real server process as in production, and an administrator signed in. */
import { join } from 'node:path';
import { type Client, createClient } from '@trellis/api';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const ADMINISTRATOR = { email: 'admin@example.com', password: 'correct horse battery staple' };

export interface TrellisServer {
  readonly process: ServerProcess;
  readonly client: Client;
  readonly cookie: string;
  readonly userId: string;
}

export interface TrellisOptions {
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly directory: string;
  readonly profileDirectory?: string | undefined;
}

export async function startTrellis(options: TrellisOptions): Promise<TrellisServer> {
  const server = await startServerProcess({
    name: 'Trellis',
    script: join(import.meta.dirname, '..', 'apps', 'server', 'src', 'main.ts'),
    readyPath: '/api/v1/ready',
    logFile: join(options.directory, 'trellis.log'),
    profileDirectory: options.profileDirectory,
    environment: {
      DATABASE_URL: options.databaseUrl,
      TRELLIS_POOL_SIZE: String(options.poolSize),
      TRELLIS_DATA_DIR: join(options.directory, 'trellis-data'),
      TRELLIS_ADMIN_EMAIL: ADMINISTRATOR.email,
      TRELLIS_ADMIN_PASSWORD: ADMINISTRATOR.password,
    },
  });
  const client = createClient({ origin: server.origin, keepsCookies: true });
  const answer = await client.exchange('POST', '/auth/login', ADMINISTRATOR);
  if (answer.status !== 200) {
    throw new Error(`Signing in to Trellis failed: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { process: server, client, cookie, userId: (answer.body as { user: { id: string } }).user.id };
}
