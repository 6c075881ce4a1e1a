import type { Logger } from '../../ports/logger.ts';
import type { ApiError } from './api-error.ts';

const repeatAfterMs = 30_000;

interface Logged {
  at: number;
  /** How many failures followed within `repeatAfterMs`, and were not logged. */
  repeats: number;
}

/**
 * Logs requests that failed through no fault of the caller. A failure that repeats, as every request fails while Redis refuses writes,
 * is logged once in half a minute, with the number of repeats; the access log has each request.
 */
export function createFailureLog(log: Logger, now: () => number = Date.now) {
  const logged = new Map<string, Logged>();

  return (problem: ApiError, error: unknown, request: { method: string; path: string }): void => {
    const { code, status } = problem;
    if (status !== 500 && status !== 503) return;
    const fields = { event: 'http.request_failed', ...request, code };
    if (status === 500) return log.error({ ...fields, err: problem.options.cause ?? error }, 'request failed');
    const before = logged.get(code);
    if (before !== undefined && Math.abs(now() - before.at) < repeatAfterMs) {
      before.repeats += 1;
      return;
    }
    logged.set(code, { at: now(), repeats: 0 });
    log.warn(
      { ...fields, reason: problem.message, err: briefCause(problem, error), repeats: before?.repeats ?? 0 },
      'request failed',
    );
  };
}

const reportedFields = ['code', 'kind', 'operation', 'requestId'] as const;

/** Without its stack, which does not help to repair Redis or SageMaker. */
function briefCause(problem: ApiError, error: unknown): unknown {
  const cause = problem.options.cause ?? error;
  if (!(cause instanceof Error)) return cause;
  const more = reportedFields.flatMap((field): [string, unknown][] => {
    const value: unknown = Reflect.get(cause, field);
    return typeof value === 'string' ? [[field, value]] : [];
  });
  return { type: cause.name, message: cause.message, ...Object.fromEntries(more) };
}
