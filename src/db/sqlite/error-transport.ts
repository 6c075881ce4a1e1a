import { ServiceError, type ServiceErrorCode, StoreUnavailableError } from '../../core/errors.ts';

/** An error on its way between threads: what is sent there as it is loses its class. */
export interface SentError {
  name: string;
  message: string;
  stack: string | undefined;
  /** Of SQLite, of the file system, or of a ServiceError. */
  code: string | undefined;
  field: string | null;
  needsRepair: boolean;
  cause: SentError | null;
}

export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return sendError(new Error(String(error)));
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    code: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    field: error instanceof ServiceError ? error.field : null,
    needsRepair: error instanceof StoreUnavailableError && error.needsRepair,
    cause: cause === undefined ? null : sendError(cause),
  };
}

export function receiveError(sent: SentError): Error {
  const cause = sent.cause === null ? undefined : receiveError(sent.cause);
  const error = ofClass(sent, cause);
  if (sent.stack !== undefined) error.stack = sent.stack;
  return error;
}

function ofClass({ name, message, code, field, needsRepair }: SentError, cause: Error | undefined): Error {
  switch (name) {
    case 'StoreUnavailableError':
      return new StoreUnavailableError(message, { cause, needsRepair });
    case 'ServiceError':
      return new ServiceError(code as ServiceErrorCode, message, { cause, field: field ?? undefined });
    default:
      return Object.assign(new Error(message, { cause }), { name }, code === undefined ? {} : { code });
  }
}
