import type { ServiceErrorCode } from '../../core/errors.ts';

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 413 | 415 | 422 | 429 | 431 | 500 | 503;

interface ProblemInfo {
  status: ProblemStatus;
  /** What the problem is, whatever the request was; its detail says what it was this time. */
  title: string;
}

/**
 * Every error that the API returns, as RFC 9457 problems. The codes are promised. A code that a service throws does not compile until
 * it has a row here; the API's own codes are those rows that no service knows.
 */
export const problems = {
  bad_request: { status: 400, title: 'Bad request' },
  sagemaker_rejected: { status: 400, title: 'SageMaker refused the request' },
  unauthorized: { status: 401, title: 'An API key is needed' },
  forbidden: { status: 403, title: 'The role of the API key is too small' },
  foreign_host: { status: 403, title: 'Refused: not sent to a loopback host' },
  cross_site_request: { status: 403, title: 'Refused: sent by a page of another origin' },
  self_approval: { status: 403, title: 'Who has requested it may not approve it' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  request_timeout: { status: 408, title: 'The request took too long' },
  idempotency_conflict: { status: 409, title: 'The Idempotency-Key was used with another request' },
  training_job_exists: { status: 409, title: 'The training job name is in use' },
  training_not_completed: { status: 409, title: 'The training is not completed' },
  rejected: { status: 409, title: 'A gate, a person or a rollback turned it down' },
  superseded: { status: 409, title: 'A newer training is live or in progress' },
  already_decided: { status: 409, title: 'It was decided otherwise' },
  not_awaiting_approval: { status: 409, title: 'There is nothing to decide' },
  nothing_to_roll_back_to: { status: 409, title: 'There is nothing to roll back to' },
  artifact_missing: { status: 409, title: 'The model artifact is gone' },
  nothing_to_stop: { status: 409, title: 'There is nothing to stop' },
  deployment_in_progress: { status: 409, title: 'The deployment is in progress' },
  run_in_progress: { status: 409, title: 'The training is not over' },
  expired: { status: 410, title: 'The time to decide is over' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not JSON' },
  invalid_request: { status: 422, title: 'Invalid request' },
  quota_exceeded: { status: 429, title: 'A SageMaker quota is used up' },
  too_many_wrong_keys: { status: 429, title: 'Too many wrong API keys' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Internal error' },
  sagemaker_unavailable: { status: 503, title: 'SageMaker is unavailable' },
  database_unavailable: { status: 503, title: 'The database is unavailable' },
  redis_unavailable: { status: 503, title: 'Redis is unavailable' },
  too_many_streams: { status: 503, title: 'The process has too many open streams' },
  not_ready: { status: 503, title: 'Not ready' },
} as const satisfies Record<ServiceErrorCode, ProblemInfo> & Record<string, ProblemInfo>;

export type ProblemCode = keyof typeof problems;

export const problemCodes = Object.keys(problems) as ProblemCode[];

/** Below the page that tries the API: the page of the problems. */
export const problemsPath = '/docs/problems';

/** RFC 9457's `type`: its place on the page of the problems, with the base path as all links. */
export const problemType = (code: ProblemCode, basePath: string): string => `${basePath}${problemsPath}#${code}`;

/** RFC 9457's `instance`: this occurrence, which the log has under the same id. */
export const problemInstance = (requestId: string): string => `urn:sagemaker-autodeploy:request:${requestId}`;
