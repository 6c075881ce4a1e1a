import type { Redis } from 'ioredis';

/** Everything that a Redis server holds, in words: names of keys, fields, members and values, and its clients' names. */
export async function redisContents(redis: Redis): Promise<string> {
  const parts = [await redis.call('CLIENT', 'LIST')];
  for (const name of await redis.keys('*')) parts.push(name, await valueOf(redis, name));
  return JSON.stringify(parts);
}

/** Read by type: DUMP may compress. */
async function valueOf(redis: Redis, name: string): Promise<unknown> {
  const type = await redis.type(name);
  switch (type) {
    case 'string':
      return redis.get(name);
    case 'hash':
      return redis.hgetall(name);
    case 'list':
      return redis.lrange(name, 0, -1);
    case 'set':
      return redis.smembers(name);
    case 'zset':
      return redis.zrange(name, '0', '-1');
    case 'stream':
      return redis.xrange(name, '-', '+');
    case 'none':
      return null;
    default:
      throw new Error(`${name} is a ${type}, which is not looked into`);
  }
}
