import { HTTPException } from 'hono/http-exception';
import { credentialsProblemForCaller } from '../../core/sagemaker/credentials-problem.ts';
import {
  InvalidRequestError,
  QueueUnavailableError,
  SageMakerError,
  type SageMakerErrorKind,
  ServiceError,
  StoreUnavailableError,
} from '../../core/errors.ts';
import { ApiError, type FieldIssue, invalidRequest } from './api-error.ts';
import type { ProblemCode } from './table.ts';

/** For a SageMaker error that no service turned into a ServiceError. */
const codeOfSageMaker = {
  not_found: 'not_found',
  already_exists: 'sagemaker_rejected',
  busy: 'sagemaker_unavailable',
  throttled: 'sagemaker_unavailable',
  quota: 'quota_exceeded',
  unauthenticated: 'sagemaker_unavailable',
  access_denied: 'sagemaker_rejected',
  invalid: 'sagemaker_rejected',
  unavailable: 'sagemaker_unavailable',
  unknown: 'internal_error',
} as const satisfies Record<SageMakerErrorKind, ProblemCode>;

type Locate = (issues: readonly FieldIssue[]) => FieldIssue[];

/**
 * Anything thrown, as the problem to return. An unexpected error tells the caller nothing: the log has it. `locate` finds in the body what a
 * service has found wrong with it.
 */
export function toApiError(error: unknown, locate: Locate = (issues) => [...issues]): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof InvalidRequestError) return invalidRequest(locate(error.issues));
  if (error instanceof ServiceError) {
    const { code, message, retryAfterSeconds } = error;
    if (code === 'invalid_request') return invalidRequest([{ field: error.field ?? 'request', detail: message }]);
    return new ApiError(code, message, { retryAfterSeconds, cause: error });
  }
  if (error instanceof StoreUnavailableError) {
    return new ApiError('database_unavailable', 'The database does not answer; nothing was changed', { cause: error });
  }
  if (error instanceof QueueUnavailableError) {
    return new ApiError('redis_unavailable', `${error.message}; it is safe to send this again`, { cause: error });
  }
  if (error instanceof SageMakerError) {
    return new ApiError(codeOfSageMaker[error.kind], sagemakerDetail(error), { cause: error });
  }
  if (error instanceof HTTPException && error.status < 500) return new ApiError('bad_request', error.message, { cause: error });
  return new ApiError('internal_error', 'An unexpected error; the log has it under this request id', { cause: error });
}

function sagemakerDetail({ kind, code, operation, message }: SageMakerError): string {
  if (kind === 'unauthenticated') return `SageMaker could not be called: ${credentialsProblemForCaller(code)}`;
  return kind === 'unknown' ? `SageMaker's response to ${operation} was not understood` : message;
}
