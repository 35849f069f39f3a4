/** The test server itself: connections to it, and names of databases on it. */
import pg from 'pg';

/** The same server, another database. Sockets and credentials of the address are kept. */
export function databaseUrl(serverUrl: string, database: string): string {
  const [address = '', query] = serverUrl.split('?', 2) as [string, string | undefined];
  const match = /^(postgres(?:ql)?:\/\/[^/]*)(\/.*)?$/.exec(address);
  if (!match) throw new Error('The address of the test server must begin with postgresql://.');
  return `${match[1]}/${encodeURIComponent(database)}${query === undefined ? '' : `?${query}`}`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Runs `work` on a connection to the server's own database. */
export async function withServer<T>(serverUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withDatabase(databaseUrl(serverUrl, 'postgres'), work);
}

/** Runs `work` on a connection of its own, past everything that the product does with the database. */
export async function withDatabase<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
