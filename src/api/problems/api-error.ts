import { type ProblemCode, problems, type ProblemStatus } from './table.ts';

export interface FieldIssue {
  /** As it is written in the request: `hyperparameters.epochs`, `auto_deploy`, `Idempotency-Key`. */
  field: string;
  detail: string;
  /** Of the body: its place there (json-pointer.ts). */
  pointer?: string;
}

interface ApiErrorOptions {
  /** With `invalid_request`. */
  errors?: FieldIssue[];
  /** With `not_ready`. */
  checks?: Record<string, string>;
  headers?: Record<string, string>;
  /** How long the caller should wait; by default 5 s with a 503, a minute with a quota, and nothing with any other problem. */
  retryAfterSeconds?: number | null;
  cause?: unknown;
}

const defaultRetryAfterSeconds = 5;
/** A quota frees when another training or endpoint ends. */
const retryQuotaAfterSeconds = 60;

/** A problem to return. Anything under src/api may throw it; app.ts turns it into the response. */
export class ApiError extends Error {
  readonly code: ProblemCode;
  readonly status: ProblemStatus;
  readonly options: ApiErrorOptions;
  readonly retryAfterSeconds: number | null;

  constructor(code: ProblemCode, detail: string, options: ApiErrorOptions = {}) {
    super(detail, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = problems[code].status;
    this.options = options;
    this.retryAfterSeconds = options.retryAfterSeconds ?? retryAfterOf(code);
  }
}

function retryAfterOf(code: ProblemCode): number | null {
  if (code === 'quota_exceeded') return retryQuotaAfterSeconds;
  return problems[code].status === 503 ? defaultRetryAfterSeconds : null;
}

/** 422 with one entry for each issue. */
export const invalidRequest = (errors: FieldIssue[]): ApiError =>
  new ApiError('invalid_request', errors.map(({ field, detail }) => `${field} ${detail}`).join('; '), { errors });
