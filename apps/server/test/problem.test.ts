import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HttpProblem } from '../src/http-problem.ts';
import { listProblems, toProblem } from '../src/problem.ts';
import { API_PAGE, withProblems } from '../src/problems-page.ts';

describe('problem documents', () => {
  it('carry the code, the faults and the request id', () => {
    const error = new HttpProblem('invalid_input', 'One fault.', {
      errors: [{ code: 'required', pointer: '/name', message: 'Needed.' }],
      details: { current_version: 4 },
    });
    expect(toProblem(error, 'r-1')).toEqual({
      status: 422,
      headers: {},
      isBug: false,
      body: {
        type: 'urn:trellis:problem:invalid_input',
        title: 'The input has faults',
        status: 422,
        code: 'invalid_input',
        detail: 'One fault.',
        errors: [{ code: 'required', pointer: '/name', message: 'Needed.' }],
        request_id: 'r-1',
        current_version: 4,
      },
    });
  });

  it('have an end', () => {
    const errors = Array.from({ length: 5000 }, () => ({ code: 'required', pointer: '/name', message: 'x' }));
    expect(toProblem(new HttpProblem('invalid_input', 'Many.', { errors }), 'r').body.errors).toHaveLength(
      1000,
    );
  });

  it('let nothing internal through', () => {
    const error = new Error('password of postgres is hunter2', { cause: new Error('inner') });
    const { status, body, isBug } = toProblem(error, 'r-2');
    expect({ status, isBug }).toEqual({ status: 500, isBug: true });
    expect(JSON.stringify(body)).not.toMatch(/hunter2|inner|stack|\.ts/);
    for (const thrown of [undefined, null, 'text', 5, {}]) expect(toProblem(thrown, 'r').status).toBe(500);
  });

  it('translate what Fastify refuses', () => {
    const refused = (code: string, statusCode: number) =>
      toProblem(Object.assign(new Error('x'), { code, statusCode }), 'r');
    expect(refused('FST_ERR_CTP_BODY_TOO_LARGE', 413)).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
    expect(refused('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415)).toMatchObject({ status: 415 });
    expect(refused('FST_ERR_BAD_URL', 400)).toMatchObject({
      status: 400,
      body: { code: 'malformed_request' },
    });
    expect(refused('FST_ERR_NEW', 418)).toMatchObject({ status: 418, body: { status: 418 } });
  });

  it('are listed in docs/http-api.md as they are', () => {
    const page = readFileSync(API_PAGE, 'utf8');
    expect(page, 'run `node apps/server/src/problems-page.ts`').toBe(withProblems(page));
  });

  it('have one status and title per code', () => {
    const codes = listProblems();
    expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
    for (const { status, title } of codes) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).not.toMatch(/\.$/);
    }
  });
});
