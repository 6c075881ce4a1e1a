import { isConnectionError } from '../queue/redis-error.ts';
import { refusalOf } from '../queue/refusal.ts';
import type { Logger } from '../ports/logger.ts';

const lockMessage = /Missing (lock|key)|Lock mismatch|could not renew lock/i;
const repeatAfterMs = 60_000;

/**
 * Returns a function that logs an error of BullMQ itself, each message once a minute. The connection logs its own errors and what
 * Redis refuses (queue/connection-log.ts). A lost lock is expected after a freeze or an outage, and a lost job after a fail-over.
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
      log.warn({ event: 'job.lock_lost', queue, reason: error.message }, 'job lock lost; another worker will resume it');
    else log.error({ event: 'queue.worker_error', queue, err: error }, 'queue worker error');
  };
}
