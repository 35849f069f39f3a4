/**
 * The HTTP contract under `/api/v1`: what goes over the wire, as types. Server, web and command line know it; the
 * engine does not. Property names are snake_case here because they are JSON.
 */

import type { ObjectDescription, WorkspaceDescription } from '@trellis/forms';
import type { InvitationResponse } from './account.ts';
import type { MatchField } from './jobs.ts';

/** RFC 9457. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly ProblemEntry[];
  readonly request_id: string;
  /** Facts that belong to the code, such as `current_version`. */
  readonly [extension: string]: unknown;
}

export interface ProblemEntry {
  readonly code: string;
  /** JSON pointer into what was sent. */
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
  readonly severity?: 'error' | 'warning';
  /** The rule that found it: `deal.amount_when_won`. */
  readonly rule?: string;
  /** In faults of metadata: the component that the pointer points into. */
  readonly component?: { readonly kind: string; readonly name: string };
}

/** A record on the wire: flat; expanded lookups are `{ id, … }`. */
export interface ApiRecord {
  readonly id: string;
  readonly version: number;
  readonly [field: string]: unknown;
}

/** What you may do with one record beside reading it. `transfer`: give it another owner; `share`: by hand. */
export type RecordRight = 'update' | 'delete' | 'transfer' | 'share';

export interface ListResponse {
  readonly records: readonly ApiRecord[];
  /** By id, where `rights` was asked for. */
  readonly rights?: Readonly<Record<string, readonly RecordRight[]>>;
  /** By relation, then id of the record that they point to; one to which nothing points is missing. */
  readonly related?: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly records: readonly ApiRecord[]; readonly has_more: boolean }>>
    >
  >;
  readonly next: string | null;
  readonly previous: string | null;
  readonly count?: {
    readonly value: number;
    readonly kind: 'exact' | 'estimate' | 'at_least';
    /** Counting on would have taken too long. */
    readonly reason?: 'too_slow';
  };
}

/** In a problem `would_scan`, under `suggestions`: a field that needs an index for the question to be answered. */
export interface ScanSuggestion {
  readonly object: string;
  readonly field: string;
  readonly label: string;
  /** The property to publish the field with; `building`: its index is on its way; null: it can't have one. */
  readonly remedy: 'indexed' | 'searchable' | 'building' | null;
}

export interface ListQuery {
  readonly filter?: unknown;
  readonly sort?: string | readonly string[];
  readonly fields?: string | readonly string[];
  readonly limit?: number;
  readonly after?: string;
  readonly before?: string;
  readonly count?: 'none' | 'capped' | 'estimate' | 'exact';
  readonly deleted?: boolean;
  /** An instant: the records that there were then, with their values of then. */
  readonly as_of?: string;
  readonly search?: string;
  /** Tell what you may do with each record. */
  readonly rights?: boolean;
  /** Records that point to those of the list, by the names of these relations: `{ contacts: { limit: 5 } }`. */
  readonly related?: Readonly<
    Record<
      string,
      {
        readonly fields?: readonly string[];
        readonly filter?: unknown;
        readonly sort?: readonly string[];
        /** Of each record; 1 to 50, 10 unless given. */
        readonly limit?: number;
      }
    >
  >;
}

/** A field to group by: dates by period, numbers by ranges of a width (from `origin` on) or between bounds. */
export interface GroupBody {
  readonly field: string;
  readonly period?: 'day' | 'week' | 'month' | 'quarter' | 'year';
  readonly width?: number;
  readonly origin?: number;
  readonly bounds?: readonly number[];
  /** Name of the column; the field's unless given. */
  readonly as?: string;
}

export interface AggregateQueryBody {
  readonly group_by?: readonly (string | GroupBody)[];
  readonly measures?: readonly { readonly function: string; readonly field?: string }[];
  readonly filter?: unknown;
  readonly sort?: string | readonly string[];
  readonly limit?: number;
  /** Whose periods: an IANA name, or `workspace`; yours unless given. */
  readonly time_zone?: string;
  /** Tell what people call options and records that are grouped by. */
  readonly labels?: boolean;
}

