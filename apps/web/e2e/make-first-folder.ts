/**
 * Runs once before the browser tests: a first start on an empty folder, which makes the cluster, the tables and the standard
 * package, and takes several seconds. Each file begins with a copy of what it leaves.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startServer } from './start-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A data folder that nobody uses. */
    firstFolder: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'trellis-first-'));
  const { server } = await startServer(folder, {});
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await ended;
  project.provide('firstFolder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
