/** The part of the contract about jobs, and about the imports that they run. */
import type { ProblemEntry } from './contract.ts';

export type JobState = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled';

export interface JobResponse {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  /** `total` is null while nobody knows how much there is to do. */
  readonly progress: { readonly done: number; readonly total: number | null };
  readonly counts: Readonly<Record<string, number>>;
  /** A sentence for people, such as why it failed. */
  readonly message: string | null;
  /** What was asked for. */
  readonly about: unknown;
  readonly result: unknown;
  /** Of one job: the first rows of its file that were refused. */
  readonly errors?: readonly RefusedPlace[];
  /** Asked for and not yet obeyed. */
  readonly wish: 'pause' | 'cancel' | null;
  /** It is over, has changed records, and is not undone. */
  readonly can_undo: boolean;
  /** The job that undoes this one, or has done so. */
  readonly undone_by: { readonly id: string; readonly state: JobState } | null;
  /** The job that this one undoes. */
  readonly undoes: string | null;
  readonly created_by: { readonly id: string; readonly name: string | null };
  readonly created_at: string;
  readonly started_at: string | null;
  readonly updated_at: string;
  readonly ended_at: string | null;
}

/** A row of a file, or a record, that was refused or left as it is. Numbers are from 1; lines count the header. */
export interface RefusedPlace {
  readonly row: number;
  readonly line: number;
  /** Of a job that is about records and no file. */
  readonly record?: { readonly object: string; readonly id: string };
  readonly errors: readonly ProblemEntry[];
}

export type FileFormat = 'csv' | 'ndjson' | 'xlsx';

/** What is exported, and how. */
export interface ExportQuery {
  readonly filter?: unknown;
  readonly fields?: readonly string[];
  readonly sort?: readonly string[];
  readonly search?: string;
  /** Of CSV: texts that look like formulas go out as they are. */
  readonly raw?: boolean;
}

/** The part `mapping` of an import. */
export interface ImportMapping {
  readonly operation?: 'create' | 'update' | 'upsert';
  readonly key?: string;
  /** Instead of `key`: 1 to 5 fields, unique or not, by which records are recognised. */
  readonly match?: readonly (string | MatchField)[];
  readonly columns?: Readonly<
    Record<
      string,
      | null
      | string
      | {
          readonly field: string;
          readonly match?: string;
          readonly folded?: boolean;
          readonly object?: string;
          readonly format?: CellFormat;
        }
    >
  >;
  readonly blank?: 'keep' | 'clear';
  readonly decimal_comma?: boolean;
  readonly dry_run?: boolean;
  /** Of CSV: an apostrophe before what looks like a formula stays. */
  readonly raw?: boolean;
  readonly format?: FileFormat;
  readonly delimiter?: string;
  readonly encoding?: string;
  /** Of a workbook: the first that is shown unless given. */
  readonly sheet?: string;
  /** Row of the header, from 1; 0: there is none, and columns are called Column 1, Column 2, … */
  readonly header_row?: number;
  /** What a field gets in all rows that have nothing for it: a value, or a text as in a cell. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Of times without a zone; yours unless given. */
  readonly time_zone?: string;
  /** Under upsert: what becomes of rows whose record exists. */
  readonly existing?: 'update' | 'skip';
}

/** A field by which records are recognised; `folded`: its spelling does not count (case, accents, signs). */
export interface MatchField {
  readonly field: string;
  readonly folded?: boolean;
}

/** How dates and numbers are written: order of the parts of a date, 1,234.56 or 1.234,56. */
export type CellFormat = 'ymd' | 'dmy' | 'mdy' | 'point' | 'comma';

/** What an import says of itself in `about`. */
export interface ImportAbout {
  readonly object: string;
  readonly operation: 'create' | 'update' | 'upsert';
  readonly key: string | null;
  readonly match: readonly MatchField[] | null;
  readonly dry_run: boolean;
  /** Under upsert: what becomes of rows whose record exists. */
  readonly existing: 'update' | 'skip' | null;
  readonly file_name: string | null;
  readonly skipped_columns: readonly string[];
}

/** A file that is kept for a day, to be looked at and imported. */
export interface ImportFileResponse {
  readonly id: string;
  readonly name: string | null;
  readonly bytes: number;
}

export interface ImportPreviewResponse {
  readonly format: FileFormat;
  readonly encoding: string;
  readonly delimiter: string;
  /** Of a workbook: its sheets, and the one that was looked at. */
  readonly sheets: readonly string[];
  readonly sheet: string | null;
  /** Row of the header; 0 where the file seems to have none. */
  readonly header_row: number;
  readonly columns: readonly {
    readonly name: string;
    readonly samples: readonly string[];
    readonly suggestion: string | null;
    /** How its values are written, should they be dates or numbers; null where nothing is to be said. */
    readonly formats: { readonly date: CellFormat | null; readonly number: CellFormat | null };
    /** Where the mapping gives it a field: how the samples are understood. */
    readonly read:
      | readonly { readonly sample: string; readonly shown: string | null; readonly problem: string | null }[]
      | null;
  }[];
  /** Where records are to be recognised: for how many of the first 1,000 rows one, none or several are. */
  readonly matches: {
    readonly rows: number;
    readonly one: number;
    readonly none: number;
    readonly several: number;
    /** The row itself has faults, or says too little. */
    readonly unclear: number;
  } | null;
}

/** An order for many records: named by `ids`, or all that `filter` and `search` find. */
export interface BulkOrder {
  readonly operation: 'update' | 'delete' | 'restore';
  readonly ids?: readonly string[];
  readonly all?: boolean;
  readonly filter?: unknown;
  readonly search?: string;
  /** Of an update: values by field, null to clear. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Of an update: by field with several values. */
  readonly add?: Readonly<Record<string, unknown>>;
  readonly remove?: Readonly<Record<string, unknown>>;
  readonly dry_run?: boolean;
}

/** What an order says of itself in `about`. */
export interface BulkAbout {
  readonly object: string;
  readonly operation: BulkOrder['operation'];
  readonly dry_run: boolean;
  readonly fields: readonly string[];
}

/** What an undo says of itself in `about`. */
export interface UndoAbout {
  readonly object: string | null;
  readonly dry_run: boolean;
  readonly undoes: string;
  readonly undone_kind: string;
  readonly undone_about: unknown;
}

/** `result` of an order and of an undo: why records were refused or left, and how many for each reason. */
export interface BulkResult {
  readonly reasons: readonly {
    readonly code: string;
    readonly pointer: string;
    readonly message: string;
    readonly count: number;
  }[];
}

export interface JobsQuery {
  readonly limit?: number;
  readonly before?: string;
  /** Everybody's; needs the right `customise`. */
  readonly all?: boolean;
}

export interface JobsResponse {
  readonly jobs: readonly JobResponse[];
  readonly next: string | null;
}
