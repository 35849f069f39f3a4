/**
 * Makes an installation ready to be used: the workspace `main`, the standard packages in it, and the administrator
 * that the settings name. Each step does nothing when it was done before, also by another server at the same moment.
 */
import { type Engine, EngineError } from '@trellis/engine';
import { hashPassword } from '@trellis/identity';
import type { Storage, Workspace } from '@trellis/storage';
import type { Logger } from './logging.ts';
import { readStandardPackage } from './standard-packages.ts';

export const FIRST_WORKSPACE = 'main';
/** Of what keeps a package from being installed, so many are told in the log. */
const MOST_PROBLEMS = 20;

/** Sees to it that the workspace `main` is there with the standard CRM in it. */
export async function installStandard(
  { engine, storage }: { readonly engine: Engine; readonly storage: Storage },
  log: Logger,
): Promise<Workspace> {
  const workspace = await requireFirstWorkspace(engine, storage);
  // A package of this version that is installed already costs one look; reading 600 files would cost more.
  try {
    const installed = await engine.metadata.installPackage(
      { kind: 'system', workspace, reason: 'start of the server' },
      readStandardPackage('crm'),
    );
    if (installed) log.info({ revision: installed.revision }, 'Installed the standard CRM.');
  } catch (error) {
    // What an older version took may be refused by this one: people work on, and an administrator mends it.
    if (!(error instanceof EngineError && error.code === 'invalid_metadata')) throw error;
    log.warn(
      { problems: error.errors.slice(0, MOST_PROBLEMS) },
      'The standard CRM was not brought up to date, because components of the workspace have faults: mend and publish them, then start again.',
    );
  }
  return workspace;
}

/** Makes the administrator that the settings name. The caller has seen that nobody is there yet. */
export async function makeAdministrator(
  engine: Engine,
  { email, password }: { readonly email: string; readonly password: string },
  log: Logger,
): Promise<void> {
  const passwordHash = await hashPassword(password);
  try {
    const made = await engine.createFirstAdministrator({ email, name: 'Administrator', passwordHash });
    if (made) log.info('Made the administrator that TRELLIS_ADMIN_EMAIL names.');
  } catch (error) {
    // Another server of the cluster was faster.
    if (!(error instanceof EngineError && error.code === 'unique_violation')) throw error;
  }
}

async function requireFirstWorkspace(engine: Engine, storage: Storage): Promise<Workspace> {
  const found = await storage.workspaces.find(FIRST_WORKSPACE);
  if (found) return found;
  try {
    return await engine.createWorkspace({ name: FIRST_WORKSPACE, label: 'Main' });
  } catch (error) {
    // Another server of the cluster was faster.
    if (!(error instanceof EngineError && error.code === 'workspace_exists')) throw error;
    return (await storage.workspaces.find(FIRST_WORKSPACE))!;
  }
}
