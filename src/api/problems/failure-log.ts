import type { Logger } from '../../observability/logger.ts';
import type { ApiError } from './table.ts';

const repeatAfterMs = 30_000;

interface Said {
  at: number;
  /** How many came since, and were not said. */
  more: number;
}

/**
 * Logs requests that failed on account of this service. What fails again and again, as every request does while Redis refuses writes, is
 * said once in half a minute, with how many there were; the access log has each of them.
 */
export function createFailureLog(log: Logger, now: () => number = Date.now) {
  const said = new Map<string, Said>();

  return (problem: ApiError, error: unknown, request: { method: string; path: string }): void => {
    const { code, status } = problem;
    if (status !== 500 && status !== 503) return;
    const fields = { ...request, code };
    if (status === 500) return log.error({ ...fields, err: problem.options.cause ?? error }, 'request failed');
    const before = said.get(code);
    if (before !== undefined && Math.abs(now() - before.at) < repeatAfterMs) {
      before.more += 1;
      return;
    }
    said.set(code, { at: now(), more: 0 });
    log.warn({ ...fields, reason: problem.message, err: causeOf(problem, error), repeats: before?.more ?? 0 }, 'request failed');
  };
}

const reportedFields = ['code', 'kind', 'operation', 'requestId'] as const;

/** Without its stack: nobody mends Redis or SageMaker by it. */
function causeOf(problem: ApiError, error: unknown): unknown {
  const cause = problem.options.cause ?? error;
  if (!(cause instanceof Error)) return cause;
  const more = reportedFields.flatMap((field): [string, unknown][] => {
    const value: unknown = Reflect.get(cause, field);
    return typeof value === 'string' ? [[field, value]] : [];
  });
  return { type: cause.name, message: cause.message, ...Object.fromEntries(more) };
}
