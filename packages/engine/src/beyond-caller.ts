/**
 * Nobody gives what they do not hold, and nobody takes the place of somebody who holds more: who manages users could
 * otherwise make somebody, or borrow somebody, to do what they may not (SPEC P1 of packages/access).
 */
import { ADMINISTRATOR, rightsBeyond } from '@trellis/access';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

/** Whether the caller is the platform, or a person with all rights and not a key of theirs. */
export function holdsEverything({ context }: Pinned): boolean {
  return (
    context.kind === 'system' ||
    (context.permissionSets.includes(ADMINISTRATOR) && context.scope === undefined)
  );
}

/** What a permission set that there is grants and the caller lacks, in words; undefined: nothing. */
export function setBeyond(pinned: Pinned, name: string): string | undefined {
  if (holdsEverything(pinned)) return undefined;
  if (name === ADMINISTRATOR) return 'every right';
  const { access, model } = pinned;
  const set = model.access.permissionSets.get(name);
  return set && rightsBeyond(access, model, { set, model })[0]?.right;
}

/** Whether a role stands neither at nor below the caller's own, for callers who do not change all records anyway. */
export async function isRoleBeyond(parts: Parts, pinned: Pinned, role: string): Promise<boolean> {
  const { context, access, model, snapshot } = pinned;
  if (context.kind === 'system' || holdsEverything(pinned)) return false;
  if (access.rights.includes('modify_all_records')) return false;
  const own = (await parts.access.organisationOf(snapshot)).roleOf.get(context.userId);
  if (own === undefined) return true;
  return own !== role && !model.access.roles.get(own)?.below.has(role);
}

/** What somebody with these sets and this role holds and the caller lacks, in words; undefined: nothing. */
export async function beyondCaller(
  parts: Parts,
  pinned: Pinned,
  person: { readonly permissionSets: readonly string[]; readonly role: string | null },
): Promise<string | undefined> {
  for (const name of person.permissionSets) {
    const right = setBeyond(pinned, name);
    if (right !== undefined) return right;
  }
  const isBeyond = person.role !== null && (await isRoleBeyond(parts, pinned, person.role));
  return isBeyond ? 'a place in the role tree' : undefined;
}
