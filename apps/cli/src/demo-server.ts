/**
 * How the demo loader speaks with the server: records through `/records`, users through `/users`. Finds what is
 * there by its key and creates what is not; a refused record is a result, a refused request is thrown.
 */
import { isBlank, type Json } from './demo-values.ts';

/** What the loader needs of an API client: paths are relative to `/api/v1`, and no status is thrown. */
export interface DemoClient {
  request(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** The server can't be worked with: not signed in, or it does not answer as the contract says. */
export class DemoLoadError extends Error {
  override readonly name = 'DemoLoadError';
}

/** Keys in one question after records that are there already: the largest page of the API. */
const QUERY_SIZE = 200;
const REFUSALS_OF_A_STEP = [403, 404, 405, 501];

/** The server refuses a whole step; an optional one is skipped. */
export class StepRefused extends DemoLoadError {}

export interface CreateResult {
  readonly id?: string | undefined;
  readonly reasons?: readonly string[];
}

/** How records of one kind are found and made. */
export interface Door {
  /** Ids of those that are there, by key. */
  find(keys: readonly string[]): Promise<Map<string, string>>;
  /** One result per record, in order. */
  create(records: readonly Readonly<Record<string, Json>>[]): Promise<readonly CreateResult[]>;
}

/** Records of one object, found by their key field. */
export function recordsDoor(client: DemoClient, object: string, key: string): Door {
  const path = `/records/${encodeURIComponent(object)}`;
  return {
    async find(keys) {
      const found = new Map<string, string>();
      for (let at = 0; at < keys.length; at += QUERY_SIZE) {
        const answer = await client.request('POST', `${path}/query`, {
          filter: { in: [{ var: key }, keys.slice(at, at + QUERY_SIZE)] },
          fields: [key],
          limit: QUERY_SIZE,
        });
        requireSuccess(answer, `look for records of ${object}`);
        for (const record of (answer.body as { records: Record<string, unknown>[] }).records) {
          found.set(String(record[key]), String(record.id));
        }
      }
      return found;
    },
    async create(records) {
      const answer = await client.request('POST', `${path}/batch`, {
        operation: 'create',
        records,
        all_or_nothing: false,
      });
      requireSuccess(answer, `create records of ${object}`);
      const results: CreateResult[] = [];
      for (const result of (answer.body as { results: BatchResult[] }).results) {
        results[result.index] = isBlank(result.id)
          ? { reasons: describeErrors(result.errors) }
          : { id: result.id };
      }
      return results;
    },
  };
}

interface BatchResult {
  readonly index: number;
  readonly id: string | null;
  readonly errors?: readonly ProblemLine[];
}

interface ProblemLine {
  readonly pointer?: string;
  readonly message?: string;
  readonly hint?: string;
}

/** Users, found by their email. A user whose email is known is left as it is. */
export function usersDoor(client: DemoClient): Door {
  return {
    async find() {
      const answer = await client.request('GET', '/users');
      requireSuccess(answer, 'read the users');
      const { users } = answer.body as { users: { id: string; email: string }[] };
      return new Map(users.map((user) => [user.email, user.id]));
    },
    async create(records) {
      const results: CreateResult[] = [];
      for (const record of records) {
        const answer = await client.request('POST', '/users', record);
        if ([409, 422].includes(answer.status)) {
          results.push({ reasons: describeProblem(answer) });
          continue;
        }
        requireSuccess(answer, 'create users');
        const body = answer.body as { id?: string; user?: { id: string } };
        results.push({ id: body.id ?? body.user?.id });
      }
      return results;
    },
  };
}

function requireSuccess(answer: { readonly status: number; readonly body: unknown }, action: string): void {
  if (answer.status < 300) return;
  const message = `The server would not ${action} (${answer.status}): ${describeProblem(answer).join(' ')}`;
  if (REFUSALS_OF_A_STEP.includes(answer.status)) throw new StepRefused(message);
  throw new DemoLoadError(message);
}

function describeProblem(answer: { readonly status: number; readonly body: unknown }): string[] {
  const problem = (answer.body ?? {}) as { detail?: string; title?: string; errors?: readonly ProblemLine[] };
  const lines = problem.errors && problem.errors.length > 0 ? describeErrors(problem.errors) : [];
  return lines.length > 0 ? lines : [problem.detail ?? problem.title ?? `Status ${answer.status}.`];
}

function describeErrors(errors: readonly ProblemLine[] | undefined): string[] {
  const lines = (errors ?? []).map((error) =>
    [error.pointer ? `${error.pointer}:` : '', error.message ?? '', error.hint ?? '']
      .filter(Boolean)
      .join(' '),
  );
  return lines.length > 0 ? lines : ['The server gave no reason.'];
}
