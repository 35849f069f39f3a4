/**
 * The audit log as its readers and writers know it. Whatever changes something writes its entry in its own transaction;
 * what was refused, in one of its own (SPEC L1 to L6). Only who holds the right `view_audit` reads it.
 */
import { isId, type JsonValue } from '@trellis/model';
import type { AuditHead, AuditVerdict, ListedAuditEntry, Transaction, Workspace } from '@trellis/storage';
import type { Context, InputError } from '../engine.ts';
import { EngineError, invalidCursor } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { translateError } from '../translate-error.ts';
import { requireRight } from '../with-pinned.ts';
import { AUDIT_ACTIONS } from './actions.ts';
import { type AuditActor, type AuditEvent, toAuditEntry } from './audit-entry.ts';

const PAGE_LIMIT = 200;
const EXPORTED_AT_ONCE = 500;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** What is looked for; everything that is given must hold. Faults come back as `invalid_query`. */
export interface AuditQuery {
  /** Id of the person who did it. */
  readonly actor?: string | undefined;
  readonly actions?: readonly string[] | undefined;
  readonly outcome?: 'done' | 'refused' | undefined;
  /** API name of an object. */
  readonly object?: string | undefined;
  /** Entries about the record, and lists that showed it. */
  readonly record?: string | undefined;
  /** Instants; `until` is not included. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

export interface AuditLog {
  /** Writes an entry; with a transaction, in it. */
  record(actor: AuditActor, event: AuditEvent, transaction?: Transaction): Promise<void>;
  /** Newest first; `next` continues, null at the end. */
  list(
    context: Context,
    query: AuditQuery,
    page: { readonly limit: number; readonly after: string | undefined },
  ): Promise<{ readonly entries: readonly ListedAuditEntry[]; readonly next: string | null }>;
  /** All that a query finds, in pages, newest first; that it was taken away is an entry itself. */
  export(
    context: Context,
    query: AuditQuery,
    format: string,
  ): Promise<AsyncIterable<readonly ListedAuditEntry[]>>;
  /** Goes through the whole chain. `noted`: a head that was written down elsewhere, as `1204:9f86…`. */
  verify(context: Context, noted?: string): Promise<AuditVerdict>;
  /** The end of the chain, for whoever wants to note it. Asks for no right: the platform writes it to its log. */
  head(workspace: Workspace): Promise<AuditHead>;
  /** Forgets what is older than so many days. Returns how many entries. */
  forget(workspace: Workspace, days: number): Promise<number>;
}

export function createAuditLog(parts: Parts): AuditLog {
  const { audit } = parts.storage;
  return {
    record: (actor, event, transaction) =>
      audit.append(actor.workspace, [toAuditEntry(actor, event, parts.now())], transaction),
    async list(context, query, { limit, after }) {
      await requireRight(parts, context, 'view_audit');
      return translated(async () => {
        const filter = readQuery(query);
        const errors: InputError[] = [];
        if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LIMIT)
          errors.push(
            fault('out_of_range', '/limit', `\`limit\` must be a whole number from 1 to ${PAGE_LIMIT}.`),
          );
        const position = after === undefined ? undefined : readCursor(after);
        if (errors.length > 0) throw new EngineError('invalid_query', errors[0]!.message, { errors });
        const page = { limit: limit + 1, after: position };
        const found = await audit.list(context.workspace, filter, page);
        const entries = found.slice(0, limit);
        const last = found.length > limit ? entries.at(-1) : undefined;
        return { entries, next: last ? writeCursor(last) : null };
      });
    },
    async export(context, query, format) {
      await requireRight(parts, context, 'view_audit');
      return translated(async () => {
        const filter = readQuery(query);
        const details = { format, filtered_by: Object.keys(filter).sort() };
        await audit.append(context.workspace, [
          toAuditEntry(context, { action: 'audit_exported', details }, parts.now()),
        ]);
        return pages(parts, context.workspace, filter);
      });
    },
    async verify(context, noted) {
      await requireRight(parts, context, 'view_audit');
      return translated(async () => {
        const verdict = await audit.verify(
          context.workspace,
          noted === undefined ? undefined : readHead(noted),
        );
        const { isIntact, head, fault: found } = verdict;
        const details: Record<string, JsonValue> = { is_intact: isIntact, number: head.number };
        if (found) details.fault = found.code;
        const event = { action: 'audit_verified', details } as const;
        await audit.append(context.workspace, [toAuditEntry(context, event, parts.now())]);
        return verdict;
      });
    },
    head: (workspace) => translated(() => audit.head(workspace)),
    forget: (workspace, days) =>
      translated(async () => {
        const at = parts.now();
        const before = new Date(Date.parse(at) - days * DAY_MILLISECONDS).toISOString();
        const platform = { kind: 'system', workspace, reason: 'retention of the audit log' } as const;
        return audit.forget(workspace, before, ({ number, hash, entries }) =>
          toAuditEntry(platform, { action: 'audit_forgotten', details: { number, hash, entries, days } }, at),
        );
      }),
  };
}

