/** What the audit log is told of the end of a job: what it was about, and its numbers. */
import type { StoredJob } from '@trellis/storage';
import type { AuditEvent } from '../audit/audit-entry.ts';

export function jobEnded(
  { id, kind, input }: Pick<StoredJob, 'id' | 'kind' | 'input'>,
  state: string,
  counts: Readonly<Record<string, number>>,
): AuditEvent {
  const about = (
    input as { readonly about?: { readonly object?: unknown; readonly dry_run?: unknown } } | null
  )?.about;
  const object = typeof about?.object === 'string' ? about.object : undefined;
  const trial = about?.dry_run === true ? { dry_run: true } : {};
  return { action: 'job_ended', object, details: { job: id, kind, state, ...trial, ...counts } };
}
