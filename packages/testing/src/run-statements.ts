/** Runs SQL past the product: what an administrator of the database does, such as `analyze`. Gives the rows of a single one. */
import pg from 'pg';

export async function runStatements(
  connectionString: string,
  text: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows ?? [];
  } finally {
    await client.end();
  }
}
