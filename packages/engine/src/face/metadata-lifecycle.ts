/** The life of metadata: plans, publishes, and what was made of them. */
import type { Action } from '@trellis/access';
import type { Package, Problem } from '@trellis/metadata';
import type { FieldRight, JsonValue } from '@trellis/model';
import type {
  ColumnState,
  IndexState,
  Revision,
  RollupState,
  SharingConditionState,
  StorageStep,
} from '@trellis/storage';
import type { ExplainedExpression, ExpressionRequest } from '../explain-expression.ts';
import type { Context, SystemContext } from './context.ts';

export interface AccessQuestion {
  /** Id of the user in question; the asker unless given. */
  readonly user?: string | undefined;
  readonly object: string;
  readonly record?: string | undefined;
  readonly field?: string | undefined;
  readonly action: Action;
}

export interface AccessExplanation {
  readonly isAllowed: boolean;
  /** The chain of reasons, for a person. */
  readonly reasons: readonly string[];
}

// --- metadata -------------------------------------------------------------------------------------------------

export interface ChangeRequest {
  /** Unparsed: faults come back as problems with pointers into `/components/…`. */
  readonly components?: unknown;
  readonly deletions?: unknown;
  readonly renames?: unknown;
  readonly expectedRevision?: number | undefined;
  readonly message?: string | undefined;
}

export interface PlannedComponent {
  readonly kind: string;
  readonly name: string;
  readonly label: string;
  readonly change: 'add' | 'change' | 'remove' | 'rename' | 'none';
  /** For a change: the pointers that differ, with both values. */
  readonly differences: readonly {
    readonly pointer: string;
    readonly before: unknown;
    readonly after: unknown;
  }[];
}

export interface Plan {
  /** The revision that the plan was made against. */
  readonly revision: number;
  readonly components: readonly PlannedComponent[];
  readonly storage: readonly StorageStep[];
  /** Per object that loses or changes something: its live records. */
  readonly affectedRecords: readonly { readonly object: string; readonly count: number }[];
  /** Fields that change their type while they hold values: what becomes of the values. */
  readonly conversions: readonly ConversionPlan[];
  /** Fields that shall become unique and hold values twice: how many records are concerned, with ids of some. */
  readonly duplicates: readonly {
    readonly object: string;
    readonly field: string;
    readonly records: number;
    readonly ids: readonly string[];
  }[];
  /** What is stored and would not be accepted any more. It stays until somebody changes it. */
  readonly misfits: readonly Misfit[];
  /** Sentences about what a rollback can't bring back. */
  readonly irreversible: readonly string[];
  /** Who would gain and lose what; undefined where nobody does, and to who may not manage users. */
  readonly access: AccessPlan | undefined;
}

/** What a change of rights, roles or sharing does to active people. */
export interface AccessPlan {
  /** Those who gain or lose anything at all. */
  readonly people: number;
  /** One for each person and object, and one without an object for rights of the system; the first of very many. */
  readonly changes: readonly AccessChange[];
  /** How many more there are. */
  readonly leftOut: number;
}

export interface AccessChange {
  readonly user: { readonly id: string; readonly name: string };
  /** Undefined: `gained` and `lost` are rights of the system. */
  readonly object: string | undefined;
  /** What may be done with the object: `read`, `create`… */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  /** Rights on single fields, as they would be. */
  readonly fields: readonly {
    readonly field: string;
    readonly before: FieldRight;
    readonly after: FieldRight;
  }[];
  readonly recordTypes: { readonly gained: readonly string[]; readonly lost: readonly string[] };
  /** Records that somebody comes to reach, or no longer reaches. */
  readonly records: readonly ReachChange[];
}

export interface ReachChange {
  readonly action: 'read' | 'update' | 'delete';
  readonly direction: 'gained' | 'lost';
  /** Undefined: it would take too long to count. */
  readonly count: { readonly value: number; readonly kind: 'exact' | 'at_least' } | undefined;
  /** Some that the asker sees themselves; titles are null where the asker may not read them. */
  readonly samples: readonly { readonly id: string; readonly title: string | null }[];
}

