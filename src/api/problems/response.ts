import type { ApiContext } from '../env.ts';
import type { ApiError } from './api-error.ts';
import { problemInstance, problems, problemType } from './table.ts';
import type { ProblemBody } from '../schemas/problem.ts';

/** The problem as `application/problem+json`. */
export function problemResponse(c: ApiContext, { code, status, message, options, retryAfterSeconds }: ApiError): Response {
  const requestId = c.get('requestId');
  const body: ProblemBody = {
    type: problemType(code, c.get('basePath') ?? ''),
    title: problems[code].title,
    status,
    detail: message,
    instance: problemInstance(requestId),
    code,
    request_id: requestId,
    errors: options.errors,
    checks: options.checks,
  };
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    ...(retryAfterSeconds === null ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
    ...options.headers,
  });
}
