/** Telling the audit log, from within a call of the engine. */
import type { Transaction } from '@trellis/storage';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { type AuditEvent, toAuditEntry } from './audit-entry.ts';

/** Writes entries of the caller; with a transaction they stand or fall with it. */
export async function tell(
  parts: Parts,
  pinned: Pick<Pinned, 'context' | 'at'>,
  events: readonly AuditEvent[],
  transaction?: Transaction,
): Promise<void> {
  if (events.length === 0) return;
  const { context, at } = pinned;
  const entries = events.map((event) => toAuditEntry(context, event, at));
  await parts.storage.audit.append(context.workspace, entries, transaction);
}
