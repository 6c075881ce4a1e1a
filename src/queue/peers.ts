import type { Redis } from 'ioredis';
import { z } from 'zod';
import { peerTiming } from '../core/timing.ts';
import type { QueuePeer, QueuePeers } from '../ports/queue.ts';

/**
 * Records a process with its database under the prefix, and returns those others that run and use another database. Where there are
 * any, a process that wants to join is not recorded, so that of two that start at once one continues. By the clock of Redis, atomically.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lasts = tonumber(ARGV[3])
local others = {}
local noted = redis.call('HGETALL', KEYS[1])
for i = 1, #noted, 2 do
  if noted[i] ~= ARGV[1] then
    local readable, peer = pcall(cjson.decode, noted[i + 1])
    local expires = readable and type(peer) == 'table' and tonumber(peer.expires_at) or 0
    if expires <= now or expires > now + lasts then
      redis.call('HDEL', KEYS[1], noted[i])
    elseif peer.database_id ~= cjson.decode(ARGV[2]).database_id then
      others[#others + 1] = noted[i + 1]
    end
  end
end
if ARGV[4] == 'stay' or (ARGV[4] == 'join' and #others == 0) then
  local own = cjson.decode(ARGV[2])
  own.expires_at = now + lasts
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(own))
  redis.call('PEXPIRE', KEYS[1], lasts)
end
return others`;

const peerSchema = z.object({ name: z.string(), service: z.string(), database_id: z.string() });

const keyOf = (queuePrefix: string): string => `${queuePrefix}:processes`;

export async function meetPeers(
  redis: Redis,
  queuePrefix: string,
  self: QueuePeer,
  stance: Parameters<QueuePeers['meet']>[1],
): Promise<QueuePeer[]> {
  const said = JSON.stringify({ name: self.name, service: self.service, database_id: self.databaseId });
  const args = [self.name, said, peerTiming.forgottenAfterMs, stance];
  const others = z.array(z.string()).parse(await redis.eval(script, 1, keyOf(queuePrefix), ...args));
  return others.map((other) => {
    const { name, service, database_id } = peerSchema.parse(JSON.parse(other));
    return { name, service, databaseId: database_id };
  });
}

export async function leavePeers(redis: Redis, queuePrefix: string, name: string): Promise<void> {
  await redis.hdel(keyOf(queuePrefix), name);
}
