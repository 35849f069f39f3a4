import { HttpProblem } from './http-problem.ts';

/** What the form parser throws is about the form, not about us; anything else is given back as it is. */
export function asFormProblem(error: unknown): unknown {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (typeof code !== 'string' || !/^FST_|^ERR_STREAM|^ECONNRESET/.test(code)) {
    return isBrokenForm(error) ? unreadable() : error;
  }
  if (statusCode === 413) return new HttpProblem('body_too_large', 'A part of the form is too large.');
  return unreadable();
}

/** The same for what a reader of a part's content throws, whose own streams may fail for reasons of ours. */
export function asCutForm(error: unknown): unknown {
  return isBrokenForm(error) ? unreadable() : error;
}

/** The parser gives these no code. */
function isBrokenForm(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'Error') return false;
  return /multipart|unexpected end|boundary|header/i.test(error.message);
}

function unreadable(): HttpProblem {
  return new HttpProblem('malformed_request', 'The form can’t be read to its end.');
}
