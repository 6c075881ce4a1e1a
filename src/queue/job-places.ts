import type { Redis } from 'ioredis';
import type { JobQueue } from './ensure-job.ts';
import { withRedisTimeout } from './with-redis-timeout.ts';

/**
 * `there`: it is in a list of unfinished jobs. `lost`: its data is there and in no list, by eviction or by hand, which makes the add of its
 * id silently do nothing.
 */
export type JobPlace = 'there' | 'missing' | 'finished' | 'lost';

/** Of longer lists nothing is said to be lost: their jobs are due, and workers are behind. */
const longestList = 10_000;
const stepLimitMs = 5000;

const sets = ['delayed', 'prioritized', 'waiting-children', 'completed', 'failed'] as const;
const lists = ['active', 'wait', 'paused'] as const;
const letters: Record<string, JobPlace> = { t: 'there', m: 'missing', f: 'finished', l: 'lost' };

/**
 * One letter for each id, in one script, so that a job which moves between the lists is seen. KEYS are the sets and the lists; ARGV the
 * beginning of a job's key, and the ids. A list is read only for jobs that are in no set: those that are due or active.
 */
const script = `
local places = {}
local listed = nil
local function is_listed(id)
  if listed == nil then
    local total = 0
    for index = ${sets.length + 1}, #KEYS do total = total + redis.call('LLEN', KEYS[index]) end
    listed = total <= ${longestList} and {} or false
    if listed then
      for index = ${sets.length + 1}, #KEYS do
        for _, one in ipairs(redis.call('LRANGE', KEYS[index], 0, -1)) do listed[one] = true end
      end
    end
  end
  return listed == false or listed[id]
end
for index = 2, #ARGV do
  local id = ARGV[index]
  local place
  if redis.call('EXISTS', ARGV[1] .. id) == 0 then place = 'm'
  elseif redis.call('ZSCORE', KEYS[1], id) or redis.call('ZSCORE', KEYS[2], id) or redis.call('ZSCORE', KEYS[3], id) then place = 't'
  elseif redis.call('ZSCORE', KEYS[4], id) or redis.call('ZSCORE', KEYS[5], id) then place = 'f'
  elseif is_listed(id) then place = 't'
  else place = 'l' end
  places[#places + 1] = place
end
return table.concat(places)`;

/** Returns where each job is. At most a page of ids at once: Redis does nothing else meanwhile. */
export async function findPlaces(redis: Redis, queue: JobQueue, ids: readonly string[]): Promise<JobPlace[]> {
  const keys = [...sets, ...lists].map((name) => queue.toKey(name));
  const found = redis.eval(script, keys.length, ...keys, queue.toKey(''), ...ids);
  const places = String(await withRedisTimeout(stepLimitMs, found));
  return ids.map((_, index) => letters[places[index] ?? ''] ?? 'there');
}
