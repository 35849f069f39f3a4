/**
 * Seeing the product as another user: who may, and as whom. Nobody sees more by it than they could give somebody
 * (packages/access/SPEC.md V1 to V4); that it is read-only is kept by the server for every door, and once more by the
 * write paths here.
 */
import { isId } from '@trellis/model';
import type { MembershipRow } from '@trellis/storage';
import { beyondCaller } from './beyond-caller.ts';
import type { Context } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import { withPinned } from './with-pinned.ts';

/**
 * The user as whom the caller may see the product now. Throws `forbidden` without the right or for somebody who holds
 * more than the caller, `unknown_user` for who is not there or not active.
 */
export function findViewable(parts: Parts, context: Context, userId: string): Promise<MembershipRow> {
  return withPinned(parts, context, async (pinned) => {
    pinned.requireRight('view_as');
    const id = userId.toLowerCase();
    if (context.kind === 'user' && id === context.userId)
      throw new EngineError('forbidden', 'You see the product as yourself already.');
    const { identities } = parts.storage;
    const identity = isId(id) ? await identities.findIdentityOfUser(context.workspace, id) : undefined;
    const memberships = identity ? await identities.memberships(identity.id) : [];
    const person = memberships.find(
      (each) => each.userId === id && each.workspace === context.workspace.name,
    );
    if (!person?.isActive)
      throw new EngineError('unknown_user', 'There is no active user with this id in this workspace.');
    const { roleOf } = await parts.access.organisationOf(pinned.snapshot);
    const { permissionSets } = person;
    const beyond = await beyondCaller(parts, pinned, { permissionSets, role: roleOf.get(id) ?? null });
    if (beyond === undefined) return person;
    throw new EngineError('forbidden', `This person holds what you do not: ${beyond}.`);
  });
}

/** Throws `read_only_view` while somebody sees the product as another. */
export function requireOwnEyes(context: Context): void {
  if (context.kind === 'system' || !context.viewer) return;
  throw new EngineError('read_only_view', 'You see the product as somebody else: nothing can be changed.');
}
