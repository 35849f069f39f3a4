/** Which revision each living process serves, so that no column is given to another field while somebody still reads it. */
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Workspace } from '../storage.ts';

/** A process that has not been heard of for so long is dead: its revision holds nothing back. */
const EXPIRES_AFTER = '1 hour';
/** What a process says again even when nothing has changed. Milliseconds; well within the time after which it is dead. */
export const SERVED_SAID_EVERY = 10 * 60_000;
/** A slot rests for so long in any case: somebody may be about to say which revision they have read. */
const RESTS_FOR = '1 minute';

/**
 * Says which revision a process serves: the newest one where none is given. Said before anything is read of it, so that
 * a publish that comes in between sees it.
 */
export async function writeServed(
  connections: Connections,
  workspace: Workspace,
  node: string,
  revision: number | undefined,
): Promise<void> {
  const register = identifier(workspace.schema, '_served').text;
  await connections.rows(
    `with dead as (delete from ${register} where seen_at < now() - interval '${EXPIRES_AFTER}' and node <> $1)
     insert into ${register} (node, revision)
     select $1, coalesce($2, w.revision) from platform.workspace w where w.id = $3
     on conflict (node) do update set revision = excluded.revision, seen_at = excluded.seen_at`,
    [node, revision ?? null, workspace.id],
  );
}

export async function forgetServed(
  connections: Connections,
  workspace: Workspace,
  node: string,
): Promise<void> {
  await connections.rows(`delete from ${identifier(workspace.schema, '_served').text} where node = $1`, [
    node,
  ]);
}

/** SQL: whether another field may have the retired column `c` of `_column`. */
export function isReusable(schema: string): string {
  const served = `select from ${identifier(schema, '_served').text} s
     where s.revision < c.retired_in and s.seen_at > now() - interval '${EXPIRES_AFTER}'`;
  return `(case when c.retired_in is null then c.changed_at < now() - interval '${EXPIRES_AFTER}'
                else c.changed_at < now() - interval '${RESTS_FOR}' and not exists (${served}) end)`;
}
