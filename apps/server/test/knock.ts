/** Asking at every door of the route table, for tests of what an adversary tries. */
import type { TestServer } from './start-test-server.ts';

export interface Door {
  readonly method: string;
  /** Below `/api/v1`, with parameters as `:id`. */
  readonly path: string;
  readonly name: string;
}

/** All doors of the API, but for HEAD, which is GET without its answer. */
export function listDoors(server: TestServer): readonly Door[] {
  return server.app.routeTable
    .list()
    .map((name) => name.split(' ') as [string, string])
    .filter(([method, path]) => path.startsWith('/api/v1/') && method !== 'HEAD' && method !== 'OPTIONS')
    .map(([method, given]) => {
      const path = given.slice('/api/v1'.length);
      return { method, path, name: `${method} ${path}` };
    });
}

/** A session of its own, as the cookie to send. */
export async function signIn(
  server: TestServer,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return answer.headers.getSetCookie()[0]!.split(';')[0]!;
}

export interface Answer {
  readonly status: number;
  readonly code: unknown;
  readonly text: string;
}

/** Asks at a door. Long answers are not waited for: their status says it. */
export async function knock(
  server: TestServer,
  { method, path }: Pick<Door, 'method' | 'path'>,
  {
    headers = {},
    body,
    ...parameters
  }: { readonly headers?: Record<string, string>; readonly body?: unknown } & Readonly<
    Record<string, unknown>
  > = {},
): Promise<Answer> {
  const filled = path.replace(/:([a-z]+)/g, (_all, name: string) =>
    encodeURIComponent(String(parameters[name] ?? DEFAULTS[name] ?? 'x')),
  );
  const ending = new AbortController();
  const answer = await fetch(`${server.url}/api/v1${filled}${QUERIES[path] ?? ''}`, {
    method,
    redirect: 'manual',
    signal: ending.signal,
    headers: {
      ...(method === 'GET' || body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(method === 'GET' || body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  const text = isProblem ? await answer.text() : '';
  ending.abort();
  return { status: answer.status, code: isProblem ? JSON.parse(text).code : undefined, text };
}

/** What a door needs to hear in its query before it looks at anything else. */
const QUERIES: Readonly<Record<string, string>> = {
  '/records/:object/:id/ancestors': '?field=parent_account',
};

const DEFAULTS: Readonly<Record<string, string>> = {
  object: 'account',
  kind: 'object',
  name: 'account',
  field: 'name',
  provider: 'sso',
  id: '00000000-0000-7000-8000-000000000000',
};

/** Doors that did otherwise than they should, told all at once. */
export async function sweep(
  chosen: readonly Door[],
  judge: (door: Door) => Promise<unknown>,
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const door of chosen) {
    const fault = await judge(door);
    if (fault !== undefined) wrong.push({ door: door.name, fault });
  }
  return wrong;
}
