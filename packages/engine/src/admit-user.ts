/**
 * People whom a trusted identity provider has vouched for (SPEC O1 to O4): made at their first coming, and given at
 * each coming what their groups stand for. The platform acts here, not the person: nothing of it is theirs to choose.
 */
import { ADMINISTRATOR } from '@trellis/access';
import type { Arrival, SystemContext, User, UserChange, UserDirectory } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import { withPinned } from './with-pinned.ts';

type Directory = Pick<UserDirectory, 'create' | 'update' | 'find'>;

export function createAdmission(parts: Parts, directory: Directory): UserDirectory['admit'] {
  return async (context, arrival) => {
    const known = await findKnown(parts, directory, context, arrival);
    const wanted = await withPinned(parts, context, async ({ model }) =>
      wantedRights(arrival, known, model.access),
    );
    if (!known) {
      const user = await directory.create(context, {
        email: arrival.email,
        name: arrival.name,
        permissionSets: wanted.permissionSets,
        fields: wanted.role === undefined ? {} : { role: wanted.role },
        ssoLink: arrival.link,
      });
      return { user, notes: wanted.notes };
    }
    if (!known.isActive) return { user: known, notes: [] };
    const change: UserChange = {
      ...(isSameSet(known.permissionSets, wanted.permissionSets)
        ? {}
        : { permissionSets: wanted.permissionSets }),
      ...(wanted.role === undefined || wanted.role === known.role ? {} : { fields: { role: wanted.role } }),
    };
    if (Object.keys(change).length === 0) return { user: known, notes: wanted.notes };
    try {
      return { user: await directory.update(context, known.id, change), notes: wanted.notes };
    } catch (error) {
      if (!isLastAdministrator(error)) throw error;
      const kept = { ...change, permissionSets: [...(change.permissionSets ?? []), ADMINISTRATOR] };
      const note = 'The groups of the last administrator would take that right away: it was kept.';
      return { user: await directory.update(context, known.id, kept), notes: [...wanted.notes, note] };
    }
  };
}

/** The user that an identity is in this workspace. */
async function findKnown(
  parts: Parts,
  directory: Directory,
  context: SystemContext,
  { identityId }: Arrival,
): Promise<User | undefined> {
  if (identityId === undefined) return undefined;
  const memberships = await parts.storage.identities.memberships(identityId);
  const membership = memberships.find((each) => each.workspace === context.workspace.name);
  return membership && directory.find(context, membership.userId);
}

/** What the groups give; names that this workspace does not know are left out and told. */
function wantedRights(
  { initialPermissionSets, permissionSets, role }: Arrival,
  known: User | undefined,
  model: {
    readonly permissionSets: ReadonlyMap<string, unknown>;
    readonly roles: ReadonlyMap<string, unknown>;
  },
): { permissionSets: readonly string[]; role: string | null | undefined; notes: readonly string[] } {
  const notes: string[] = [];
  const isKnownSet = (name: string) => {
    if (name === ADMINISTRATOR || model.permissionSets.has(name)) return true;
    notes.push(`There is no permission set \`${name}\`, which the settings of single sign-on name.`);
    return false;
  };
  const governed = new Set(permissionSets?.governed);
  const before = known ? known.permissionSets.filter((name) => !governed.has(name)) : initialPermissionSets;
  const given = [...before, ...(permissionSets?.given ?? [])];
  let wantedRole: string | null | undefined;
  if (role) {
    if (role.given !== undefined && model.roles.has(role.given)) wantedRole = role.given;
    else if (role.given !== undefined)
      notes.push(`There is no role \`${role.given}\`, which the settings of single sign-on name.`);
    else if (known?.role && role.governed.includes(known.role)) wantedRole = null;
  }
  return { permissionSets: [...new Set(given)].filter(isKnownSet), role: wantedRole, notes };
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each) => right.includes(each));
}

function isLastAdministrator(error: unknown): boolean {
  return error instanceof EngineError && error.errors.some(({ code }) => code === 'last_administrator');
}
