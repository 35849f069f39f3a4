/**
 * A session that sees the product as another user. What may be done with it stands here, in front of every door:
 * reading, and ending it. Doors that are for a person alone (password, second factor, sessions, keys) stay closed.
 * Rights are looked at anew with each request, those of both.
 */
import type { Engine, UserContext } from '@trellis/engine';
import { EngineError } from '@trellis/engine';
import type { Membership, Session } from '@trellis/identity';
import { HttpProblem } from './http-problem.ts';

export type SessionView = NonNullable<Session['view']>;

/** As whom the session may see the product now. Throws `view_ended` when its time is over or a right is gone. */
export async function findViewed(
  engine: Pick<Engine, 'users'>,
  view: SessionView,
  viewer: UserContext,
): Promise<Membership> {
  if (Date.parse(view.endsAt) <= Date.now()) throw viewEnded();
  try {
    return await engine.users.findViewable(viewer, view.userId);
  } catch (error) {
    const isOver =
      error instanceof EngineError && (error.code === 'forbidden' || error.code === 'unknown_user');
    throw isOver ? viewEnded() : error;
  }
}

/** Throws `read_only_view` for what would change something, and for what is nobody else's to see. */
export function requireReading(isReading: boolean, isPersonal: boolean): void {
  if (isReading && !isPersonal) return;
  const message = isReading
    ? 'You see the product as somebody else: how they sign in, their sessions and keys are their own.'
    : 'You see the product as somebody else: nothing can be changed. End it first.';
  throw new HttpProblem('read_only_view', message);
}

function viewEnded(): HttpProblem {
  return new HttpProblem(
    'view_ended',
    'Seeing the product as somebody else has ended: DELETE /api/v1/view-as gives you your own session back.',
  );
}
