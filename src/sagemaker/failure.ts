import { SagemakerError, type Effect } from '../core/errors.ts';
import { classify, type Classified } from './error-kind.ts';
import { GivenUp } from './patience.ts';

/** How one attempt failed. */
export interface Failure {
  error: unknown;
  /** Whether the request may have left the process. */
  sent: boolean;
  /** The HTTP status of the answer, however far the answer came; null without one. */
  status: number | null;
  /** There were no credentials to sign the request with. */
  isUnauthenticated?: boolean;
}

/** The part of an SDK, Node or foreign error that matters here; told by names, since classes differ between package copies. */
interface ErrorFields {
  name?: unknown;
  code?: unknown;
  syscall?: unknown;
  message?: unknown;
  /** Only what SageMaker answered as an error has it. */
  $fault?: unknown;
  $metadata?: { requestId?: unknown; httpStatusCode?: unknown; clockSkewCorrected?: unknown };
}

const fieldsOf = (error: unknown): ErrorFields => (typeof error === 'object' && error !== null ? error : { message: error });

/**
 * What the attempt may have done. `none` when nothing got out, or SageMaker refused (4xx); a connection that never came about
 * carried nothing.
 */
export function effectOf({ error, sent, status }: Failure): Effect {
  if (!sent) return 'none';
  if (status !== null) return status >= 400 && status < 500 ? 'none' : 'unknown';
  return neverConnected(error) ? 'none' : 'unknown';
}

function neverConnected(error: unknown): boolean {
  const { code, syscall, message } = fieldsOf(error);
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || syscall === 'connect') return true;
  // The SDK's connection time-out has no code of its own.
  return typeof message === 'string' && message.includes('did not establish a connection');
}

/** The failure as services know it. `effect` is that of all attempts of the call together. */
export function sagemakerError(operation: string, failure: Failure, effect: Effect): SagemakerError {
  if (failure.isUnauthenticated && !isCalledOff(failure)) return withoutCredentialsAtHand(operation, failure, effect);
  const { name, code: nodeCode, message, $fault, $metadata } = fieldsOf(failure.error);
  const isAnswer = $fault !== undefined;
  const status = failure.status ?? (typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : null);
  const code = text(isAnswer ? name : nodeCode) ?? text(name) ?? 'Error';
  const said = withoutCredentials(text(message) ?? code);
  return new SagemakerError({
    operation,
    ...($metadata?.clockSkewCorrected ? skewedClock : classify({ operation, code, message: said, status })),
    message: said,
    effect,
    // A gateway that has given up waiting answers 504 while what is behind it goes on.
    mayStillArrive: effect === 'unknown' && (failure.status === null || failure.status === 504),
    code,
    requestId: text($metadata?.requestId),
    // What SageMaker answered is all in the fields; the SDK's error holds the raw text besides.
    cause: isAnswer ? undefined : failure.error,
  });
}

/** The request was signed by a wrong clock, which the SDK has set right by SageMaker's for the next one. */
const skewedClock: Classified = { kind: 'unavailable', resource: null };

const isCalledOff = ({ error }: Failure): boolean => error instanceof GivenUp && error.why === 'signal';

function withoutCredentialsAtHand(operation: string, { error }: Failure, effect: Effect): SagemakerError {
  const { name, message } = fieldsOf(error);
  const said = text(message) ?? text(name) ?? 'no reason given';
  return new SagemakerError({
    kind: 'unauthenticated',
    operation,
    resource: null,
    message: `AWS credentials could not be got: ${error instanceof GivenUp ? 'it took too long' : withoutCredentials(said)}`,
    effect,
    mayStillArrive: effect === 'unknown',
    code: 'CredentialsProviderError',
    requestId: null,
    cause: error,
  });
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/**
 * AWS answers a wrong signature with the request that it should have been made over, session token and all, from the second
 * line on. Key ids and tokens in other places are blotted out.
 */
const withoutCredentials = (message: string): string =>
  message
    .split(/[\r\n]/, 1)[0]!
    .replaceAll(/\b(?:AKIA|ASIA)[A-Z0-9]{8,}/g, '…')
    .replaceAll(/\b(Credential|Signature|X-Amz-Security-Token)(\s*[=:]\s*)[^\s,;'")]+/gi, '$1$2…');
