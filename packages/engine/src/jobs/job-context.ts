/** Who a job acts as. Kept with the job is who asked; the rights are those that they have when it runs. */

import type { KeyScope } from '@trellis/access';
import type { JsonValue } from '@trellis/model';
import { SYSTEM_PRINCIPAL_ID } from '@trellis/model';
import type { ClaimedJob } from '@trellis/storage';
import type { Context } from '../engine.ts';
import type { Parts } from '../parts.ts';
import { JobFailed } from './job-kind.ts';

interface KeptContext {
  readonly reason?: string;
  readonly timeZone?: string;
  readonly locale?: string;
  readonly source?: string;
  readonly requestId?: string | null;
  readonly scope?: (Omit<KeyScope, 'objects'> & { readonly objects: readonly string[] | null }) | null;
}

/** The part of a context that is kept with a job. */
export function keptContext(context: Context): { readonly actorId: string; readonly context: JsonValue } {
  if (context.kind === 'system') {
    return { actorId: SYSTEM_PRINCIPAL_ID, context: { reason: context.reason } };
  }
  const { timeZone, locale, source, requestId = null, scope = null } = context;
  // A key's job may do no more than the key.
  const kept = {
    timeZone,
    locale,
    source,
    requestId,
    scope: scope && { ...scope, objects: scope.objects ?? null },
  };
  return { actorId: context.userId, context: kept };
}

/** @throws JobFailed when the person has left the workspace. */
export async function contextOfJob(
  { storage }: Parts,
  { workspace, job }: Pick<ClaimedJob, 'workspace' | 'job'>,
): Promise<Context> {
  const kept = job.context as unknown as KeptContext;
  if (job.actorId === SYSTEM_PRINCIPAL_ID) {
    return { kind: 'system', workspace, reason: kept.reason ?? job.kind, cause: { job: job.id } };
  }
  const identity = await storage.identities.findIdentityOfUser(workspace, job.actorId);
  const memberships = identity?.isActive ? await storage.identities.memberships(identity.id) : [];
  const membership = memberships.find((each) => each.workspace === workspace.name && each.isActive);
  if (!membership) throw new JobFailed('Whoever asked for this no longer works in this workspace.');
  return {
    kind: 'user',
    workspace,
    userId: job.actorId,
    userName: membership.name,
    userEmail: membership.email,
    permissionSets: membership.permissionSets,
    timeZone: kept.timeZone ?? workspace.timeZone,
    locale: kept.locale ?? workspace.locale,
    source: kept.source ?? 'api',
    requestId: kept.requestId ?? undefined,
    cause: { job: job.id },
    ...(kept.scope && { scope: { ...kept.scope, objects: kept.scope.objects ?? undefined } }),
  };
}
