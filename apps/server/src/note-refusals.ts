/**
 * What people tried and may not do stands in the audit log, in an entry of its own: every answer 403 to somebody who is
 * known, and what was refused for want of a right within a body. Somebody who tries the same door again and again
 * is told of once a minute.
 */
import type { Engine } from '@trellis/engine';
import { isId } from '@trellis/model';
import type { FastifyRequest } from 'fastify';
import { recordEvent } from './record-event.ts';

const QUIET_MILLISECONDS = 60_000;
const MAX_REMEMBERED = 2_000;

/** Answers that ask for something and refuse nothing. */
const QUESTIONS: ReadonlySet<string> = new Set(['second_factor_required', 'password_required']);

export type NoteRefusal = (
  request: FastifyRequest,
  problem: { readonly status: number; readonly code: string; readonly errors: readonly { code: string }[] },
) => Promise<void>;

export function createRefusalNotes(engine: Pick<Engine, 'audit'>): NoteRefusal {
  /** When each was told of, the oldest first. */
  const told = new Map<string, number>();
  return async (request, { status, code, errors }) => {
    const { caller } = request;
    const isRefusal =
      status === 403 || (status === 422 && errors.some((error) => error.code === 'forbidden'));
    if (!caller || !isRefusal || QUESTIONS.has(code)) return;
    const door = `${request.method} ${request.routeOptions.url ?? '?'}`;
    const { viewer, userId, workspace } = caller.context;
    const key = JSON.stringify([workspace.id, viewer?.userId, userId, door, code]);
    const now = Date.now();
    if (now - (told.get(key) ?? 0) < QUIET_MILLISECONDS) return;
    told.delete(key);
    told.set(key, now);
    if (told.size > MAX_REMEMBERED) told.delete(told.keys().next().value!);
    const { object, id } = (request.params ?? {}) as { readonly object?: string; readonly id?: string };
    const { right } = request.routeOptions.config;
    try {
      await recordEvent(engine, request, {
        action: 'access_refused',
        outcome: 'refused',
        // A name that nobody has would be whatever somebody typed.
        ...(object !== undefined && /^[a-z][a-z0-9_]{0,49}$/.test(object) ? { object } : {}),
        ...(id !== undefined && isId(id.toLowerCase()) ? { recordId: id.toLowerCase() } : {}),
        details: { door, code, ...(right ? { right } : {}) },
      });
    } catch (error) {
      request.log.error({ err: error }, 'A refusal could not be written into the audit log.');
    }
  };
}
