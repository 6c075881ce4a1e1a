import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import type { RedisPlace } from '../../src/core/redis-place.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { WatchedDeployment, WatchedRun } from '../../src/ports/queue.ts';
import { createQueue, type RedisQueue } from '../../src/queue/queue.ts';

export interface Line extends Record<string, unknown> {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
}

/** A log whose lines are kept. */
export function keptLog(): { log: Logger; lines: Line[] } {
  const lines: Line[] = [];
  return { log: logTo(lines, {}), lines };
}

function logTo(lines: Line[], bound: object): Logger {
  const at = (level: Line['level']) => (fields: object, message: string) =>
    void lines.push({ ...bound, ...fields, level, message });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => logTo(lines, { ...bound, ...fields }),
  };
}

export const newPrefix = (): string => `{test-${randomUUID()}}`;

export function openQueue(place: string | RedisPlace, queuePrefix: string, log: Logger = keptLog().log): RedisQueue {
  const queue = createQueue({ ...(typeof place === 'string' ? { redisUrl: place } : place), queuePrefix, log });
  onTestFinished(() => queue.close());
  return queue;
}

/** A plain connection, to look at Redis past BullMQ. */
export function openRedis(redisUrl: string): Redis {
  const redis = new Redis(redisUrl);
  redis.on('error', () => {});
  onTestFinished(() => redis.disconnect());
  return redis;
}

export const aRun = (trainingJobName: string): WatchedRun => ({ trainingJobName, endpointName: 'sentiment-endpoint' });

export const aDeployment = (deploymentId: string): WatchedDeployment => ({
  deploymentId,
  trainingJobName: 'job-1',
  endpointName: 'sentiment-endpoint',
});
