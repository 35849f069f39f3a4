/**
 * Writes what is derived from the sources: the JSON Schemas of all kinds into `docs/schemas/`, for editors. With
 * `--check` it writes nothing and fails if anything would change.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BODY_SCHEMAS, KIND_NAMES } from '../packages/metadata/src/index.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'schemas');

/** File name → text of every generated schema. */
export function generateSchemas(): Map<string, string> {
  return new Map(
    KIND_NAMES.map((kind) => {
      const { $id: _id, ...schema } = BODY_SCHEMAS[kind];
      // An editor sees the file with its "$schema"; the body itself has no such property.
      const document = {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        title: `Trellis ${kind}`,
        ...schema,
        properties: { $schema: { type: 'string' }, ...schema.properties },
      };
      return [`${kind}.json`, `${JSON.stringify(document, undefined, 2)}\n`];
    }),
  );
}

if (import.meta.main) {
  const schemas = generateSchemas();
  if (process.argv.includes('--check')) {
    const stale = [...schemas].filter(([name, text]) => readFileSync(join(folder, name), 'utf8') !== text);
    const extra = readdirSync(folder).filter((name) => !schemas.has(name));
    if (stale.length + extra.length > 0) {
      console.error(
        `docs/schemas is out of date (${[...stale.map(([name]) => name), ...extra].join(', ')}): run npm run generate.`,
      );
      process.exit(1);
    }
  } else {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of schemas) writeFileSync(join(folder, name), text);
  }
}