/** By column, then value; what you may not see has none. */
export type GroupLabels = Readonly<Record<string, Readonly<Record<string, string>>>>;
type Totals = Readonly<Record<string, unknown>>;

/** A group of a range of numbers is `{from, until}`, one without a value null. */
export interface AggregateResponse {
  readonly rows: readonly Totals[];
  /** There only where there are more groups than `limit`. */
  readonly has_more?: true;
  readonly labels?: GroupLabels;
}

/** `POST /records/{object}/pivot` */
export interface PivotBody extends Pick<AggregateQueryBody, 'measures' | 'filter' | 'time_zone'> {
  readonly rows?: readonly (string | GroupBody)[];
  readonly columns?: readonly (string | GroupBody)[];
}

export interface PivotResponse {
  readonly rows: readonly {
    readonly key: Totals;
    /** One for each column; null where no record falls into it. */
    readonly cells: readonly (Totals | null)[];
    readonly total: Totals;
  }[];
  readonly columns: readonly { readonly key: Totals; readonly total: Totals }[];
  readonly total: Totals;
  readonly labels: GroupLabels;
}

export interface BatchBody {
  readonly operation: 'create' | 'update' | 'upsert' | 'delete';
  /** For upsert: a unique field by which records are recognised. */
  readonly key?: string;
  /** For upsert, instead: 1 to 5 fields, unique or not; a record that several match is refused. */
  readonly match?: readonly (string | MatchField)[];
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly all_or_nothing?: boolean;
  readonly dry_run?: boolean;
  /** `refuse`: a record with warnings is not saved. `report` unless given. */
  readonly warnings?: 'report' | 'refuse';
}

export interface BatchResponse {
  readonly results: readonly {
    readonly index: number;
    readonly status: 'created' | 'updated' | 'deleted' | 'unchanged' | 'failed' | 'not_done';
    readonly id: string | null;
    readonly version: number | null;
    readonly errors?: readonly ProblemEntry[];
    /** What rules of severity `warning` say of a record that was saved all the same. */
    readonly warnings?: readonly ProblemEntry[];
  }[];
}

/** The records above one in a tree, the topmost first. */
export interface AncestorsResponse {
  readonly records: readonly { readonly id: string; readonly name: string | null }[];
  /** False where the path goes on above a record that the caller does not see. */
  readonly is_whole: boolean;
}

export interface HistoryResponse {
  readonly entries: readonly {
    readonly id: string;
    readonly at: string;
    readonly actor: { readonly id: string; readonly name: string | null };
    readonly action: 'create' | 'update' | 'delete' | 'restore';
    readonly source: string;
    readonly version: number;
    /** What it follows from; null where somebody made it by hand. Of `chain` the nearest stands first. */
    readonly cause: {
      /** The job in which it was made. */
      readonly job: string | null;
      /** The instant to which the record was put back. */
      readonly as_of: string | null;
      readonly chain: readonly {
        readonly action: 'create' | 'update' | 'delete' | 'restore';
        readonly object: string;
        readonly id: string;
        readonly name: string | null;
      }[];
    } | null;
    readonly changes: readonly {
      readonly field: string;
      readonly before: unknown;
      readonly after: unknown;
    }[];
  }[];
  readonly next: string | null;
  /** Since when it is whole, where the record is older than what is kept; else null. */
  readonly begins_at: string | null;
}

/** Answer of `POST …/revert`: the record, and what is put back. */
export interface RevertResponse {
  readonly record: ApiRecord;
  readonly changes: readonly {
    readonly field: string;
    readonly before: unknown;
    readonly after: unknown;
    /** Of a trial: what stands against this field. */
    readonly errors: readonly ProblemEntry[];
  }[];
}

