import type { ApiContext } from '../env.ts';
import type { ApiError } from './api-error.ts';
import { problems, problemType } from './table.ts';
import type { ProblemBody } from '../schemas/problem.ts';

/** The problem as `application/problem+json`. */
export function problemResponse(c: ApiContext, { code, status, message, options, retryAfterSeconds }: ApiError): Response {
  const body: ProblemBody = {
    type: problemType(code),
    title: problems[code].title,
    status,
    detail: message,
    code,
    request_id: c.get('requestId'),
    errors: options.errors,
    checks: options.checks,
  };
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    ...(retryAfterSeconds === null ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
    ...options.headers,
  });
}
