/**
 * Builds the web application into `apps/web/dist`, and beside each of its files a compressed one: the server hands these
 * out as they are, instead of compressing half a megabyte anew for every browser that comes for the first time.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Bytes below which the server compresses nothing either. */
const SMALL = 2048;

const root = join(import.meta.dirname, '..', 'apps', 'web');
process.chdir(root);
const { build } = await import(join(root, 'node_modules/vite/dist/node/index.js'));
await build({ root, logLevel: 'warn' });

const assets = join(root, 'dist/assets');
for (const name of readdirSync(assets).filter((each) => /\.(js|css|svg)$/.test(each))) {
  const path = join(assets, name);
  const bytes = readFileSync(path);
  if (bytes.length < SMALL) continue;
  // The highest quality, 11, would save another tenth and take ten times as long.
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 9,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  );
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
