/**
 * Two kinds of tests in one run: `rooms`, everything beside or below the source, on one PostgreSQL that is started
 * for the run; and `browser`, the end-to-end tests, which start the whole application themselves and run last.
 *
 *     npx vitest run                      all of it
 *     npx vitest run packages/storage     one room
 *     npx vitest run --project browser    the end-to-end tests
 */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A busy machine needs more than Vitest's second to show a page or to tell a watcher.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: [
            'packages/*/{src,test}/**/*.test.ts',
            'apps/*/{src,test}/**/*.test.ts',
            'bench/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          globalSetup: ['packages/testing/src/global-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['apps/web/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // After the others. Two at a time, since page and server wait for each other half of the time.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
