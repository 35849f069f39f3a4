import pg from 'pg';

/** All rows of the tables as text: for asking whether something is stored anywhere. */
export async function readTables(
  connectionString: string,
  schema: string,
  tables: readonly string[],
): Promise<string> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const texts: string[] = [];
    for (const table of tables) {
      const place = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
      const { rows } = await client.query<{ text: string }>(`select t::text as text from ${place} t`);
      texts.push(...rows.map(({ text }) => text));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}
