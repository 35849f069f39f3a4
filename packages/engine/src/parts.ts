/**
 * What the engine is made of: storage, the snapshot cache, the clock and the log. Every function of this room takes
 * the parts first, so that nothing here is ambient. The two write paths stand in it too, because each may need the
 * other (a deletion clears lookups through a save; a save of links deletes junction records) and files don't import
 * each other in circles.
 */
import type { CompiledObject, JsonValue } from '@trellis/model';
import type { Storage, Transaction } from '@trellis/storage';
import type { AccessCache } from './access-cache.ts';
import type { AliasUses } from './alias-uses.ts';
import type { ConversionRunner } from './conversions.ts';
import type { BatchResult, Context, InputError, WarningMode } from './engine.ts';
import type { EngineErrorCode } from './errors.ts';
import type { MatchField } from './match-records.ts';
import type { Pinned } from './pinned.ts';
import type { SecretBox } from './secret-box.ts';
import type { SnapshotCache } from './snapshot-cache.ts';

/** Where the engine says what happened without being asked. */
export interface EngineLog {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
}

export interface Parts {
  readonly storage: Storage;
  readonly snapshots: SnapshotCache;
  readonly access: AccessCache;
  readonly log: EngineLog;
  readonly conversions: ConversionRunner;
  /** Undefined: there is no key, and no secret can be kept. */
  readonly secrets: SecretBox | undefined;
  readonly aliasUses: AliasUses;
  /** The instant, RFC 3339 in UTC with milliseconds. */
  now(): string;
  readonly write: WritePaths;
}

export interface WritePaths {
  save(parts: Parts, pinned: Pinned, request: SaveRequest): Promise<SaveOutcome>;
  delete(parts: Parts, pinned: Pinned, request: DeleteRequest): Promise<DeleteOutcome>;
}

/**
 * With whose rights a write happens. `caller`: the caller's. `platform`: a consequence that the platform owes (a
 * cleared lookup, a cascade), which needs no right on the record it touches; `users` may also write system objects.
 */
export type Authority = 'caller' | 'platform' | 'users';

export interface SaveItem {
  readonly input: unknown;
  /** Undefined for a create; for an upsert it is found by the key. */
  readonly id: string | undefined;
  /** What the caller believes the current version to be. */
  readonly version: number | undefined;
  /** The id that a created record gets; a new one when undefined. */
  readonly newId?: string;
}

export interface SaveRequest {
  readonly object: CompiledObject;
  readonly operation: 'create' | 'update' | 'upsert';
  /** For upsert: the fields by which records are recognised. */
  readonly match?: readonly MatchField[] | undefined;
  readonly items: readonly SaveItem[];
  readonly allOrNothing: boolean;
  readonly dryRun: boolean;
  readonly authority: Authority;
  /**
   * It takes an earlier change back: what limits changes (transitions, set-once, fields that the change itself has made
   * read only) does not stand in the way, what limits records does.
   */
  readonly takesBack?: boolean | undefined;
  /** `report` unless given. */
  readonly warnings?: WarningMode | undefined;
  /** Runs inside it when given: nothing is retried then, the owner of the transaction does. */
  readonly transaction?: Transaction | undefined;
  /**
   * Waited for when everything is checked and new records that take no numbers are ready to be sent: they are in nobody's
   * way but by their unique values. May be called again for each part of a batch.
   */
  readonly beforeCreate?: (() => Promise<void>) | undefined;
  /** Waited for before anything else is written. May be called again for each part of a batch. */
  readonly beforeWrite?: (() => Promise<void>) | undefined;
}

/** Why an item was refused; `errors` is never empty. */
export interface Failure {
  readonly code: EngineErrorCode;
  readonly message: string;
  readonly errors: readonly InputError[];
  readonly details: Readonly<Record<string, unknown>>;
}

/** A record as it stands after a save: what presenting needs, without reading it again. */
export interface SavedRecord {
  readonly id: string;
  readonly version: number;
  readonly ownerId: string;
  readonly recordType: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly data: Readonly<Record<string, JsonValue>>;
  /** Roll-ups as they were kept when the record was loaded: a save of its own does not change them. */
  readonly derived: Readonly<Record<string, JsonValue>>;
  /** Linked ids per multi_lookup that this save has written; the others are not known here. */
  readonly links: ReadonlyMap<string, readonly string[]>;
  readonly isNew: boolean;
}

export interface SavedItem {
  readonly index: number;
  readonly status: BatchResult['status'];
  readonly id: string | null;
  readonly record: SavedRecord | undefined;
  readonly failure: Failure | undefined;
  /** What rules of severity `warning` have found. */
  readonly warnings?: readonly InputError[];
}

export interface SaveOutcome {
  readonly items: readonly SavedItem[];
  readonly isWritten: boolean;
}

export interface DeleteRequest {
  readonly object: CompiledObject;
  readonly items: readonly { readonly id: string; readonly version: number | undefined }[];
  readonly allOrNothing: boolean;
  readonly dryRun: boolean;
  readonly authority: Authority;
  readonly transaction?: Transaction | undefined;
}

export interface DeleteOutcome {
  readonly items: readonly {
    readonly index: number;
    readonly status: 'deleted' | 'failed' | 'not_done';
    readonly id: string;
    readonly version: number | null;
    readonly failure: Failure | undefined;
  }[];
  readonly isWritten: boolean;
}

/** The log of an engine that was given none. */
export const SILENT: EngineLog = { info: () => undefined, warn: () => undefined };

/** Who a context is in messages and revisions. */
export function describeContext(context: Context): string {
  return context.kind === 'user' ? context.userId : context.reason;
}
