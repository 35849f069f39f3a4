/**
 * The job queue in SQL. One small table for all workspaces says what waits and who runs what
 * (`platform.job_queue`), a table per workspace what people see of it (`_job`).
 *
 * A run holds a claim: a number that grows each time somebody takes the job. Every write of a run is made only if its
 * claim is still the newest, in the transaction of the work itself. So a process that was thought dead and wakes up
 * again can't do anything twice, whatever it believes. Locks are always taken in the same order, queue before job.
 */

import type { JsonValue } from '@trellis/model';
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Transaction, Workspace } from '../storage.ts';
import type {
  ClaimedJob,
  JobEnd,
  JobProgress,
  JobQueue,
  JobWord,
  NewJob,
  Rejection,
  StoredJob,
} from './jobs.ts';
import { deletePieces, findUpload, keepUpload } from './uploads.ts';

const columns = (
  workspace: Workspace,
) => `j.id, j.kind, j.state, j.actor_id as "actorId", p.name as "actorName", j.context, j.input,
  j.checkpoint, j.done, j.total, j.counts, j.message, j.result, j.wish, j.undoes,
  exists (select from ${table(workspace, '_history')} h where h.cause->>'job' = j.id::text) as "hasChanges",
  (select json_build_object('id', u.id, 'state', u.state, 'isUndone', exists (
      select from ${table(workspace, '_job')} r where r.undoes = u.id and r.state = 'done'))
     from ${table(workspace, '_job')} u where u.undoes = j.id order by u.id desc limit 1) as "undoneBy", j.created_at as "createdAt",
  j.started_at as "startedAt", j.updated_at as "updatedAt", j.ended_at as "endedAt"`;
const WORKSPACE = `w.id, w.name, w.label, w.schema_name as schema, w.time_zone as "timeZone", w.locale, w.currency`;
const ADD_PAUSE_MILLISECONDS = 20;

