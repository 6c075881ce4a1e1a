/**
 * Every error that the API answers, as RFC 9457 problems. The switches are exhaustive: a new code does not compile until it has
 * a status.
 */
import { HTTPException } from 'hono/http-exception';
import { credentialsProblemForCaller } from '../../core/sagemaker/credentials-problem.ts';
import {
  QueueUnavailableError,
  type SageMakerErrorKind,
  SageMakerError,
  ServiceError,
  type ServiceErrorCode,
  serviceErrorCodes,
  StoreUnavailableError,
} from '../../core/errors.ts';

/** What went wrong with the request or with the API itself; the services' own codes stand beside them. */
const apiErrorCodes = [
  'bad_request',
  'unauthorized',
  'too_many_wrong_keys',
  'foreign_host',
  'cross_site_request',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'redis_unavailable',
  'not_ready',
  'internal_error',
] as const;
type ApiErrorCode = (typeof apiErrorCodes)[number];

export const problemCodes = [...serviceErrorCodes, ...apiErrorCodes] as const;
export type ProblemCode = ServiceErrorCode | ApiErrorCode;

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

export interface FieldIssue {
  /** As it is written in the request: `hyperparameters.epochs`, `auto_deploy`, `Idempotency-Key`. */
  field: string;
  detail: string;
}

interface ProblemOptions {
  errors?: FieldIssue[];
  checks?: Record<string, string>;
  headers?: Record<string, string>;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** Thrown by anything under src/api; app.ts answers it. */
export class ApiError extends Error {
  readonly code: ProblemCode;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.options = options;
  }

  get status(): ProblemStatus {
    return statusOf(this.code);
  }
}

export const invalidRequest = (errors: FieldIssue[]): ApiError =>
  new ApiError('invalid_request', errors.map(({ field, detail }) => `${field} ${detail}`).join('; '), { errors });

export function statusOf(code: ProblemCode): ProblemStatus {
  switch (code) {
    case 'bad_request':
    case 'sagemaker_rejected':
      return 400;
    case 'unauthorized':
      return 401;
    case 'foreign_host':
    case 'cross_site_request':
      return 403;
    case 'not_found':
      return 404;
    case 'method_not_allowed':
      return 405;
    case 'idempotency_conflict':
    case 'training_job_exists':
    case 'training_not_completed':
    case 'superseded':
    case 'nothing_to_stop':
    case 'deployment_in_progress':
    case 'run_in_progress':
      return 409;
    case 'payload_too_large':
      return 413;
    case 'unsupported_media_type':
      return 415;
    case 'invalid_request':
      return 422;
    case 'quota_exceeded':
    case 'too_many_wrong_keys':
      return 429;
    case 'internal_error':
      return 500;
    case 'sagemaker_unavailable':
    case 'database_unavailable':
    case 'redis_unavailable':
    case 'not_ready':
      return 503;
  }
}

/** RFC 9457's `type`: a name, since there is no page to link to. */
export const typeOf = (code: ProblemCode): string => `urn:sagemaker-autodeploy:problem:${code}`;

/** What a problem is, whatever the request was; its detail says what it was this time. */
export function titleOf(code: ProblemCode): string {
  switch (code) {
    case 'bad_request':
      return 'Bad request';
    case 'sagemaker_rejected':
      return 'SageMaker refused the request';
    case 'unauthorized':
      return 'An API key is needed';
    case 'too_many_wrong_keys':
      return 'Too many wrong API keys';
    case 'foreign_host':
      return 'Refused: not sent to a name of this machine';
    case 'cross_site_request':
      return 'Refused: sent by a page of another origin';
    case 'not_found':
      return 'Not found';
    case 'method_not_allowed':
      return 'Method not allowed';
    case 'idempotency_conflict':
      return 'The Idempotency-Key was used with another request';
    case 'training_job_exists':
      return 'The training job name is in use';
    case 'training_not_completed':
      return 'The training is not completed';
    case 'superseded':
      return 'A newer training is live or on its way';
    case 'nothing_to_stop':
      return 'There is nothing to stop';
    case 'run_in_progress':
      return 'The training is not over';
    case 'deployment_in_progress':
      return 'The deployment is in progress';
    case 'payload_too_large':
      return 'The body is too large';
    case 'unsupported_media_type':
      return 'The body is not JSON';
    case 'invalid_request':
      return 'Invalid request';
    case 'quota_exceeded':
      return 'A SageMaker quota is used up';
    case 'internal_error':
      return 'Internal error';
    case 'sagemaker_unavailable':
      return 'SageMaker is unavailable';
    case 'database_unavailable':
      return 'The database is unavailable';
    case 'redis_unavailable':
      return 'Redis is unavailable';
    case 'not_ready':
      return 'Not ready';
  }
}

/** How long a client should wait after a 503 that does not say. */
const retryAfterSeconds = 5;

/** Anything thrown, as the problem to answer. What is unknown tells the client nothing: the log has it. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ServiceError) {
    return new ApiError(error.code, error.message, {
      ...(error.code === 'invalid_request' ? { errors: [faultOf(error)] } : {}),
      retryAfterSeconds: error.retryAfterSeconds ?? (statusOf(error.code) === 503 ? retryAfterSeconds : undefined),
      cause: error,
    });
  }
  if (error instanceof StoreUnavailableError) {
    return new ApiError('database_unavailable', 'The database does not answer; nothing was changed', {
      retryAfterSeconds,
      cause: error,
    });
  }
  if (error instanceof QueueUnavailableError) {
    return new ApiError('redis_unavailable', `${error.message}; it is safe to send this again`, {
      retryAfterSeconds,
      cause: error,
    });
  }
  if (error instanceof SageMakerError) return sagemakerApiError(error);
  if (error instanceof HTTPException && error.status < 500) return new ApiError('bad_request', error.message, { cause: error });
  return new ApiError('internal_error', 'An unexpected error; the log has it under this request id', { cause: error });
}

const faultOf = ({ field, message }: ServiceError): FieldIssue =>
  field === null ? { field: 'request', detail: message } : { field, detail: message.replace(`${field} `, '') };

/** For an error that no service has made a ServiceError of. */
function sagemakerApiError(error: SageMakerError): ApiError {
  const code = codeOfSageMaker(error.kind);
  return new ApiError(code, detailOfSageMaker(error), { cause: error, ...(statusOf(code) === 503 ? { retryAfterSeconds } : {}) });
}

function detailOfSageMaker({ kind, code, operation, message }: SageMakerError): string {
  if (kind === 'unauthenticated') return `SageMaker could not be asked: ${credentialsProblemForCaller(code)}`;
  return kind === 'unknown' ? `SageMaker's answer to ${operation} was not understood` : message;
}

function codeOfSageMaker(kind: SageMakerErrorKind): ProblemCode {
  switch (kind) {
    case 'not_found':
      return 'not_found';
    case 'quota':
      return 'quota_exceeded';
    case 'access_denied':
    case 'invalid':
    case 'already_exists':
      return 'sagemaker_rejected';
    case 'busy':
    case 'throttled':
    case 'unavailable':
    case 'unauthenticated':
      return 'sagemaker_unavailable';
    case 'unknown':
      return 'internal_error';
  }
}
