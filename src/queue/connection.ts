/**
 * The two kinds of connection to Redis (docs/reference/redis-behavior.md#producers-fail-fast-workers-wait). Both reconnect for
 * ever and differ in what a command does while Redis is unavailable: a producer's fails at once, a worker's waits.
 */
import { Redis, type RedisOptions } from 'ioredis';
import { queueTiming } from '../core/timing.ts';
import type { Logger } from '../ports/logger.ts';
import { logConnectionState, type ConnectionProblem } from './connection-log.ts';
import { type QueuePlace, redisTarget } from './redis-target.ts';
import { refusalOf, refusedEvent, type RefusalKind } from './refusal.ts';

const firstWaitMs = 100;

/**
 * Waits twice as long each time up to 2 s, less up to a quarter, so that many processes don't come back in step. BullMQ's own
 * goes up to 20 s, which is how long it then takes to notice that Redis is back.
 */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
  const waitMs = Math.min(firstWaitMs * 2 ** attempt, queueTiming.longestReconnectMs);
  return Math.round(waitMs * (1 - random() / 4));
}

const shared = {
  retryStrategy: (attempt: number) => reconnectDelayMs(attempt),
  connectTimeout: 5000,
  // How often one that loads its data is asked whether it has.
  maxLoadingRetryTime: 1000,
} satisfies RedisOptions;

/** For adding and reading: a command fails at once while Redis is unavailable, instead of waiting for it. */
export function connectProducer(place: QueuePlace, log: Logger): Redis {
  const target = redisTarget(place);
  // A half-open connection looks ready for many minutes; this ends one that owes an answer for so long.
  return connect(
    target.address,
    {
      ...target.options,
      ...shared,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      socketTimeout: queueTiming.producerSilenceMs,
      // The commands of many requests are written at once: a system call for each of them costs more than all else here.
      enableAutoPipelining: true,
    },
    (redis) => logConnectionState(redis, { ...target, use: 'producer' }, log),
  );
}

export type WorkerConnection = Redis;

/** For workers: a command waits until Redis is back. BullMQ makes its blocking connections as copies of this one. */
export function connectWorker(place: QueuePlace, log: Logger): WorkerConnection {
  const target = redisTarget(place);
  const options = { ...target.options, ...shared, maxRetriesPerRequest: null, socketTimeout: queueTiming.workerSilenceMs };
  return connect(target.address, options, (redis) => logConnectionState(redis, { ...target, use: 'worker' }, log));
}

/** A node that takes no writes is left for the one that is the master now, but not at the rate of commands. */
const leaveNodeAfterMs = 500;
/** A node's own problem passes; when it lasts, another node may be the master by now. */
const dropErrorAfterMs = 10_000;

/** How old a connection must be for a refusal to end it; null: it stays. */
function leaveNodeFromAgeMs(kind: RefusalKind): number | null {
  switch (kind) {
    case 'wrong_node':
      return leaveNodeAfterMs;
    case 'not_now':
    case 'credentials':
      return dropErrorAfterMs;
    case 'rights':
    case 'set_up':
    case 'unknown':
      return null;
  }
}

function connect(address: string | null, options: RedisOptions, watch: (redis: Redis) => ConnectionProblem | null): Redis {
  let readyAt: number | null = null;
  let problem: ConnectionProblem | null = null;
  const all: RedisOptions = {
    ...options,
    // Called for every reply that is an error, those within pipelines included. The command fails in any case: it had no effect.
    reconnectOnError(error) {
      const refusal = refusalOf(error);
      if (refusal === null) return false;
      problem?.refused(refusal);
      redis.emit(refusedEvent, refusal);
      const afterMs = leaveNodeFromAgeMs(refusal.kind);
      return afterMs !== null && readyAt !== null && performance.now() - readyAt >= afterMs;
    },
  };
  const redis = address === null ? new Redis(all) : new Redis(address, all);
  redis.on('ready', () => (readyAt = performance.now()));
  redis.on('close', () => (readyAt = null));
  // BullMQ's copies share this connection's problem, which is logged once.
  redis.duplicate = (override) => connect(null, { ...redis.options, ...override }, () => null);
  problem = watch(redis);
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
