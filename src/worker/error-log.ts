import { isConnectionError } from '../queue/redis-error.ts';
import { refusalOf } from '../queue/refusal.ts';
import type { Logger } from '../ports/logger.ts';

const lockMessage = /Missing lock|Lock mismatch|could not renew lock/i;
const repeatAfterMs = 60_000;

/**
 * What is said of an error that BullMQ met by itself. The connection's trouble, and what Redis refuses, is told elsewhere, once (connection-trouble.ts); a
 * lock that was lost is expected after a freeze or an outage; and nothing is said twice within a minute.
 */
export function createErrorLog(log: Logger, queue: string, now: () => number = () => performance.now()): (error: Error) => void {
  const reportedAt = new Map<string, number>();
  return (error) => {
    if (isConnectionError(error) || refusalOf(error) !== null) return;
    const lastAt = reportedAt.get(error.message);
    if (lastAt !== undefined && now() - lastAt < repeatAfterMs) return;
    if (reportedAt.size > 100) reportedAt.clear();
    reportedAt.set(error.message, now());
    if (lockMessage.test(error.message))
      log.warn({ queue, reason: error.message }, 'a job’s lock was lost; another run goes on with it');
    else log.error({ queue, err: error }, 'the queue’s worker met an error');
  };
}
