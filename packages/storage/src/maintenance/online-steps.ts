/** What the steps of the promotion job share: the run itself, short transactions, and patience with locks. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { DatabaseFeatures } from '../capabilities.ts';
import { queryObjects } from '../connections.ts';
import { StorageError, sqlState } from '../errors.ts';
import type { Workspace } from '../storage.ts';

/** Steps at which a test may interfere; `renew`: of what an older version generated. */
export type PromotionStep = 'renew' | 'add_column' | 'fill_batch' | 'create_index' | 'finish';

export interface PromotionSettings {
  readonly features: DatabaseFeatures;
  readonly log: (message: string, details?: unknown) => void;
  /** Called before each step, with the backend that will run it. */
  readonly beforeStep?: ((step: PromotionStep, backend: number) => Promise<void> | void) | undefined;
}

export interface PromotionRun {
  readonly client: pg.Client;
  readonly workspace: Workspace;
  readonly settings: PromotionSettings;
  readonly before: (step: PromotionStep) => Promise<void>;
}

const LOCK_TIMEOUT_MILLISECONDS = 2_000;
const LOCK_ATTEMPTS = 60;

/** Runs `work` in a transaction that gives up its place in the queue rather than making writers wait behind it. */
export async function withLockRetries(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await inTransaction(client, async () => {
        await queryObjects(client, `set local lock_timeout = ${LOCK_TIMEOUT_MILLISECONDS}`, []);
        await work();
      });
      return;
    } catch (error) {
      const isBusy = error instanceof StorageError && error.code === 'too_busy';
      if (!isBusy || attempt === LOCK_ATTEMPTS) throw error;
      await sleep(100 + Math.random() * 400);
    }
  }
}

export async function inTransaction(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  await queryObjects(client, 'begin', []);
  try {
    await work();
    await queryObjects(client, 'commit', []);
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Whether an error is one that waiting may cure. */
export function isPassing(error: unknown): boolean {
  return ['55P03', '40P01', '40001'].includes(sqlState(error));
}
