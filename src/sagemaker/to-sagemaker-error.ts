import { SageMakerError, type SideEffect } from '../core/errors.ts';
import { classify, type Classified } from './classify-error.ts';
import { CallAbortedError } from './call-deadline.ts';
import { onOneLine } from './value-forms.ts';
import { type Mask, redactForeignValues } from './redact.ts';

/** How one attempt failed. */
export interface Failure {
  error: unknown;
  /** Whether the request may have left the process. */
  sent: boolean;
  /** The HTTP status of the answer, however far the answer came; null without one. */
  status: number | null;
  /** There were no credentials to sign the request with. */
  isUnauthenticated?: boolean;
  /** The signature was refused, and the SDK has set the clock that it signs by: the next one may be right. */
  isSkewed?: boolean;
}

/** The part of an SDK, Node or foreign error that matters here; recognized by names, since classes differ between package copies. */
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
 * Whether the signature was refused, and the SDK has measured that our clock is minutes off. It marks every error so while that lasts,
 * also those that say something else.
 */
export function isRefusedForClock(operation: string, failure: Failure): boolean {
  const { $metadata } = fieldsOf(failure.error);
  return $metadata?.clockSkewCorrected === true && sagemakerError(operation, failure, 'none').kind === 'unauthenticated';
}

/**
 * What the attempt may have done. `none` when nothing was sent, or SageMaker refused (4xx); a connection that never opened
 * carried nothing.
 */
export function sideEffectOf({ error, sent, status }: Failure): SideEffect {
  if (!sent) return 'none';
  if (status !== null) return status >= 400 && status < 500 ? 'none' : 'unknown';
  return neverConnected(error) ? 'none' : 'unknown';
}

function neverConnected(error: unknown): boolean {
  const { code, syscall, message } = fieldsOf(error);
  // A proxy that makes no tunnel.
  if (code === 'ERR_PROXY_TUNNEL') return true;
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || syscall === 'connect') return true;
  // The SDK's connection time-out has no code of its own.
  return typeof message === 'string' && message.includes('did not establish a connection');
}

/**
 * The failure as services know it. `effect` is that of all attempts of the call together; `mask` hides what of the request is not to
 * be seen.
 */
export function sagemakerError(
  operation: string,
  failure: Failure,
  effect: SideEffect,
  mask: Mask = redactForeignValues,
): SageMakerError {
  if (failure.isUnauthenticated && !isCalledOff(failure)) return credentialsError(operation, failure, effect);
  const { name, code: nodeCode, message, $fault, $metadata } = fieldsOf(failure.error);
  const isResponse = $fault !== undefined;
  const status = failure.status ?? (typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : null);
  const code = text(isResponse ? name : nodeCode) ?? text(name) ?? 'Error';
  const said = text(message) ?? code;
  const classified = failure.isSkewed ? skewedClock : classify({ operation, code, message: said, status });
  return new SageMakerError({
    operation,
    ...classified,
    message: forPeople(classified.kind === 'unauthenticated' ? firstLine(said) : said, mask),
    effect,
    // A gateway that stops waiting returns 504 while the service behind it continues.
    possiblyInFlight: effect === 'unknown' && (failure.status === null || failure.status === 504),
    code,
    requestId: text($metadata?.requestId),
    // What SageMaker answered is all in the fields; the SDK's error holds the raw text besides.
    cause: isResponse ? undefined : maskedCause(failure.error, mask),
  });
}

/** The request was signed by a wrong clock, which the SDK has set right by SageMaker's for the next one. */
const skewedClock: Classified = { kind: 'unavailable', resource: null };

const isCalledOff = ({ error }: Failure): boolean => error instanceof CallAbortedError && error.why === 'signal';

function credentialsError(operation: string, { error }: Failure, effect: SideEffect): SageMakerError {
  const { name, message } = fieldsOf(error);
  const said = text(message) ?? text(name) ?? 'no reason given';
  return new SageMakerError({
    kind: 'unauthenticated',
    operation,
    resource: null,
    message: `AWS credentials could not be got: ${error instanceof CallAbortedError ? 'it took too long' : forPeople(said, redactForeignValues)}`,
    effect,
    possiblyInFlight: effect === 'unknown',
    code: 'CredentialsProviderError',
    requestId: null,
    cause: error,
  });
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** A text that is fit for responses, logs and histories: on one line, without secrets, and only then shortened. */
function forPeople(words: string, mask: Mask): string {
  const line = withoutCredentials(onOneLine(mask(words))).trim();
  return line.length <= longestText ? line : `${line.slice(0, longestText - 1)}…`;
}

/** What a wrong signature is answered with, from the second line on, is the request that it should have been made over. */
const firstLine = (words: string): string => words.trimStart().split(/[\r\n]/, 1)[0]!;

/** As long as the longest FailureReason of SageMaker's. */
const longestText = 1024;

/** The same request on the same line, and key ids and tokens wherever they are. */
const withoutCredentials = (line: string): string =>
  line
    .replace(/ ?The (?:Canonical String|String-to-Sign)\b.*$/i, '')
    .replaceAll(/\b(?:AKIA|ASIA)[A-Z0-9]{8,}/g, '…')
    .replaceAll(/\b(Credential|Signature|X-Amz-Security-Token)(\s*[=:]\s*)[^\s,;'")]+/gi, '$1$2…');

/** What the SDK or Node met, unless it has in it what is not to be seen: the text tells enough then. */
function maskedCause(error: unknown, mask: Mask): unknown {
  if (!(error instanceof Error)) return undefined;
  return [error.message, error.stack ?? ''].every((words) => mask(words) === words) ? error : undefined;
}
