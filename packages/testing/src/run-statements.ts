/** Runs SQL past the product: what an administrator of the database does, such as `analyze`. */
import pg from 'pg';

export async function runStatements(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
