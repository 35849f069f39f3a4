/**
 * A closed loop: every connection sends its next request when it has the answer to the last. Runs for a time or
 * for a number of requests; requests under way at the end are waited for and counted, with the time they took.
 */
import { Client } from 'undici';
import type { RoundResult } from '../statistics.ts';
import type { LoadRequest } from './workloads.ts';

export interface RoundPlan {
  readonly connections: number;
  readonly seconds: number;
  /** Given: ends after so many requests at the latest, and with `seconds: 0` whatever the time. */
  readonly requests?: number;
}

export type NextRequest = () => LoadRequest;

export interface Target {
  readonly clients: readonly Client[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Connections that stay open from round to round. */
export function openTarget(origin: string, cookie: string, connections: number): Target {
  const options = { pipelining: 1, headersTimeout: 120_000, bodyTimeout: 120_000 };
  return {
    clients: Array.from({ length: connections }, () => new Client(origin, options)),
    // A state-changing request with a cookie has to come from the same origin.
    headers: { cookie, origin, accept: 'application/json' },
  };
}

export interface RoundReport extends RoundResult {
  /** What the first failed request was answered. */
  readonly firstError: string | undefined;
}

export async function runRound(target: Target, plan: RoundPlan, next: NextRequest): Promise<RoundReport> {
  const latencies: number[] = [];
  let errors = 0;
  let bytes = 0;
  let started = 0;
  let firstError: string | undefined;
  const begin = performance.now();
  const end = begin + plan.seconds * 1_000;
  const hasTime = () => (plan.seconds === 0 && plan.requests !== undefined) || performance.now() < end;
  const goesOn = () => started < (plan.requests ?? Number.POSITIVE_INFINITY) && hasTime();

  const loop = async (client: Client): Promise<void> => {
    while (goesOn()) {
      started += 1;
      const request = next();
      const sentAt = performance.now();
      try {
        const answer = await exchange(client, target.headers, request);
        latencies.push(performance.now() - sentAt);
        bytes += answer.bytes;
        if (answer.status !== request.status) {
          errors += 1;
          firstError ??= `${request.method} ${request.path.slice(0, 200)}: ${answer.status} ${answer.text.slice(0, 600)}`;
        }
      } catch (error) {
        errors += 1;
        latencies.push(performance.now() - sentAt);
        firstError ??= `${request.method} ${request.path}: ${String(error)}`;
      }
    }
  };
  await Promise.all(target.clients.slice(0, plan.connections).map(loop));
  return {
    requests: started,
    errors,
    seconds: (performance.now() - begin) / 1_000,
    latencies,
    bytes,
    firstError,
  };
}

interface Answer {
  readonly status: number;
  readonly bytes: number;
  /** The body of what is no success. */
  readonly text: string;
}

/** One request through undici's dispatcher: no streams, as little work as can be for the load's own process. */
function exchange(
  client: Client,
  headers: Readonly<Record<string, string>>,
  request: LoadRequest,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let bytes = 0;
    const chunks: Buffer[] = [];
    client.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: request.body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        body: request.body ?? null,
      },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, statusCode) => {
          status = statusCode;
        },
        onResponseData: (_controller, chunk) => {
          bytes += chunk.length;
          if (status >= 400) chunks.push(chunk);
        },
        onResponseEnd: () => resolve({ status, bytes, text: Buffer.concat(chunks).toString() }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}
