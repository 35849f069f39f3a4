/**
 * What the hashes of the audit log are taken of. This is a published form (docs/audit.md): who has the entries can
 * work the chain out again in any language, so it never changes; another form would be another number in its front.
 *
 *     hash(0) = SHA-256("trellis audit 1 " + id of the workspace)
 *     hash(n) = SHA-256(hash(n - 1) as 32 bytes + canonical form of entry n in UTF-8)
 */
import { createHash } from 'node:crypto';
import type { AuditEntry } from './audit.ts';

const FORM = 1;

/** The hash that the chain of a workspace begins with. */
export function beginningOf(workspaceId: string): Buffer {
  return createHash('sha256').update(`trellis audit ${FORM} ${workspaceId}`).digest();
}

export function nextHash(previous: Buffer, number: number, entry: AuditEntry): Buffer {
  return createHash('sha256').update(previous).update(canonicalForm(number, entry)).digest();
}

/** A JSON array without blanks, its items in this order; keys of objects within `details` are sorted. */
export function canonicalForm(number: number, entry: AuditEntry): string {
  return canonicalJson([
    FORM,
    number,
    entry.id,
    entry.at,
    entry.actorId,
    entry.asId,
    entry.action,
    entry.outcome,
    entry.object,
    entry.recordId,
    entry.recordIds,
    entry.revision,
    entry.source,
    entry.requestId,
    entry.address,
    entry.userAgent,
    entry.details,
  ]);
}

/** Keys by code unit, as RFC 8785 has it. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`).join(',')}}`;
}
