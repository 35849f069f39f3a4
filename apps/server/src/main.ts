/** Starts the server process. Compiled code is kept between starts, which halves the time that they take. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// In our own folder: one that others may write could hand us other code.
enableCompileCache(join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'trellis-compiled'));
await import('./process.ts');
