import { ApiError, type ProblemEntry } from '@trellis/api';

export interface ServerErrors {
  readonly byField: ReadonlyMap<string, string[]>;
  /** Problems of the record as a whole, or of fields that the form does not show. */
  readonly others: readonly ProblemEntry[];
}

/** Sorts the entries of a problem document by the field that their pointer leads to. Silence has no entries. */
export function serverErrors(error: Error | null, fields: readonly string[]): ServerErrors {
  const byField = new Map<string, string[]>();
  const others: ProblemEntry[] = [];
  for (const entry of error instanceof ApiError ? error.problem.errors : []) {
    const name = entry.pointer.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? '';
    const message = entry.hint === undefined ? entry.message : `${entry.message} ${entry.hint}`;
    if (fields.includes(name)) byField.set(name, [...(byField.get(name) ?? []), message]);
    else others.push(entry);
  }
  return { byField, others };
}
