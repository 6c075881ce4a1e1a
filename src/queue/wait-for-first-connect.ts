import type { Redis } from 'ioredis';
import { errorMessage, QueueUnavailableError } from '../core/errors.ts';
import { type Refusal, refusalOf, refusedEvent } from './refusal.ts';

/** A connection that is up for longer and not ready waits for Redis. */
const handshakeMs = 500;
const closed = 'Redis is unavailable: the connection is closed';

/**
 * Returns a function that resolves at once while the connection is up, and rejects at once while it is down. It waits only for the
 * very first connect, since a process that has just started is not yet without Redis. To be called within a time limit.
 */
export function createFirstConnectWait(redis: Redis): () => Promise<void> {
  let lastError = closed;
  redis.on('error', (error) => (lastError = describeProblem(error)));
  let connectedAt = performance.now();
  redis.on('ready', () => (lastError = closed));
  redis.on('connect', () => (connectedAt = performance.now()));
  // A connection that is replaced for this reason is down for a moment.
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

function describeProblem(error: unknown): string {
  const refusal = refusalOf(error);
  return refusal === null ? `Redis is unavailable: ${errorMessage(error)}` : `Redis refuses: ${refusal.reason}`;
}
