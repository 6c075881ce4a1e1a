import type { Redis } from 'ioredis';
import { reasonOf } from './connection-trouble.ts';
import { QueueUnavailable } from './time-limit.ts';

/**
 * Resolves at once on a connection that stands, and rejects at once on one that broke. Only the very first connect is waited for:
 * a process that has just started is not yet without Redis. To be called within a time limit.
 */
export function createUntilReady(redis: Redis): () => Promise<void> {
  let lastReason = 'the connection is closed';
  redis.on('error', (error) => (lastReason = reasonOf(error)));
  const firstTry = new Promise<void>((resolve) => {
    redis.once('ready', resolve).once('error', resolve).once('close', resolve);
  });

  return async () => {
    await firstTry;
    if (redis.status !== 'ready') throw new QueueUnavailable(`Redis is away: ${lastReason}`);
  };
}