/** Live records whose value a changed field would refuse, or that lack the value of one that becomes required. */
export interface Misfit {
  readonly object: string;
  readonly field: string;
  /** As a save would say it: `required`, `too_long`, `too_small`, `invalid_format`, `invalid_option`… */
  readonly code: string;
  /** Of `invalid_option`: the one that is removed or no longer active. */
  readonly option: string | null;
  readonly message: string;
  readonly records: number;
  /** Counted on a sample of a large table. */
  readonly isEstimate: boolean;
  /** Up to ten of them. */
  readonly ids: readonly string[];
}

/** `total` is `exact + lossy + kept`; values of records in the recycle bin count too. */
export interface ConversionPlan {
  readonly object: string;
  readonly field: string;
  readonly from: string;
  readonly to: string;
  readonly total: number;
  /** Values from which the old one can be told again. */
  readonly exact: number;
  /** Rounded, shortened or without their form. */
  readonly lossy: number;
  /** Values that don't convert: they are kept and listed. */
  readonly kept: number;
  /** Counted on a sample of a large table. */
  readonly isEstimate: boolean;
  readonly lossySamples: readonly {
    readonly id: string;
    readonly before: JsonValue;
    readonly after: JsonValue;
  }[];
  readonly keptSamples: readonly {
    readonly id: string;
    readonly value: JsonValue;
    readonly reason: string;
  }[];
  /** Of a unique field: values that come out like another one's. They are kept. */
  readonly duplicates: number;
}

/** A type change and what it left; `open` counts kept values whose record has none in the field yet. */
export interface OpenConversion {
  readonly id: number;
  /** Null when the object is gone. */
  readonly object: string;
  /** Null when the field has changed its type again. */
  readonly field: string | null;
  readonly from: string;
  readonly to: string | null;
  readonly state: 'running' | 'done';
  readonly exact: number;
  readonly lossy: number;
  readonly kept: number;
  readonly open: number;
  readonly createdAt: string;
}

export interface AliasEntry {
  readonly kind: 'object' | 'field';
  /** The old name; of a field with its object's current one before it. */
  readonly name: string;
  readonly current: string;
  readonly uses: number;
  readonly lastUsedAt: string | null;
  readonly createdAt: string;
}

export interface KeptValues {
  readonly values: readonly {
    readonly record: string;
    /** As text, the way an export writes it. */
    readonly text: string;
    readonly value: JsonValue;
    readonly reason: string;
    readonly isDeleted: boolean;
  }[];
  /** Id to ask for the next page with. */
  readonly next: string | null;
}

export interface IndexEntry extends IndexState {
  /** Somebody asked for it by `indexed` or the object's `indexes`, and could take that back. */
  readonly isRemovable: boolean;
  /** Nobody has used it for a week and longer. */
  readonly isUnused: boolean;
}

/** Either fields to give an index of their own, or fields to index together (`-` for descending). */
export interface IndexAdvice {
  readonly id: string;
  readonly object: string;
  readonly fields: readonly {
    readonly object: string;
    readonly field: string;
    readonly label: string;
    readonly property: 'indexed' | 'searchable';
  }[];
  readonly together: readonly string[] | null;
  readonly runs: number;
  /** How often a question was not even run for it. */
  readonly refusals: number;
  readonly meanMilliseconds: number;
  readonly mostMilliseconds: number;
  /** Of the object, roughly. */
  readonly records: number;
  readonly lastAt: string;
  /** What the questions were about. */
  readonly paths: readonly string[];
  /** Published views that such questions come from. */
  readonly views: readonly string[];
}

export interface ComponentEntry {
  readonly kind: string;
  readonly name: string;
  readonly body: unknown;
  /** Name of the package that brought it, null for the workspace's own. */
  readonly package: string | null;
}

