/** Indexes over the wire: what there is, what would help, and building again what failed. Needs `customise`. */

export interface IndexResponse {
  readonly object: string;
  /** In the database. */
  readonly name: string;
  /** API names, `-` for descending. */
  readonly fields: readonly string[];
  /**
   * What it is there for: `lookup`, `unique`, `title`, `indexed`, `searchable`, `used` (views or sharing rules need the
   * field), `view`, `object` (one of the object's `indexes`), `stands_in` (it stays while what takes its place can't be made),
   * or null: nothing wants it any more.
   */
  readonly reason: string | null;
  /** The view, or the place among the object's `indexes`. */
  readonly view?: string;
  readonly position?: number;
  readonly is_unique: boolean;
  readonly state: 'building' | 'valid' | 'failed' | 'removing';
  readonly error: string | null;
  /** From 0 to 1 while it is being built, where that is known. */
  readonly progress: number | null;
  readonly bytes: number | null;
  /** How often it was used since `since`. */
  readonly scans: number | null;
  readonly since: string;
  /** From PostgreSQL 16 on. */
  readonly last_used_at: string | null;
  /** By publishing the field without `indexed`, or the object without the entry. */
  readonly is_removable: boolean;
  /** It could be removed, and nobody has used it for a week and longer. */
  readonly is_unused: boolean;
}
export interface IndexesResponse {
  readonly indexes: readonly IndexResponse[];
}

/** Either fields to publish with a property, or fields to index together in the object's `indexes`. */
export interface IndexAdviceResponse {
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
  readonly refusals: number;
  readonly mean_milliseconds: number;
  readonly most_milliseconds: number;
  readonly records: number;
  readonly last_at: string;
  readonly paths: readonly string[];
  readonly views: readonly string[];
}
export interface AdviceResponse {
  readonly advice: readonly IndexAdviceResponse[];
}
