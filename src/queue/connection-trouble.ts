import type { Redis } from 'ioredis';
import type { Logger } from '../services/ports.ts';

/** Anything that is like an ioredis client in its events and options. */
export type WatchedRedis = Pick<Redis, 'on' | 'options'>;

/**
 * Logs once when a connection's trouble begins and once when it is over, however often it was tried in between. Only the
 * error's code and message are told: the error itself may hold the arguments of AUTH.
 */
export function logTrouble(redis: WatchedRedis, use: 'producer' | 'worker', log: Logger): void {
  const { host, port, db } = redis.options;
  const where = { redis: `${host}:${port}/${db ?? 0}`, connection: use };
  let troubledSince: number | null = null;
  let ended = false;

  const begin = (reason: object): void => {
    if (troubledSince !== null || ended) return;
    troubledSince = Date.now();
    log.warn({ ...where, ...reason }, 'Redis does not answer; trying again until it does');
  };
  redis.on('error', (error: NodeJS.ErrnoException) => begin({ code: error.code, reason: reasonOf(error) }));
  redis.on('reconnecting', () => begin({ reason: 'the connection was closed' }));
  redis.on('ready', () => {
    if (troubledSince !== null) log.info({ ...where, away_ms: Date.now() - troubledSince }, 'Redis answers again');
    troubledSince = null;
  });
  redis.on('end', () => (ended = true));
}

/** A refused connection to a name with several addresses is an AggregateError without a message. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
