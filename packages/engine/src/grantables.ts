/** What people can be given, and which of it the caller may give: for who manages people without seeing metadata. */
import { ADMINISTRATOR } from '@trellis/access';
import { isRoleBeyond, setBeyond } from './beyond-caller.ts';
import type { Grantables } from './engine.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

export async function grantables(parts: Parts, pinned: Pinned): Promise<Grantables> {
  const { roles, permissionSets } = pinned.model.access;
  const byLabel = (one: { readonly label: string }, other: { readonly label: string }) =>
    one.label.localeCompare(other.label);
  return {
    roles: await Promise.all(
      [...roles.values()].toSorted(byLabel).map(async ({ name, label }) => ({
        name,
        label,
        isGrantable: !(await isRoleBeyond(parts, pinned, name)),
      })),
    ),
    permissionSets: [
      { name: ADMINISTRATOR, label: 'Administrator' },
      ...[...permissionSets.values()].toSorted(byLabel),
    ].map(({ name, label }) => ({ name, label, isGrantable: setBeyond(pinned, name) === undefined })),
  };
}
