import { learntRate } from '../core/sagemaker/call-rates.ts';

/** KEYS[1] is the hash of one operation. The clock is that of Redis, which all processes share; ARGV[1] replaces it in tests. */
const common = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function rate_of(base, sent, phase, throttled_at)
  if phase == 'start' then
    return base * math.min(${learntRate.startGrowth} ^ sent, 2 ^ (1 + math.max(0, now - throttled_at) / 1000))
  end
  local from = (sent - ${learntRate.plateauRequests}) / ${learntRate.plateauRequests}
  return base * (1 + ${(1 - learntRate.afterThrottle).toFixed(4)} * from ^ 3)
end
local fields = redis.call('HMGET', KEYS[1], 'base', 'sent', 'phase', 'next', 'throttled_at')
local base = tonumber(fields[1] or '')
local sent = tonumber(fields[2] or '0')
local phase = fields[3]
local rate = nil
if base then rate = rate_of(base, sent, phase, tonumber(fields[5])) end
`;

/**
 * ARGV: now, the fixed rate or an empty string, 1 for a spare request. Returns whether a request may be sent now, in how many milliseconds
 * to ask again, the instant, and whether no rate is known.
 *
 * A request that comes a little late does not move the ones after it, unless the rate is fixed: that one is never exceeded.
 */
export const takeScript = `${common}
local fixed = tonumber(ARGV[2])
if fixed then
  rate = fixed
elseif rate and rate > ${learntRate.most} then
  redis.call('DEL', KEYS[1])
  rate = nil
end
if not rate then return {1, 0, now, 1} end
local gap = 1000 / rate
local next = math.min(tonumber(fields[4] or '0'), now + 2 * gap)
local wait = next - now
if ARGV[3] == '1' then wait = wait + gap end
if wait > 0 then return {0, math.ceil(wait), now, 0} end
local late = 0
if not fixed then late = math.min(gap, 50) end
next = math.max(next, now - late) + gap
redis.call('HSET', KEYS[1], 'next', string.format('%.3f', next), 'sent', sent + 1)
redis.call('PEXPIRE', KEYS[1], ${learntRate.forgottenAfterMs})
return {1, 0, now, 0}`;

/**
 * ARGV: now, and when the request was granted that SageMaker throttled. Requests that were granted before the last throttle was known say
 * nothing new: a burst lowers the rate once. One that was sent without the budget (an empty string) says nothing about its rate.
 */
export const throttledScript = `${common}
local granted_at = tonumber(ARGV[2])
if not granted_at then
  if rate then return 0 end
  granted_at = now
end
if fields[5] and granted_at <= tonumber(fields[5]) then return 0 end
phase = 'hold'
if not rate then
  base, phase = ${learntRate.first}, 'start'
elseif sent < ${learntRate.farTooHighBelow} then
  base = rate * ${learntRate.farTooHighFactor}
elseif sent < ${learntRate.passedBelow} then
  base = rate * ${learntRate.passedFactor}
else
  base = rate * ${learntRate.reachedFactor}
end
if base <= ${learntRate.least} then
  base, phase = ${learntRate.least}, 'start'
end
local gap = 1000 / rate_of(base, 0, phase, now)
redis.call('HSET', KEYS[1], 'base', string.format('%.6f', base), 'sent', 0, 'phase', phase,
  'next', string.format('%.3f', now + gap), 'throttled_at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ${learntRate.forgottenAfterMs})
return 1`;
