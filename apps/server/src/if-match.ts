/** Reads `If-Match`, which carries the version of the record that a change was made on. */
import { HttpProblem } from './http-problem.ts';

/**
 * The version, from `7`, `"7"` or `W/"7"`; undefined without the header and for `*` (any version will do).
 *
 * @throws HttpProblem `malformed_request` for anything else: a condition that is not understood must not be dropped.
 */
export function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const given = header.trim();
  if (given === '*') return undefined;
  const match = /^(?:W\/)?(?:"(\d{1,15})"|(\d{1,15}))$/.exec(given);
  if (!match) {
    const message = 'If-Match must hold one version of the record, such as "7".';
    throw new HttpProblem('malformed_request', message);
  }
  return Number(match[1] ?? match[2]);
}
