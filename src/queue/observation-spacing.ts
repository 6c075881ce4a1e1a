import type { Redis } from 'ioredis';

/** How far apart looks of one kind at one thing are, whatever comes in between. */
export const observationSpacingMs = 1000;

/**
 * KEYS[1] holds the instant of the last look, which may be one to come. Answers in how many milliseconds the look is due that follows
 * upon this moment: 0 after a pause, otherwise when the spacing is over. By Redis' clock, which all processes share.
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

/** When to look at what an event told of: at once, or so that it comes `observationSpacingMs` after the look before. */
export const createObservationSpacing =
  (redis: Redis, queuePrefix: string) =>
  async (what: string): Promise<number> => {
    const delayMs = Number(await redis.eval(script, 1, `${queuePrefix}:${what}`, observationSpacingMs));
    // What a clock that was ahead left behind is no reason to wait.
    return Math.min(delayMs, observationSpacingMs);
  };
