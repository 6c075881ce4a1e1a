import type { Redis } from 'ioredis';

/** The least time between two observations of one kind, however many events come. */
export const observationSpacingMs = 1000;

/**
 * KEYS[1] holds the instant of the last observation, which may be in the future. Returns in how many milliseconds the next one is due:
 * 0 after a pause, otherwise when the spacing is over. By the clock of Redis, which all processes share.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local spacing = tonumber(ARGV[1])
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if last <= now then
  last = math.max(now, last + spacing)
  redis.call('SET', KEYS[1], last, 'PX', last - now + spacing)
end
return last - now`;

/** Returns in how many milliseconds to observe because of an event: 0, or `observationSpacingMs` after the last observation. */
export const createObservationSpacing =
  (redis: Redis, queuePrefix: string) =>
  async (what: string): Promise<number> => {
    const delayMs = Number(await redis.eval(script, 1, `${queuePrefix}:${what}`, observationSpacingMs));
    // A clock that was ahead may have left an instant in the far future.
    return Math.min(delayMs, observationSpacingMs);
  };
