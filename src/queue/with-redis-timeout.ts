import { withTimeout } from '../async/with-timeout.ts';
import { QueueUnavailableError } from '../core/errors.ts';

/** Returns the work's value, or throws QueueUnavailableError when Redis takes longer; what was sent may still happen then. */
export const withRedisTimeout = <T>(limitMs: number, work: Promise<T>): Promise<T> =>
  withTimeout(limitMs, work, () => new QueueUnavailableError(`Redis gave no answer within ${limitMs} ms`));
