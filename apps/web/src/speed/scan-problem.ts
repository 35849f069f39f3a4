/** What a problem `would_scan` says beside its sentences. */
import { ApiError, type ScanSuggestion } from '@trellis/api';

export interface ScanProblem {
  readonly suggestions: readonly ScanSuggestion[];
  readonly records: number | undefined;
}

/** Undefined: the error is another one. */
export function scanProblemOf(error: unknown): ScanProblem | undefined {
  if (!(error instanceof ApiError) || error.problem.code !== 'would_scan') return undefined;
  const { suggestions, records } = error.problem;
  return {
    suggestions: Array.isArray(suggestions) ? (suggestions as ScanSuggestion[]) : [],
    records: typeof records === 'number' ? records : undefined,
  };
}