export interface MetadataLifecycle {
  list(
    context: Context,
    kind?: string,
  ): Promise<{ readonly revision: number; readonly components: readonly ComponentEntry[] }>;
  find(context: Context, kind: string, name: string): Promise<ComponentEntry | undefined>;
  plan(
    context: Context,
    request: ChangeRequest,
  ): Promise<{ readonly plan: Plan; readonly problems: readonly Problem[] }>;
  /** Throws `invalid_metadata` with all problems, or `stale_revision`; nothing is written then. */
  publish(
    context: Context,
    request: ChangeRequest,
  ): Promise<{ readonly revision: number; readonly plan: Plan; readonly problems: readonly Problem[] }>;
  /** What `rollback` would do; nothing is written. Throws `unknown_revision`. */
  planRollback(context: Context, revision: number): ReturnType<MetadataLifecycle['plan']>;
  /** Publishes the inverse of everything after the given revision. */
  rollback(context: Context, revision: number): Promise<{ readonly revision: number; readonly plan: Plan }>;
  revisions(context: Context, limit: number): Promise<readonly Revision[]>;
  columnStates(context: Context): Promise<readonly ColumnState[]>;
  /** Indexes beside those that the platform needs for itself. */
  indexStates(context: Context): Promise<readonly IndexEntry[]>;
  /** Has what could not be built of an object tried again. False: there is nothing. Throws `unknown_component`. */
  retryIndexes(context: Context, object: string): Promise<boolean>;
  /** Indexes that would help with what was slow or refused, the most needed first. */
  indexAdvice(context: Context): Promise<readonly IndexAdvice[]>;
  /** Is not told of again for a month. Throws `unknown_component`. */
  dismissIndexAdvice(context: Context, id: string): Promise<void>;
  /** How records are found that meet the conditions of sharing rules. */
  sharingStates(context: Context): Promise<readonly SharingConditionState[]>;
  /** How far each roll-up is, by today's names. */
  rollupStates(context: Context): Promise<readonly RollupState[]>;
  /**
   * Has the roll-up worked out anew for every record, in the background; until that is done reads work it out.
   * Throws `unknown_component` for what is no roll-up.
   */
  recomputeRollup(context: Context, object: string, field: string): Promise<void>;
  /** Type changes that are running or have left values behind. */
  conversions(context: Context): Promise<readonly OpenConversion[]>;
  /** Values that did not convert and that nobody has dealt with yet. Throws `unknown_component`. */
  keptValues(
    context: Context,
    id: number,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<KeptValues>;
  /** Takes a conversion that is done off the list; its old values stay stored. Throws `unknown_component`. */
  dismissConversion(context: Context, id: number): Promise<void>;
  /**
   * Erases all values that the field had before a conversion which is done, those that converted too. Nothing brings
   * them back; who was interrupted calls again. Throws `unknown_component`.
   */
  purgeConversion(context: Context, id: number): Promise<void>;
  /** Old names of objects and fields that programs may still say, with how often they do. */
  aliases(context: Context): Promise<readonly AliasEntry[]>;
  /** Forgets an old name: `deal` or `deal.amount`. Throws `unknown_component`. */
  removeAlias(context: Context, kind: string, name: string): Promise<void>;
  /** Resolves when no type change is running in the workspace any more: for tests and the command line. */
  drainConversions(context: Context): Promise<void>;
  /**
   * Installs a package once: components that exist already are left as they are unless they are still what an
   * earlier version of the package brought. Returns undefined when there was nothing to do.
   */
  installPackage(context: SystemContext, folder: Package): Promise<{ readonly revision: number } | undefined>;
  /** Checks JSON Logic, or formula text where that is given, and says it both ways. */
  checkExpression(context: Context, request: ExpressionRequest): Promise<ExplainedExpression>;
}

// --- records --------------------------------------------------------------------------------------------------
