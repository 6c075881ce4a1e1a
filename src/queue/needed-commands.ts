/**
 * The commands that the queue needs, each as a call that does no harm: on keys of its own, which go again. Those of BullMQ's scripts
 * and those that are sent as they are (test/queue/start-check.test.ts compares them with BullMQ).
 */
export type Call = readonly [command: string, ...args: string[]];

/** In this order each finds what it needs, and at the end nothing is left but what can't be deleted, which expires. */
export function callsInScripts(prefix: string): Call[] {
  const { text, hash, list, set, sorted, stream } = probeKeys(prefix);
  return [
    ['TIME'],
    ['SET', text, '1', 'PX', '10000'],
    ['GET', text],
    ['INCR', text],
    ['PERSIST', text],
    ['PEXPIRE', text, '10000'],
    ['PTTL', text],
    ['EXISTS', text],
    ['TYPE', text],
    ['HSET', hash, 'a', '1'],
    ['HMSET', hash, 'b', '1'],
    ['HINCRBY', hash, 'a', '1'],
    ['HGET', hash, 'a'],
    ['HMGET', hash, 'a', 'b'],
    ['HGETALL', hash],
    ['HEXISTS', hash, 'a'],
    ['HDEL', hash, 'a', 'b'],
    ['LPUSH', list, 'a', 'b', 'c'],
    ['RPUSH', list, 'd', 'e', 'f', 'g'],
    ['LLEN', list],
    ['LINDEX', list, '0'],
    ['LRANGE', list, '0', '-1'],
    ['LPOS', list, 'a'],
    ['LREM', list, '0', 'g'],
    ['LTRIM', list, '0', '4'],
    ['LPOP', list],
    ['RPOP', list],
    ['RPOPLPUSH', list, list],
    ['DEL', list],
    ['SADD', set, 'a', 'b'],
    ['SCARD', set],
    ['SMEMBERS', set],
    ['SREM', set, 'a', 'b'],
    ['ZADD', sorted, '1', 'a', '2', 'b', '3', 'c', '4', 'd'],
    ['ZCARD', sorted],
    ['ZCOUNT', sorted, '0', '1'],
    ['ZRANGE', sorted, '0', '-1'],
    ['ZRANGEBYSCORE', sorted, '0', '1'],
    ['ZREVRANGE', sorted, '0', '-1'],
    ['ZREVRANGEBYSCORE', sorted, '1', '0'],
    ['ZSCORE', sorted, 'a'],
    ['ZREM', sorted, 'a'],
    ['ZPOPMIN', sorted],
    ['ZREMRANGEBYRANK', sorted, '0', '0'],
    ['ZREMRANGEBYSCORE', sorted, '0', '9'],
    ['XADD', stream, 'MAXLEN', '~', '1', '*', 'a', '1'],
    ['XTRIM', stream, 'MAXLEN', '~', '1'],
    ['DEL', text, hash, set, sorted, stream],
  ];
}

/** Sent by themselves. The blocking one returns at once: it finds what was added before it. */
export function callsAsTheyAre(prefix: string): Call[] {
  const { text, marker } = probeKeys(prefix);
  return [
    ['INFO'],
    ['SET', text, '1', 'PX', '10000'],
    ['ZADD', marker, '1', 'a'],
    ['BZPOPMIN', marker, '1'],
    ['MULTI'],
    ['EXEC'],
  ];
}

export const probeKeys = (prefix: string) => ({
  text: `${prefix}:start-check:text`,
  hash: `${prefix}:start-check:hash`,
  list: `${prefix}:start-check:list`,
  set: `${prefix}:start-check:set`,
  sorted: `${prefix}:start-check:sorted`,
  stream: `${prefix}:start-check:stream`,
  marker: `${prefix}:start-check:marker`,
});
