/** Finds workspaces by name, remembering them for ten seconds, because each request asks. */
import type { Workspace, WorkspaceStore } from '@trellis/storage';

const REMEMBER_MILLISECONDS = 10_000;

export interface WorkspaceDirectory {
  /** At once when it is remembered. */
  find(name: string): Workspace | undefined | Promise<Workspace | undefined>;
}

export function createWorkspaceDirectory(
  store: Pick<WorkspaceStore, 'find'>,
  now = Date.now,
): WorkspaceDirectory {
  const known = new Map<string, { readonly workspace: Workspace; readonly until: number }>();
  return {
    find(name) {
      const entry = known.get(name);
      if (entry && entry.until > now()) return entry.workspace;
      return store.find(name).then((workspace) => {
        if (workspace) known.set(name, { workspace, until: now() + REMEMBER_MILLISECONDS });
        else known.delete(name);
        return workspace;
      });
    },
  };
}