type Filter = Parameters<Parts['storage']['audit']['list']>[1];

async function* pages(
  parts: Parts,
  workspace: Workspace,
  filter: Filter,
): AsyncGenerator<readonly ListedAuditEntry[]> {
  for (let after: ListedAuditEntry | undefined; ; ) {
    const page = await parts.storage.audit.list(workspace, filter, { limit: EXPORTED_AT_ONCE, after });
    if (page.length > 0) yield page;
    if (page.length < EXPORTED_AT_ONCE) return;
    after = page.at(-1);
  }
}

function readQuery({ actor, actions, outcome, object, record, from, until }: AuditQuery): Filter {
  const errors: InputError[] = [];
  const id = (name: string, value: string | undefined) => {
    if (value !== undefined && !isId(value))
      errors.push(fault('invalid_value', `/${name}`, `\`${name}\` must be an id.`));
    return value;
  };
  const instant = (name: string, value: string | undefined) => {
    if (value === undefined) return undefined;
    const time = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(time)) return new Date(time).toISOString();
    errors.push(fault('invalid_value', `/${name}`, `\`${name}\` must be a day or an instant of RFC 3339.`));
    return undefined;
  };
  const known: readonly string[] = AUDIT_ACTIONS;
  if (actions?.some((each) => !known.includes(each)))
    errors.push(fault('unknown_action', '/action', 'There is no such action in the audit log.'));
  if (object?.includes('\0')) errors.push(fault('invalid_value', '/object', 'This names no object.'));
  const filter = {
    actorId: id('actor', actor),
    actions,
    outcome,
    object,
    recordId: id('record', record),
    from: instant('from', from),
    until: instant('until', until),
  };
  if (errors.length > 0) throw new EngineError('invalid_query', 'The question has faults.', { errors });
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function writeCursor({ at, id }: ListedAuditEntry): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

function readCursor(cursor: string): { readonly at: string; readonly id: number } {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, at, id] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\d{1,15})$/.exec(text) ?? [];
  if (at === undefined || Number.isNaN(Date.parse(at)))
    throw invalidCursor('/after', 'This cursor continues no page of the audit log.');
  return { at, id: Number(id) };
}

/** `1204:9f86…`, as `verify` prints it. */
function readHead(noted: string): AuditHead {
  const [, number, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(noted.trim()) ?? [];
  if (hash !== undefined) return { number: Number(number), hash: hash.toLowerCase() };
  const message = 'A head is written as its number, a colon and 64 hexadecimal digits.';
  throw new EngineError('invalid_query', message, { errors: [fault('invalid_value', '/head', message)] });
}

function fault(code: string, pointer: string, message: string): InputError {
  return { code, pointer, message };
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateError(error);
  }
}
