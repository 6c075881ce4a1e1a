import type { ApiContext } from '../env.ts';
import { type ApiError, titleOf, typeOf } from './table.ts';
import type { ProblemBody } from '../schemas/problem.ts';

/** The problem as `application/problem+json`. */
export function problemResponse(c: ApiContext, problem: ApiError): Response {
  const { code, status, message, options } = problem;
  const body: ProblemBody = {
    type: typeOf(code),
    title: titleOf(code),
    status,
    detail: message,
    code,
    request_id: c.get('requestId'),
    errors: options.errors,
    checks: options.checks,
  };
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    ...(options.retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(options.retryAfterSeconds)) }),
    ...options.headers,
  });
}
