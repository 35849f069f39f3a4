import type { ApiError, ProblemEntry } from '@trellis/api';

export interface ServerErrors {
  readonly byField: ReadonlyMap<string, string[]>;
  /** Problems of the record as a whole, or of fields that the form does not show. */
  readonly others: readonly ProblemEntry[];
}

/** Sorts the entries of a problem document by the field that their pointer leads to. */
export function serverErrors(error: ApiError | null, fields: readonly string[]): ServerErrors {
  const byField = new Map<string, string[]>();
  const others: ProblemEntry[] = [];
  for (const entry of error?.problem.errors ?? []) {
    const name = entry.pointer.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? '';
    const message = entry.hint === undefined ? entry.message : `${entry.message} ${entry.hint}`;
    if (fields.includes(name)) byField.set(name, [...(byField.get(name) ?? []), message]);
    else others.push(entry);
  }
  return { byField, others };
}
