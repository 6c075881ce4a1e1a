import { errorMessage, QueueUnavailableError } from '../core/errors.ts';
import { refusalOf } from './refusal.ts';

const connectionCodes: readonly unknown[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EPROTO',
];
const connectionNames = ['MaxRetriesPerRequestError', 'AbortError', 'NoMasterError'];
/** A certificate that is not trusted, or has expired; another protocol at the other end. */
const tlsCode = /^(ERR_SSL|ERR_TLS|CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)_/;
const connectionMessage = /Connection is closed|Stream isn't writeable|Socket timeout|connect ETIMEDOUT/;

/** Whether a command failed because its connection broke, or is not there. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && (connectionCodes.includes(error.code) || tlsCode.test(String(error.code)))) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionError);
  return connectionNames.includes(error.name) || connectionMessage.test(error.message);
}

/** Returns a QueueUnavailableError for a refusal of Redis or an error of its connection; any other error, which is a bug, as it is. */
export function unavailable(error: unknown): unknown {
  if (error instanceof QueueUnavailableError) return error;
  const refusal = refusalOf(error);
  if (refusal !== null) return new QueueUnavailableError(`Redis refuses: ${refusal.reason}`, { cause: error });
  return isConnectionError(error)
    ? new QueueUnavailableError(`Redis is unavailable: ${errorMessage(error)}`, { cause: error })
    : error;
}
