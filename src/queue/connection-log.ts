import type { Redis } from 'ioredis';
import { errorMessage } from '../core/errors.ts';
import type { Logger } from '../ports/logger.ts';
import type { RedisTarget } from './redis-target.ts';
import { type Refusal, refusalOf } from './refusal.ts';

/** Anything that is like an ioredis client in its events and options. */
export type WatchedRedis = Pick<Redis, 'on' | 'options' | 'status'>;

export interface Watched extends Pick<RedisTarget, 'place' | 'node'> {
  use: 'producer' | 'worker';
}

/** Logs that a connection has a problem: once when it begins and once when it ends. */
export interface ConnectionProblem {
  /** Redis refused a command. */
  refused(refusal: Refusal): void;
}

/**
 * A refusal is over when none has come for this time. A producer writes every few seconds. An idle worker waits for up to 10 s before
 * it fetches again, and Redis may accept what it does with active jobs all the while.
 */
const quietMs = { producer: 5000, worker: 20_000 };

/**
 * Logs once when a problem of a connection begins and once when it is over, however many retries lie between. Only the error's code
 * and message are logged: the error itself may hold the arguments of AUTH.
 */
export function logConnectionState(redis: WatchedRedis, { use, place, node }: Watched, log: Logger): ConnectionProblem {
  const { host, port, db } = redis.options;
  const where = { redis: `${place ?? `${host}:${port}`}/${db ?? 0}`, connection: use };
  /** Which of the nodes it was, or is now. */
  const nodeField = (): object => {
    const which = node();
    return which === null ? {} : { node: which };
  };
  /** `unavailable`, or the kind of refusal. */
  let reported: string | null = null;
  let since = 0;
  let lastRefusedAt = 0;
  let quiet: NodeJS.Timeout | undefined;
  let ended = false;

  const begin = (what: string, reason: object, event: string, message: string): void => {
    if (reported === null) since = performance.now();
    reported = what;
    log.warn({ event, ...where, ...nodeField(), ...reason }, message);
  };
  const unavailable = (reason: object): void => {
    // While Redis refuses, each attempt to find another node ends a connection.
    if (reported === null && !ended) begin('unavailable', reason, 'redis.unavailable', 'Redis unavailable; retrying');
  };
  const over = (): void => {
    const until = reported === 'unavailable' ? performance.now() : lastRefusedAt;
    log.info(
      { event: 'redis.recovered', ...where, ...nodeField(), unavailable_ms: Math.round(until - since) },
      'Redis available again',
    );
    reported = null;
  };
  const refused = ({ kind, reason }: Refusal): void => {
    if (ended) return;
    clearTimeout(quiet);
    lastRefusedAt = performance.now();
    quiet = setTimeout(over, quietMs[use]).unref();
    if (reported !== kind) begin(kind, { reason }, 'redis.refused', 'Redis refuses commands; retrying');
  };
  redis.on('error', (error: NodeJS.ErrnoException) => {
    const refusal = refusalOf(error);
    if (refusal === null) unavailable({ code: error.code, reason: errorMessage(error) });
    else refused(refusal);
  });
  redis.on('reconnecting', () => unavailable({ reason: 'the connection was closed' }));
  redis.on('ready', () => {
    if (reported === 'unavailable') over();
  });
  redis.on('end', () => {
    ended = true;
    clearTimeout(quiet);
  });
  return { refused };
}