export function createJobQueue(connections: Connections): JobQueue {
  const listeners = new Set<() => void>();
  // After the present transaction has had time to commit; should it take longer, the next round finds the job.
  const tellOfAdd = () => {
    setTimeout(() => {
      for (const listener of listeners) listener();
    }, ADD_PAUSE_MILLISECONDS).unref();
  };
  const within = <T>(
    transaction: Transaction | undefined,
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T> => (transaction ? work(transaction) : connections.transaction(work));

  const find: JobQueue['find'] = async (workspace, id) => {
    const [job] = await connections.readRows<StoredJob>(
      `select ${columns(workspace)} from ${table(workspace, '_job')} j
         join ${table(workspace, '_principal')} p on p.id = j.actor_id where j.id = $1`,
      [id],
    );
    return job;
  };

  return {
    find,
    async add(workspace, job, transaction) {
      const id = await within(transaction, (inner) => addJob(connections, workspace, job, inner));
      tellOfAdd();
      return id;
    },
    list: (workspace, { actorId, limit, before }) =>
      connections.readRows<StoredJob>(
        `select ${columns(workspace)} from ${table(workspace, '_job')} j
           join ${table(workspace, '_principal')} p on p.id = j.actor_id
          where ($1::uuid is null or j.actor_id = $1) and ($2::uuid is null or j.id < $2)
          order by j.id desc limit $3`,
        [actorId ?? null, before ?? null, limit],
      ),
    async ask(workspace, id, wish, onOver) {
      await connections.transaction(async (transaction) => {
        const rows = <T>(text: string, values: unknown[]) => connections.rows<T>(text, values, transaction);
        await rows('select from platform.job_queue where job_id = $1 for update', [id]);
        const [job] = await rows<Pick<StoredJob, 'state' | 'kind' | 'counts'>>(
          `select state, kind, counts from ${table(workspace, '_job')} where id = $1 for update`,
          [id],
        );
        if (!job) return;
        const leaveQueue = () => rows('delete from platform.job_queue where job_id = $1', [id]);
        const write = (change: string) =>
          rows(`update ${table(workspace, '_job')} set ${change}, updated_at = now() where id = $1`, [id]);
        const isWaiting = job.state === 'queued' || job.state === 'paused';
        if (wish === 'cancel' && isWaiting) {
          await leaveQueue();
          await write("state = 'cancelled', ended_at = now()");
          await onOver?.(job.counts, transaction);
        } else if (wish === 'pause' && job.state === 'queued') {
          await leaveQueue();
          await write("state = 'paused'");
        } else if (wish === 'resume' && job.state === 'paused') {
          await enqueue(connections, workspace, { id, kind: job.kind }, transaction);
          await write("state = 'queued'");
        } else if (wish === 'resume' && job.state === 'running') {
          // Not yet paused: the wish is taken back. One to cancel stays.
          await write("wish = nullif(wish, 'pause')");
        } else if (wish !== 'resume' && job.state === 'running') {
          await write(`wish = '${wish}'`);
        }
      });
      if (wish === 'resume') tellOfAdd();
      return find(workspace, id);
    },
    claim: (worker, kinds, leaseSeconds) => claimJob(connections, worker, kinds, leaseSeconds),
    beat: (claimed) =>
      connections.transaction((transaction) => advance(connections, claimed, {}, transaction, false)),
    advance: (claimed, progress, transaction) => advance(connections, claimed, progress, transaction, true),
    end: (claimed, end, onOver) => endJob(connections, claimed, end, onOver),
    onAdd(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    async writeFile(workspace, jobId, number, bytes) {
      await connections.rows(
        `insert into ${table(workspace, '_job_file')} (job_id, number, bytes) values ($1, $2, $3)`,
        [jobId, number, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)],
      );
    },
    async readFile(workspace, jobId, number) {
      const [row] = await connections.readRows<{ bytes: Uint8Array }>(
        `select bytes from ${table(workspace, '_job_file')} where job_id = $1 and number = $2`,
        [jobId, number],
      );
      return row?.bytes;
    },
    deleteFile: (workspace, fileId) => deletePieces(connections, workspace.schema, { fileId }),
    keepUpload: (workspace, upload) => keepUpload(connections, workspace.schema, upload),
    findUpload: (workspace, id, actorId) => findUpload(connections, workspace.schema, { id, actorId }),
    async addRejections(workspace, jobId, rejections, transaction) {
      if (rejections.length === 0) return;
      await connections.rows(
        `insert into ${table(workspace, '_job_rejection')} (job_id, number, line, cells, errors)
         select $1, r.number, r.line, r.cells, r.errors
           from json_to_recordset($2::json) as r (number bigint, line bigint, cells json, errors json)`,
        [jobId, JSON.stringify(rejections)],
        transaction,
      );
    },
    rejections: (workspace, jobId, { after, limit }) =>
      connections.readRows<Rejection>(
        `select number, line, cells, errors from ${table(workspace, '_job_rejection')}
          where job_id = $1 and number > $2 order by number limit $3`,
        [jobId, after, limit],
      ),
  };
}

async function addJob(
  connections: Connections,
  workspace: Workspace,
  job: NewJob,
  transaction: Transaction,
): Promise<string> {
  const { id } = job;
  if (!(await enqueue(connections, workspace, { id, kind: job.kind, key: job.key }, transaction))) {
    const [waiting] = await connections.rows<{ id: string }>(
      `select job_id as id from platform.job_queue
        where workspace_id = $1 and kind = $2 and key = $3 and worker is null`,
      [workspace.id, job.kind, job.key],
      transaction,
    );
    // It may have been taken a moment ago: then another one is due after it.
    return waiting?.id ?? addJob(connections, workspace, job, transaction);
  }
  await connections.rows(
    `insert into ${table(workspace, '_job')} (id, kind, state, actor_id, context, input, total, undoes)
     values ($1, $2, 'queued', $3, $4, $5, $6, $7)`,
    [
      id,
      job.kind,
      job.actorId,
      toJson(job.context),
      toJson(job.input),
      job.total ?? null,
      job.undoes ?? null,
    ],
    transaction,
  );
  return id;
}

/** False when a job with the same key waits already. */
async function enqueue(
  connections: Connections,
  workspace: Workspace,
  { id, kind, key }: { readonly id: string; readonly kind: string; readonly key?: string | undefined },
  transaction: Transaction,
): Promise<boolean> {
  const rows = await connections.rows(
    `insert into platform.job_queue (job_id, workspace_id, kind, key) values ($1, $2, $3, $4)
     on conflict do nothing returning job_id`,
    [id, workspace.id, kind, key ?? null],
    transaction,
  );
  return rows.length > 0;
}

/** Workspaces that have nothing running come first, so that one with much to do does not hold up the others. */
function claimJob(
  connections: Connections,
  worker: string,
  kinds: readonly string[],
  leaseSeconds: number,
): Promise<ClaimedJob | undefined> {
  return connections.transaction(async (transaction) => {
    const [row] = await connections.rows<{
      jobId: string;
      workspaceId: string;
      claim: number;
      failures: number;
      wasLeft: boolean;
    }>(
      `update platform.job_queue q
          set worker = $1, beat_at = clock_timestamp(), claim = q.claim + 1,
              failures = q.failures + (case when q.worker is null then 0 else 1 end)
         from (select c.job_id, c.worker is not null as was_left from platform.job_queue c
                where c.kind = any($2) and c.run_at <= clock_timestamp()
                  and (c.worker is null or c.beat_at < clock_timestamp() - make_interval(secs => $3))
                order by (select count(*) from platform.job_queue o
                           where o.workspace_id = c.workspace_id and o.worker is not null), c.run_at, c.job_id
                limit 1 for update skip locked) due
        where q.job_id = due.job_id
        returning q.job_id as "jobId", q.workspace_id as "workspaceId", q.claim, q.failures,
          due.was_left as "wasLeft"`,
      [worker, [...kinds], leaseSeconds],
      transaction,
    );
    if (!row) return undefined;
    const [workspace] = await connections.rows<Workspace>(
      `select ${WORKSPACE} from platform.workspace w where w.id = $1`,
      [row.workspaceId],
      transaction,
    );
    const [job] = await connections.rows<StoredJob>(
      `with started as (
         update ${table(workspace!, '_job')} set state = 'running', started_at = coalesce(started_at, now()),
                updated_at = now() where id = $1 returning *)
       select ${columns(workspace!)} from started j join ${table(workspace!, '_principal')} p on p.id = j.actor_id`,
      [row.jobId],
      transaction,
    );
    const { claim, failures, wasLeft } = row;
    if (job) return { workspace: workspace!, job, worker, claim, failures, wasLeft };
    await connections.rows('delete from platform.job_queue where job_id = $1', [row.jobId], transaction);
    return undefined;
  });
}

async function advance(
  connections: Connections,
  { workspace, job, claim }: ClaimedJob,
  progress: JobProgress,
  transaction: Transaction,
  hasGotOn: boolean,
): Promise<JobWord> {
  const held = await connections.rows(
    `update platform.job_queue set beat_at = clock_timestamp()${hasGotOn ? ', failures = 0' : ''}
      where job_id = $1 and claim = $2 returning 1`,
    [job.id, claim],
    transaction,
  );
  if (held.length === 0) return 'lost';
  const { checkpoint, done, total, counts, message } = progress;
  const [row] = hasGotOn
    ? await connections.rows<Pick<StoredJob, 'wish'>>(
        `update ${table(workspace, '_job')}
            set checkpoint = coalesce($2, checkpoint), done = coalesce($3, done), total = coalesce($4, total),
                counts = coalesce($5, counts), message = case when $6 then $7 else message end, updated_at = now()
          where id = $1 returning wish`,
        [
          job.id,
          toJson(checkpoint),
          done ?? null,
          total ?? null,
          toJson(counts),
          message !== undefined,
          message ?? null,
        ],
        transaction,
      )
    : await connections.rows<Pick<StoredJob, 'wish'>>(
        `select wish from ${table(workspace, '_job')} where id = $1`,
        [job.id],
        transaction,
      );
  return row?.wish ?? 'go_on';
}

function endJob(
  connections: Connections,
  { workspace, job, claim }: ClaimedJob,
  end: JobEnd,
  onOver: Parameters<JobQueue['end']>[2],
): Promise<void> {
  return connections.transaction(async (transaction) => {
    const rows = <T>(text: string, values: unknown[]) => connections.rows<T>(text, values, transaction);
    const held =
      end.state === 'waiting'
        ? await rows(
            `update platform.job_queue set worker = null, beat_at = null, failures = failures + $3,
                    run_at = clock_timestamp() + make_interval(secs => $4),
                    -- Should another one with its key have been added meanwhile, both are run.
                    key = case when exists (select from platform.job_queue o where o.workspace_id = $5
                      and o.kind = $6 and o.key = job_queue.key and o.worker is null) then null else key end
              where job_id = $1 and claim = $2 returning 1`,
            [job.id, claim, end.hasFailed ? 1 : 0, end.seconds, workspace.id, job.kind],
          )
        : await rows('delete from platform.job_queue where job_id = $1 and claim = $2 returning 1', [
            job.id,
            claim,
          ]);
    if (held.length === 0) return;
    const isOver = end.state !== 'waiting' && end.state !== 'paused';
    const [ended] = await rows<{ counts: Readonly<Record<string, number>> }>(
      `update ${table(workspace, '_job')}
          set state = $2, wish = null, updated_at = now(), ended_at = case when $3 then now() end,
              result = coalesce($4, result), message = coalesce($5, message)
        where id = $1 returning counts`,
      [
        job.id,
        end.state === 'waiting' ? 'queued' : end.state,
        isOver,
        end.state === 'done' ? toJson(end.result) : null,
        end.state === 'done' || end.state === 'failed' ? (end.message ?? null) : null,
      ],
    );
    if (isOver && ended) await onOver?.(ended.counts ?? {}, transaction);
  });
}

function table(workspace: Workspace, name: string): string {
  return identifier(workspace.schema, name).text;
}

function toJson(value: JsonValue | Readonly<Record<string, number>> | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
