/** The part of the contract about jobs. */
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
  /** Asked for and not yet obeyed. */
  readonly wish: 'pause' | 'cancel' | null;
  readonly created_by: { readonly id: string; readonly name: string | null };
  readonly created_at: string;
  readonly started_at: string | null;
  readonly updated_at: string;
  readonly ended_at: string | null;
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
