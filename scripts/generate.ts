/**
 * Writes what is derived from the sources: the JSON Schemas of all kinds into `docs/schemas/`, for editors, and the
 * references of field types and of expressions into `docs/reference/`. With `--check` it writes nothing and fails if
 * anything would change.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { BODY_SCHEMAS, KIND_NAMES } from '../packages/metadata/src/index.ts';
import { expressionPage } from './reference/expression-page.ts';
import { fieldTypePage } from './reference/field-type-page.ts';

const docs = join(import.meta.dirname, '..', 'docs');
const schemas = join(docs, 'schemas');

/** Path → text of every generated file. */
export function generateFiles(): Map<string, string> {
  return new Map([
    ...generateSchemas(),
    [join(docs, 'reference/field-types.md'), fieldTypePage()],
    [join(docs, 'reference/expressions.md'), expressionPage()],
  ]);
}

function generateSchemas(): [string, string][] {
  return KIND_NAMES.map((kind) => {
    const { $id: _id, ...schema } = BODY_SCHEMAS[kind];
    // An editor sees the file with its "$schema"; the body itself has no such property.
    const document = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: `Trellis ${kind}`,
      ...schema,
      properties: { $schema: { type: 'string' }, ...schema.properties },
    };
    return [join(schemas, `${kind}.json`), `${JSON.stringify(document, undefined, 2)}\n`];
  });
}

if (import.meta.main) {
  const files = generateFiles();
  const stale = [...files].filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
  const extra = readdirSync(schemas)
    .map((name) => join(schemas, name))
    .filter((path) => !files.has(path));
  if (process.argv.includes('--check')) {
    if (stale.length + extra.length > 0) {
      const names = [...stale.map(([path]) => path), ...extra].map((path) => relative(docs, path));
      console.error(`docs is out of date (${names.join(', ')}): run npm run generate.`);
      process.exit(1);
    }
  } else {
    for (const [path, text] of stale) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    for (const path of extra) rmSync(path);
  }
}
