/** Every way in which a call to SageMaker can fail, as a closed union. `unknown` is an entry, not a fall-through. */
export const sagemakerErrorKinds = [
  'not_found',
  'already_exists',
  'busy',
  'throttled',
  'quota',
  /** The service's own AWS credentials are missing, expired or refused: no request is at fault. */
  'unauthenticated',
  /** The credentials are good, and lack a permission. */
  'access_denied',
  'invalid',
  'unavailable',
  'unknown',
] as const;
export type SageMakerErrorKind = (typeof sagemakerErrorKinds)[number];

/** The resource of a `not_found` or `already_exists`, where SageMaker's text names it. */
export type SageMakerResource = 'training_job' | 'model' | 'endpoint_config' | 'endpoint';

/**
 * Whether a failed call may have had its side effect. `none`: SageMaker refused it, or was never reached. `unknown`: the call was sent, and
 * its response was lost or was a 5xx.
 */
export type SideEffect = 'none' | 'unknown';

/** A failed SageMaker call. `message` is SageMaker's own text. */
export class SageMakerError extends Error {
  readonly kind: SageMakerErrorKind;
  readonly operation: string;
  readonly resource: SageMakerResource | null;
  readonly effect: SideEffect;
  /** Whether the side effect may still happen: there was no response, and the network can hold a request up. */
  readonly possiblyInFlight: boolean;
  readonly code: string;
  readonly requestId: string | null;

  constructor(fields: {
    kind: SageMakerErrorKind;
    operation: string;
    resource: SageMakerResource | null;
    message: string;
    effect: SideEffect;
    possiblyInFlight: boolean;
    code: string;
    requestId: string | null;
    cause?: unknown;
  }) {
    super(fields.message, { cause: fields.cause });
    this.name = 'SageMakerError';
    this.kind = fields.kind;
    this.operation = fields.operation;
    this.resource = fields.resource;
    this.effect = fields.effect;
    this.possiblyInFlight = fields.possiblyInFlight;
    this.code = fields.code;
    this.requestId = fields.requestId;
  }
}

/** Codes of errors of this service: the call's time was over before anything was sent. */
export const unsentCode = {
  /** The limiter held it back, since SageMaker throttles the operation. */
  heldBack: 'ThrottledBeforehand',
  /** What has to be confirmed right before a request is sent, such as the claim in the database, took too long. */
  unconfirmed: 'UnconfirmedInTime',
} as const;

/** Redis is unavailable, or did not respond in time. What was sent may still happen, which is harmless: a job's id makes it one. */
export class QueueUnavailableError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'QueueUnavailableError';
  }
}

/** Returns what an error says. A refused connection to a name with several addresses is an AggregateError without a message. */
export function errorMessage(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorMessage).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/** Another worker has the claim or the job's lock: this one stops without an effect. */
export class ClaimLostError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'ClaimLostError';
  }
}

/** The worker shuts down and releases its jobs: it stops without an effect. */
export class WorkerShutdownError extends Error {
  constructor() {
    super('the worker shuts down');
    this.name = 'WorkerShutdownError';
  }
}

/** A record cannot be handled, and no retry repairs that. The loop that found it continues with the others. */
export class CannotBeHandled extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'CannotBeHandled';
  }
}

/** The database is busy, full or unavailable. Nothing was written. */
export class StoreUnavailableError extends Error {
  /** Whether it lasts until an operator changes something: rights, the file itself, the service's version. */
  readonly needsRepair: boolean;

  constructor(message: string, { cause, needsRepair = false }: { cause?: unknown; needsRepair?: boolean } = {}) {
    super(message, { cause });
    this.name = 'StoreUnavailableError';
    this.needsRepair = needsRepair;
  }
}

/** What a caller did wrong or has to wait for. Each code has one HTTP status (src/api/problems/table.ts). */
export type ServiceErrorCode =
  | 'idempotency_conflict'
  | 'training_job_exists'
  | 'sagemaker_rejected'
  | 'quota_exceeded'
  | 'sagemaker_unavailable'
  | 'not_found'
  | 'training_not_completed'
  | 'superseded'
  | 'rejected'
  | 'already_decided'
  | 'not_awaiting_approval'
  | 'self_approval'
  | 'expired'
  | 'nothing_to_roll_back_to'
  | 'artifact_missing'
  | 'nothing_to_stop'
  | 'deployment_in_progress'
  | 'run_in_progress'
  | 'invalid_request'
  | 'database_unavailable';

/** A service refuses the request of a caller: `message` is for the caller. */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode;
  readonly retryAfterSeconds: number | null;
  /** With `invalid_request`: the field of the request, of which the message says what it must be. */
  readonly field: string | null;

  constructor(
    code: ServiceErrorCode,
    message: string,
    options: { retryAfterSeconds?: number; field?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.field = options.field ?? null;
  }
}

/** A request holds what it may not: one entry for each fault, with its field as the caller wrote it. */
export class InvalidRequestError extends ServiceError {
  readonly issues: readonly { readonly field: string; readonly detail: string }[];

  constructor(issues: readonly { readonly field: string; readonly detail: string }[]) {
    super('invalid_request', issues.map(({ field, detail }) => `${field} ${detail}`).join('; '));
    this.name = 'InvalidRequestError';
    this.issues = issues;
  }
}
