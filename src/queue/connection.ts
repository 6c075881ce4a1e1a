/**
 * The two kinds of connection to Redis (bullmq-facts, section 4). Both reconnect for ever and are told apart by what a command
 * does while Redis is away: a producer's fails at once, a worker's waits.
 */
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../services/ports.ts';
import { logTrouble } from './connection-trouble.ts';

const firstWaitMs = 100;
const longestWaitMs = 2000;

/**
 * Waits twice as long each time up to 2 s, less up to a quarter, so that many processes don't come back in step. BullMQ's own
 * goes up to 20 s, which is how long it then takes to notice that Redis is back.
 */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
  const waitMs = Math.min(firstWaitMs * 2 ** attempt, longestWaitMs);
  return Math.round(waitMs * (1 - random() / 4));
}

const shared = {
  retryStrategy: (attempt: number) => reconnectDelayMs(attempt),
  connectTimeout: 5000,
} satisfies RedisOptions;

/** For what adds and reads: a command fails at once while Redis is away, instead of waiting for it. */
export function connectProducer(redisUrl: string, log: Logger): Redis {
  // A half-open connection looks ready for many minutes; this ends one that owes an answer for so long.
  const redis = new Redis(redisUrl, {
    ...shared,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    socketTimeout: 5000,
    // What many requests ask for at once is written at once: a system call for each of their commands costs more than all else here.
    enableAutoPipelining: true,
  });
  logTrouble(redis, 'producer', log);
  return redis;
}

export type WorkerConnection = Redis;

/** For workers: a command waits until Redis is back. BullMQ makes its blocking connections as copies of this one. */
export function connectWorker(redisUrl: string, log: Logger): WorkerConnection {
  // Longer than the 10 s that BullMQ may block for (`maximumBlockTimeout` of its Redis back end).
  const redis = new Redis(redisUrl, { ...shared, maxRetriesPerRequest: null, socketTimeout: 15_000 });
  logTrouble(redis, 'worker', log);
  return redis;
}

/** Says goodbye, or just hangs up when Redis does not answer. Never fails. */
export async function disconnect(redis: Redis, withinMs = 1000): Promise<void> {
  const timer = setTimeout(() => redis.disconnect(), withinMs);
  try {
    if (redis.status === 'ready') await redis.quit();
  } catch {
    // It is gone already.
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}
