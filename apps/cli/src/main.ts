#!/usr/bin/env node
/** The program `trellis`. Compiled code is kept between runs, as the server does. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'trellis-compiled'));
const [{ runProgram }, { createTerminal }] = await Promise.all([
  import('./program.ts'),
  import('./terminal.ts'),
]);

process.exitCode = await runProgram(process.argv.slice(2), {
  terminal: createTerminal(),
  environment: process.env,
});
