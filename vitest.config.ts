/**
 * Two kinds of tests in one run: `rooms`, everything beside or below the source, on one PostgreSQL that is started
 * for the run; and `browser`, the end-to-end tests, which start the whole application themselves and run last.
 *
 *     npx vitest run                      all of it
 *     npx vitest run packages/storage     one room
 *     npx vitest run --project browser    the end-to-end tests
 */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take long whatever their size, by which Vitest orders those that it has not run before. */
const LONG = [
  'crash.test.ts',
  'process.test.ts',
  'promotion-kill.test.ts',
  'e2e/content-security.test.ts',
  'e2e/bulk.test.ts',
  'e2e/speed.test.ts',
];

/** First in each project: set-ups of the whole come after those of projects, and theirs make folders already. */
const QUICK_FOLDER = 'packages/testing/src/quick-folder.ts';

/** Begins with the long ones, so that none of them runs alone at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.endsWith(`/${name}`));
    return (await super.sort(files)).toSorted((one, other) => Number(isLong(other)) - Number(isLong(one)));
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    // Processes that tests start find their code compiled, where servers keep it (apps/server/src/main.ts).
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/trellis-compiled') },
    // One more than the cores of a small machine: tests wait for processes and pages two fifths of their time.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    // For what never ends; a machine that is busy or slow is no fault.
    testTimeout: 60_000,
    hookTimeout: 120_000,
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
          globalSetup: [QUICK_FOLDER, 'packages/testing/src/global-setup.ts'],
          // Tests make much that is soon forgotten: a larger nursery is swept a fourth as often.
          execArgv: ['--max-semi-space-size=64'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['apps/web/e2e/**/*.test.ts'],
          globalSetup: [QUICK_FOLDER, 'apps/web/e2e/make-first-folder.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // After the others.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
