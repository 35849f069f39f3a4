/**
 * What the audit logs of all workspaces need now and then: forgetting what is older than the operator keeps it, and
 * telling the server's own log where each chain ends. Who keeps that log elsewhere can find a chain that was cut.
 */
import type { Engine } from '@trellis/engine';
import type { Workspace } from '@trellis/storage';
import type { Logger } from './logging.ts';

export function createAuditUpkeep(
  { audit }: Pick<Engine, 'audit'>,
  { auditDays }: { readonly auditDays: number | undefined },
  log: Pick<Logger, 'info'>,
): (workspace: Workspace) => Promise<void> {
  const told = new Map<string, number>();
  return async (workspace) => {
    if (auditDays !== undefined) {
      const entries = await audit.forget(workspace, auditDays);
      if (entries > 0) log.info({ workspace: workspace.name, entries }, 'Old audit entries were forgotten.');
    }
    const { number, hash } = await audit.head(workspace);
    if (told.get(workspace.id) === number) return;
    told.set(workspace.id, number);
    log.info({ workspace: workspace.name, head: `${number}:${hash}` }, 'The audit log ends here.');
  };
}
