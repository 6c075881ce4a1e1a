import type { Redis } from 'ioredis';
import { errorMessage } from '../core/errors.ts';
import type { Logger } from '../ports/logger.ts';
import { type Refusal, refusalOf } from './refusal.ts';

/** Anything that is like an ioredis client in its events and options. */
export type WatchedRedis = Pick<Redis, 'on' | 'options' | 'status'>;

/** What is told of a connection's trouble: once when it begins and once when it is over. */
export interface ConnectionProblem {
  /** Redis answered a command with a refusal. */
  refused(refusal: Refusal): void;
}

/**
 * A refusal is over when none has come for so long. A producer writes every few seconds; a worker with nothing to do waits for up to
 * 10 s before it looks for a job again, and what it does with those in hand may be let through all the while.
 */
const quietMs = { producer: 5000, worker: 20_000 };

/**
 * Logs once when a connection's trouble begins and once when it is over, however often it was tried in between. Only the
 * error's code and message are told: the error itself may hold the arguments of AUTH.
 */
export function logConnectionState(redis: WatchedRedis, use: 'producer' | 'worker', log: Logger): ConnectionProblem {
  const { host, port, db } = redis.options;
  const where = { redis: `${host}:${port}/${db ?? 0}`, connection: use };
  /** `away`, or the kind of refusal. */
  let reported: string | null = null;
  let since = 0;
  let lastRefusedAt = 0;
  let quiet: NodeJS.Timeout | undefined;
  let ended = false;

  const begin = (what: string, reason: object, message: string): void => {
    if (reported === null) since = performance.now();
    reported = what;
    log.warn({ ...where, ...reason }, message);
  };
  const away = (reason: object): void => {
    // While Redis refuses, each try to find another node ends a connection.
    if (reported === null && !ended) begin('away', reason, 'Redis does not answer; trying again until it does');
  };
  const over = (): void => {
    const until = reported === 'away' ? performance.now() : lastRefusedAt;
    log.info({ ...where, away_ms: Math.round(until - since) }, 'Redis answers again');
    reported = null;
  };
  const refused = ({ kind, reason }: Refusal): void => {
    if (ended) return;
    clearTimeout(quiet);
    lastRefusedAt = performance.now();
    quiet = setTimeout(over, quietMs[use]).unref();
    if (reported !== kind) begin(kind, { reason }, 'Redis refuses commands; trying again until it takes them');
  };
  redis.on('error', (error: NodeJS.ErrnoException) => {
    const refusal = refusalOf(error);
    if (refusal === null) away({ code: error.code, reason: errorMessage(error) });
    else refused(refusal);
  });
  redis.on('reconnecting', () => away({ reason: 'the connection was closed' }));
  redis.on('ready', () => {
    if (reported === 'away') over();
  });
  redis.on('end', () => {
    ended = true;
    clearTimeout(quiet);
  });
  return { refused };
}
