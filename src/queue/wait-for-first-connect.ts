import type { Redis } from 'ioredis';
import { errorMessage, QueueUnavailableError } from '../core/errors.ts';
import { type Refusal, refusalOf, refusedEvent } from './refusal.ts';

/** A connection that has stood for longer and is not ready waits for something. */
const handshakeMs = 500;

/**
 * Resolves at once on a connection that stands, and rejects at once on one that broke. Only the very first connect is waited for:
 * a process that has just started is not yet without Redis. To be called within a time limit.
 */
export function createFirstConnectWait(redis: Redis): () => Promise<void> {
  let lastError = 'Redis is away: the connection is closed';
  redis.on('error', (error) => (lastError = problemOfQueue(error)));
  let connectedAt = performance.now();
  redis.on('connect', () => (connectedAt = performance.now()));
  // A connection that is given up for this reason is away for a moment.
  redis.on(refusedEvent, ({ reason }: Refusal) => (lastError = `Redis refuses: ${reason}`));
  const firstTry = new Promise<void>((resolve) => {
    redis.once('ready', resolve).once('error', resolve).once('close', resolve);
  });

  return async () => {
    await firstTry;
    if (redis.status === 'connect' && performance.now() - connectedAt > handshakeMs) {
      throw new QueueUnavailableError('Redis is not ready yet: it may be loading its data');
    }
    if (redis.status !== 'ready') throw new QueueUnavailableError(lastError);
  };
}

function problemOfQueue(error: unknown): string {
  const refusal = refusalOf(error);
  return refusal === null ? `Redis is away: ${errorMessage(error)}` : `Redis refuses: ${refusal.reason}`;
}