/** Parameters of `GET /bin`. */
export interface BinQuery {
  readonly object?: string | undefined;
  readonly search?: string | undefined;
  readonly mine?: boolean | undefined;
  /** Also what went because another record did. */
  readonly all?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** A record of the recycle bin. `name` is the value of its name field, null where that is blank or hidden. */
export interface BinEntry {
  readonly object: string;
  readonly id: string;
  readonly name: unknown;
  readonly deleted_at: string;
  readonly deleted_by: { readonly id: string; readonly name: string };
  /** When it is erased for good; null: when somebody does so. */
  readonly erased_at: string | null;
  /** How many others went with it, and come back with it. */
  readonly company: { readonly value: number; readonly kind: 'exact' | 'at_least' };
  /** The record by whose deletion it went. */
  readonly went_with: { readonly object: string; readonly id: string; readonly name: unknown } | null;
  /** `delete`: it may be restored and erased. */
  readonly rights: readonly string[];
}

export interface BinResponse {
  readonly entries: readonly BinEntry[];
  /** Objects that the page was chosen from: of a first page, those that have anything that was asked for. */
  readonly objects: readonly string[];
  /** Objects whose bin could not be looked through in time. */
  readonly incomplete: readonly string[];
  readonly next: string | null;
}

/** Either `ids`, or `older_than_days`: 0 is all of the bin. */
export interface PurgeBody {
  readonly ids?: readonly string[];
  readonly older_than_days?: number;
}

/** Body of `POST /files`, and a file in a record. `size` in bytes, `type` as the server found it. */
export interface FileResponse {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

export interface SearchQuery {
  readonly q: string;
  /** Only records of this object, page by page. */
  readonly object?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** Of a text: from, until, in UTF-16 units. */
export type SearchRange = readonly [number, number];

export interface SearchHit {
  readonly object: string;
  readonly id: string;
  readonly name: string;
  /** Parts of the name that were found. */
  readonly ranges: readonly SearchRange[];
  readonly rank: 'name' | 'name_prefix' | 'name_words' | 'value' | 'name_part' | 'other' | 'similar';
  /** Values that tell it from others of the name. */
  readonly details: readonly string[];
  /** Other fields in which something was found. */
  readonly matches: readonly {
    readonly field: string;
    readonly label: string;
    readonly text: string;
    readonly ranges: readonly SearchRange[];
  }[];
}

export interface SearchResponse {
  /** Best first. */
  readonly hits: readonly SearchHit[];
  readonly groups: readonly {
    readonly object: string;
    readonly count: { readonly value: number; readonly kind: 'exact' | 'at_least' };
  }[];
  /** Objects that could not be looked through in time. */
  readonly incomplete: readonly string[];
  /** Of one object: where the next page begins. */
  readonly next: string | null;
}

export interface SessionUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface LoginBody {
  readonly email: string;
  readonly password: string;
  readonly otp?: string;
}

export interface LoginResponse {
  readonly user: SessionUser;
  readonly workspace: string;
}

export interface MeResponse {
  readonly user: SessionUser;
  readonly workspace: string;
  readonly workspaces: readonly { readonly name: string; readonly label: string }[];
  readonly rights: readonly string[];
  /** The teams that you belong to, in this workspace. */
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  /** A BCP 47 tag that you have chosen; null: as the browser asks. */
  readonly locale: string | null;
  /** True: you may do nothing before you have set up a second factor. */
  readonly must_enrol: boolean;
  /** For `GET /events?after=`: of what was read after this answer no change is missed. */
  readonly events_after: string;
  /** While somebody sees the product as you: who, and until when. Nothing can be changed then. */
  readonly view?: { readonly by: { readonly id: string; readonly name: string }; readonly ends_at: string };
}

/** `POST /view-as {user}`: as whom you see the product from now on. */
export interface ViewAsResponse {
  readonly user: SessionUser;
  readonly ends_at: string;
}

/** `GET /setup`: whether this installation still needs its administrator. `POST /setup` makes it and signs in. */
export interface SetupState {
  readonly needs_setup: boolean;
  /** Whether mails are sent, such as one with a new password. */
  readonly sends_mail: boolean;
}
export interface SetupBody {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export interface UserBody {
  readonly email: string;
  readonly name: string;
  readonly password?: string;
  /** In place of a password: a link by which they choose one themselves. */
  readonly invite?: boolean;
  readonly role?: string;
  readonly permission_sets?: readonly string[];
  readonly teams?: readonly string[];
}

export interface UserResponse {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly is_active: boolean;
  readonly permission_sets: readonly string[];
  /** API name of the role that places them in the role tree; null without one. */
  readonly role: string | null;
  /** Ids of the teams that they belong to. */
  readonly teams: readonly string[];
  /** Null: none, or it was accepted. */
  readonly invitation: InvitationResponse | null;
}

/** `GET /users/grantables`: what people can be given, by label; `is_grantable`: by the caller, who gives what they hold. */
export interface GrantablesResponse {
  readonly roles: readonly GrantableResponse[];
  readonly permission_sets: readonly GrantableResponse[];
}
export interface GrantableResponse {
  readonly name: string;
  readonly label: string;
  readonly is_grantable: boolean;
}

/** What is absent stays as it is. A new password ends the person's sessions. */
export interface UserChangeBody {
  readonly name?: string;
  readonly password?: string;
  readonly is_active?: boolean;
  readonly permission_sets?: readonly string[];
  readonly role?: string | null;
  /** Ids; the set as it shall be. */
  readonly teams?: readonly string[];
}

export interface TeamBody {
  readonly name: string;
  readonly description?: string | null;
  readonly email?: string | null;
  /** Ids of users; the set as it shall be. */
  readonly members?: readonly string[];
}

export interface TeamResponse {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly email: string | null;
  readonly members: readonly string[];
}

/** `POST /me/password`: ends the person's other sessions. */
export interface PasswordBody {
  readonly current_password: string;
  readonly new_password: string;
}

/** `POST /api-keys`. What is absent is not granted; without `objects`, all objects that you may see. */
export interface ApiKeyBody {
  readonly name: string;
  /** `read` unless given. */
  readonly access?: 'read' | 'write';
  readonly objects?: readonly string[];
  /** Reaches metadata, if you may customise. */
  readonly metadata?: boolean;
  /** Reaches people and teams, if you may manage users. */
  readonly users?: boolean;
  /** 90 unless given. */
  readonly expires_in_days?: number;
}

export interface ApiKeyResponse {
  readonly id: string;
  readonly name: string;
  /** The last four characters of the key. */
  readonly ending: string;
  readonly access: 'read' | 'write';
  readonly objects: readonly string[] | null;
  readonly metadata: boolean;
  readonly users: boolean;
  readonly created_at: string;
  readonly expires_at: string;
  /** To the minute; null: never. */
  readonly last_used_at: string | null;
  /** With `?all=true` only. */
  readonly user?: { readonly id: string; readonly name: string | null };
}
export interface ApiKeysResponse {
  readonly keys: readonly ApiKeyResponse[];
}
/** The one answer that has the key itself. */
export interface NewApiKeyResponse extends ApiKeyResponse {
  readonly key: string;
}

export interface WorkspaceResponse {
  readonly name: string;
  readonly label: string;
}
export interface WorkspacesResponse {
  readonly workspaces: readonly WorkspaceResponse[];
}
export interface WorkspaceBody {
  readonly name: string;
  readonly label: string;
  readonly time_zone?: string;
  readonly locale?: string;
  readonly currency?: string;
}

/** `GET /access/explain`. Without `user`, the caller's own rights. */
export interface ExplainQuery {
  readonly object: string;
  readonly action?: 'create' | 'read' | 'update' | 'delete' | 'import' | 'export';
  readonly user?: string;
  readonly record?: string;
  readonly field?: string;
}
export interface ExplainResponse {
  readonly is_allowed: boolean;
  /** The chain of reasons, for a person: objects, fields and permission sets are named by their labels. */
  readonly reasons: readonly string[];
}

export interface ComponentDocument {
  readonly kind: string;
  readonly name: string;
  readonly body: unknown;
}

export interface MetadataResponse {
  readonly revision: number;
  readonly components: readonly (ComponentDocument & { readonly package: string | null })[];
}

export interface ChangeSetBody {
  readonly components?: readonly ComponentDocument[];
  readonly deletions?: readonly { readonly kind: string; readonly name: string }[];
  readonly renames?: readonly { readonly kind: string; readonly from: string; readonly to: string }[];
  readonly expected_revision?: number;
  readonly message?: string;
}

export interface PlanDocument {
  readonly revision: number;
  readonly components: readonly {
    readonly kind: string;
    readonly name: string;
    readonly label: string;
    readonly change: 'add' | 'change' | 'remove' | 'rename' | 'none';
    readonly differences: readonly {
      readonly pointer: string;
      readonly before: unknown;
      readonly after: unknown;
    }[];
  }[];
  readonly storage: readonly {
    readonly kind: string;
    readonly object: string;
    readonly field?: string;
    readonly description: string;
    readonly is_immediate: boolean;
  }[];
  readonly affected_records: readonly { readonly object: string; readonly count: number }[];
  /** Fields that change their type while they hold values; `exact + lossy + kept` is `total`. */
  readonly conversions: readonly {
    readonly object: string;
    readonly field: string;
    readonly from: string;
    readonly to: string;
    readonly total: number;
    readonly exact: number;
    readonly lossy: number;
    /** Values that don't convert: they stay stored and are listed under `/metadata/conversions`. */
    readonly kept: number;
    /** Counted on a sample of a large table. */
    readonly is_estimate: boolean;
    readonly lossy_samples: readonly {
      readonly id: string;
      readonly before: unknown;
      readonly after: unknown;
    }[];
    readonly kept_samples: readonly {
      readonly id: string;
      readonly value: unknown;
      readonly reason: string;
    }[];
    /** Of a unique field: values that would come out like another one's. */
    readonly duplicates: number;
  }[];
  /** Fields that shall become unique while records share a value. */
  readonly duplicates: readonly {
    readonly object: string;
    readonly field: string;
    readonly records: number;
    readonly ids: readonly string[];
  }[];
  /**
   * Live records whose value a changed field would refuse (`code` as a save would say it, `option` of
   * `invalid_option`), or that lack the value of one that becomes `required`. Nothing is done to them.
   */
  readonly misfits: readonly {
    readonly object: string;
    readonly field: string;
    readonly code: string;
    readonly option: string | null;
    readonly message: string;
    readonly records: number;
    /** Counted on a sample of a large table. */
    readonly is_estimate: boolean;
    /** Up to ten of them. */
    readonly ids: readonly string[];
  }[];
  readonly irreversible: readonly string[];
  /**
   * Who would gain and lose what, in a plan (not in the answer of a publish) that moves rights, roles or sharing; null
   * where it moves nobody's, and for who may not manage users.
   */
  readonly access: AccessPlanDocument | null;
}

export interface AccessPlanDocument {
  /** How many active people gain or lose anything. */
  readonly people: number;
  /** One for each person and object, and one without an object for rights of the system. */
  readonly changes: readonly {
    readonly user: { readonly id: string; readonly name: string };
    readonly object: string | null;
    /** What may be done with the object, or rights of the system. */
    readonly gained: readonly string[];
    readonly lost: readonly string[];
    readonly fields: readonly {
      readonly field: string;
      readonly before: 'none' | 'read' | 'update';
      readonly after: 'none' | 'read' | 'update';
    }[];
    readonly record_types: { readonly gained: readonly string[]; readonly lost: readonly string[] };
    /** Live records that the person comes to reach, or no longer reaches. */
    readonly records: readonly {
      readonly action: 'read' | 'update' | 'delete';
      readonly direction: 'gained' | 'lost';
      /** Null: it would take too long to count. */
      readonly count: { readonly value: number; readonly kind: 'exact' | 'at_least' } | null;
      /** Up to three that the asker sees as well. */
      readonly samples: readonly { readonly id: string; readonly title: string | null }[];
    }[];
  }[];
  /** How many more changes there are. */
  readonly left_out: number;
}

export interface PlanResponse {
  readonly plan: PlanDocument;
  readonly problems: readonly ProblemEntry[];
}

export interface PublishResponse {
  readonly revision: number;
  readonly plan: PlanDocument;
  readonly problems: readonly ProblemEntry[];
}

export interface RevisionsResponse {
  readonly revisions: readonly {
    readonly number: number;
    readonly author: { readonly id: string; readonly name: string | null };
    readonly at: string;
    readonly message: string | null;
    readonly components: readonly {
      readonly kind: string;
      readonly name: string;
      readonly change: 'write' | 'remove' | 'rename';
    }[];
  }[];
}

/** `GET /metadata/conversions`: type changes that are running or have left values behind. */
export interface ConversionsResponse {
  readonly conversions: readonly {
    readonly id: number;
    readonly object: string;
    /** Null when the field has changed its type again, or is gone. */
    readonly field: string | null;
    readonly from: string;
    readonly to: string | null;
    readonly state: 'running' | 'done';
    readonly exact: number;
    readonly lossy: number;
    readonly kept: number;
    /** Kept values whose record has none in the field yet. */
    readonly open: number;
    readonly created_at: string;
  }[];
}

/** `GET /metadata/aliases`: old names that programs may still say. Of a field, with its object's current name. */
export interface AliasesResponse {
  readonly aliases: readonly {
    readonly kind: 'object' | 'field';
    readonly name: string;
    readonly current: string;
    readonly uses: number;
    readonly last_used_at: string | null;
    readonly created_at: string;
  }[];
}

/** `GET /metadata/conversions/{id}/values?limit=&after=`; with `format=csv` all of them as a file. */
export interface KeptValuesResponse {
  readonly values: readonly {
    readonly record: string;
    readonly text: string;
    readonly value: unknown;
    readonly reason: string;
    readonly is_deleted: boolean;
  }[];
  readonly next: string | null;
}

/** State of the online promotion of fields to columns, for the builder. */
export interface ColumnsResponse {
  readonly columns: readonly {
    readonly object: string;
    readonly field: string;
    readonly state: 'waiting' | 'filling' | 'indexing' | 'ready' | 'failed' | 'retired';
    readonly rows_done: number;
    readonly error: string | null;
  }[];
}

/** How far each roll-up is. */
export interface RollupsResponse {
  readonly rollups: readonly {
    readonly object: string;
    readonly field: string;
    /** Not `ready`: each read works it out until every record has its value. */
    readonly state: 'waiting' | 'computing' | 'ready';
    readonly rows_done: number;
    /** Estimated. */
    readonly rows_total: number;
    /** Records that wait to be worked out again; 10,001 for more than 10,000. */
    readonly pending: number;
  }[];
}

/** How records are found that meet the conditions of sharing rules; rules that say the same share one. */
export interface SharingStatesResponse {
  readonly conditions: readonly {
    readonly object: string;
    /** None of one that is being removed. */
    readonly rules: readonly { readonly name: string; readonly label: string }[];
    /**
     * `row`: each record tells by itself, and indexes may serve it. `kept`: those that may meet it are kept, and read.
     * `asked`: every record is asked.
     */
    readonly way: 'row' | 'kept' | 'asked';
    /**
     * Why every record is asked: what the condition reads (`clock`, `user`, `day` of a moment, names of `people`, behind a lookup
     * to `several` objects, records of the `platform`, `tree`, `links`), or what is awaited (`filling`, `rollups`), or that
     * `most` meet it.
     */
    readonly because:
      | 'clock'
      | 'user'
      | 'day'
      | 'people'
      | 'several'
      | 'platform'
      | 'tree'
      | 'links'
      | 'filling'
      | 'rollups'
      | 'most'
      | null;
    /** Null where nothing is kept; `dropping`: no rule has it any more. */
    readonly kept: {
      readonly state: 'waiting' | 'filling' | 'ready' | 'dropping';
      readonly rows_done: number;
      /** Estimated. */
      readonly rows_total: number;
      /** Records that may meet it; 10,001 for more than 10,000. */
      readonly candidates: number;
    } | null;
  }[];
}

export interface ExpressionBody {
  readonly object: string;
  readonly expression?: unknown;
  readonly text?: string;
  /** Id of a record: the answer has the expression's value for it. */
  readonly record?: string;
}

export interface ExpressionResponse {
  readonly text: string | null;
  readonly expression: unknown;
  /** `boolean` for a condition; null when there is a problem. */
  readonly type: string | null;
  /** A fault of formula text has its place, both from 1. */
  readonly problems: readonly (ProblemEntry & { readonly line?: number; readonly column?: number })[];
  /** With `record`, where there is no problem: its value in canonical form, null when blank. */
  readonly value?: unknown;
  /** With `value`: what has no answer for this record and is blank, `division_by_zero` or `overflow`. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[];
}

export type { ObjectDescription, WorkspaceDescription };
