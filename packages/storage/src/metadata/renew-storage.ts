/**
 * Makes anew what an older version of Trellis has generated in a workspace, for the metadata as it is: object by object, each in
 * a short transaction under the lock of publishes, and at last what spans objects. Newly wanted columns and indexes are only
 * registered; the promotion job, and the workers of roll-ups and of candidates, do the rest as after a publish.
 *
 * Every step may be done twice, and only the last one notes that all is done, so whoever comes after a kill begins again.
 * One process at a time.
 */
import type { CompiledObject, Model } from '@trellis/model';
import type pg from 'pg';
import { type Connections, queryObjects } from '../connections.ts';
import { replaceTrigger } from '../conversion/change-types.ts';
import { type PromotionSettings, withLockRetries } from '../maintenance/online-steps.ts';
import { remakeRollups, writeRollups } from '../rollups/rollup-registers.ts';
import { tellNodes } from '../rollups/rollup-worker.ts';
import { remakeKept, writeKept } from '../sharing/kept-registers.ts';
import { identifier, sql } from '../sql.ts';
import type { Renewal, Workspace } from '../storage.ts';
import { fitTable } from './fit-table.ts';
import { featuresText, GENERATOR, isOutdated } from './generator.ts';
import { heldKeys, lockWorkspace, makeSequences } from './publish.ts';
import { type ObjectState, readObjectStates, readRegisters, writeFieldKeys } from './registers.ts';
import { planObject } from './storage-plan.ts';
import { fillTrigger } from './table-ddl.ts';

interface Run {
  readonly client: pg.Client;
  readonly workspace: Workspace;
  readonly model: Model;
  readonly settings: PromotionSettings;
  /** That of the model; another one in the table ends the run. */
  readonly revision: number;
}

class MovedOn extends Error {}

/** Does nothing where nothing is outdated. `onBegin` is called before the first change. */
export async function renewStorage(
  connections: Connections,
  settings: PromotionSettings,
  about: { readonly workspace: Workspace; readonly model: Model; readonly revision: number },
  options: { readonly signal?: AbortSignal; readonly onBegin?: (() => void) | undefined },
): Promise<Renewal> {
  return connections.dedicated(async (client) => {
    const endEarly = () => void client.end().catch(() => undefined);
    options.signal?.addEventListener('abort', endEarly);
    try {
      options.signal?.throwIfAborted();
      const run: Run = { client, settings, ...about };
      if (!(await takeLock(run))) return 'elsewhere';
      if (!(await needsRenewal(run))) return 'whole';
      options.onBegin?.();
      const [backend] = (await queryObjects(client, 'select pg_backend_pid() as pid', [])) as readonly [
        { pid: number },
      ];
      const { schema } = about.workspace;
      const states = await readObjectStates(client, schema);
      for (const object of about.model.objects.values()) {
        // Its table is made by the publish that takes it into use.
        if (states.get(object.key) !== 'live') continue;
        await settings.beforeStep?.('renew', backend.pid);
        await inTurn(run, (epoch) => renewObject(run, object, states, epoch));
      }
      await settings.beforeStep?.('renew', backend.pid);
      await inTurn(run, (epoch) => renewWhole(run, epoch));
      return 'renewed';
    } catch (error) {
      if (error instanceof MovedOn) return 'moved_on';
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', endEarly);
    }
  });
}

async function takeLock({ client, workspace }: Run): Promise<boolean> {
  const [row] = (await queryObjects(client, 'select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [
    `trellis renewal ${workspace.id}`,
  ])) as readonly [{ got: boolean }];
  return row.got;
}

async function needsRenewal({ client, workspace, settings }: Run): Promise<boolean> {
  const { text, values } = isOutdated(settings.features);
  const rows = await queryObjects(client, `select from platform.workspace where ${text} and id = $3`, [
    ...values,
    workspace.id,
  ]);
  return rows.length > 0;
}

/** A transaction that no publish of the workspace runs beside, as long as the model is that of the newest revision. */
async function inTurn(run: Run, work: (epoch: number) => Promise<void>): Promise<void> {
  await withLockRetries(run.client, async () => {
    const { revision, epoch } = await lockWorkspace(run.client, run.workspace.id);
    if (revision !== run.revision) throw new MovedOn();
    await work(epoch);
  });
}

async function renewObject(
  run: Run,
  object: CompiledObject,
  states: ReadonlyMap<string, ObjectState>,
  epoch: number,
): Promise<void> {
  const { client, workspace, model, settings } = run;
  const { schema } = workspace;
  const { features } = settings;
  const { key } = object;
  const registers = await readRegisters(client, schema, [key], states);
  const plan = planObject(object, registers.get(key)!, { schema, model, features });
  await writeFieldKeys(client, schema, [heldKeys(object)]);
  await makeSequences(client, schema, plan);
  let hasMoved = await fitTable(client, schema, plan, 'waiting');
  const isLost = await hasLostTrigger(client, schema, key);
  if (isLost) {
    // Nobody knows what was written without it: the columns are filled from the start.
    await queryObjects(
      client,
      `update ${identifier(schema, '_column').text}
          set state = 'waiting', fill_cursor = null, rows_done = 0, error = null, changed_at = now()
        where object_key = $1 and state in ('filling', 'indexing', 'ready')`,
      [key],
    );
    hasMoved = true;
  }
  await replaceTrigger(client, schema, key);
  if (isLost) await queryObjects(client, fillTrigger(schema, key).text, []);
  if (hasMoved) await tellNodes(client, workspace, epoch + 1);
}

async function hasLostTrigger(client: pg.ClientBase, schema: string, key: string): Promise<boolean> {
  const rows = await queryObjects(
    client,
    `select from pg_trigger where tgrelid = to_regclass($1) and tgname = 'fill' and not tgisinternal`,
    [sql`${identifier(schema, key)}`.text],
  );
  return rows.length === 0;
}

/** What spans objects, and the note that all is made: one transaction. */
async function renewWhole(run: Run, epoch: number): Promise<void> {
  const { client, workspace, model, revision, settings } = run;
  const { features } = settings;
  const scope = { workspace, model, features };
  await remakeRollups(client, workspace.schema);
  await writeRollups(client, scope);
  await remakeKept(client, workspace.schema);
  await writeKept(client, scope);
  await queryObjects(
    client,
    `update platform.workspace set generator = $2, generated_with = $3, generated_revision = $4 where id = $1`,
    [workspace.id, GENERATOR, featuresText(features), revision],
  );
  await tellNodes(client, workspace, epoch + 1);
}
