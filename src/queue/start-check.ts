import { Redis, type RedisOptions } from 'ioredis';
import { isOlder, oldestVersion, type RedisFacts } from '../core/redis-server.ts';
import { errorMessage } from '../core/errors.ts';
import { type Call, callsAsTheyAre, callsInScripts, probeKeys } from './needed-commands.ts';
import { NoMasterError } from './master-source.ts';
import { factsOf } from './redis-facts.ts';
import { type QueuePlace, redisTarget } from './redis-target.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { withRedisTimeout } from './with-redis-timeout.ts';

export type Checked =
  | { kind: 'fit'; facts: RedisFacts }
  /** Redis is unavailable, or refuses for now: that may pass. */
  | { kind: 'wait'; reason: string }
  /** An operator has to change something; one line for people to read, without a secret. */
  | { kind: 'fault'; fault: string };

const limitMs = 3000;

/** Runs the given calls, continues where one fails, and returns `[command, error]` for each that did. */
const tryAll = `
local failed = {}
for _, call in ipairs(cjson.decode(ARGV[1])) do
  local reply = redis.pcall(unpack(call))
  if type(reply) == 'table' and reply.err then failed[#failed + 1] = { call[1], reply.err } end
end
return failed`;

/**
 * Whether Redis is one that the queue can work with: old enough a version, and a user who may do all that BullMQ does, found out by
 * doing it, harmlessly, under the prefix. Takes 3 s at most.
 */
export async function checkRedis(place: QueuePlace): Promise<Checked> {
  const { address, options } = redisTarget(place);
  const all: RedisOptions = {
    ...options,
    lazyConnect: true,
    retryStrategy: () => null,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    connectTimeout: limitMs,
  };
  const redis = address === null ? new Redis(all) : new Redis(address, all);
  let problem: unknown = null;
  redis.on('error', (error) => (problem ??= error));
  try {
    await withRedisTimeout(limitMs, redis.connect());
    if (problem !== null) throw problem;
    return await withRedisTimeout(limitMs, inspect(redis, place));
  } catch (error) {
    return resultOfError(redis, problem ?? error);
  } finally {
    redis.disconnect();
  }
}

/** What keeps the Redis that is there now from being used, in one line; null when it is fit, or may yet come. */
export async function faultOfRedis(redis: QueuePlace): Promise<string | null> {
  const checked = await checkRedis(redis);
  return checked.kind === 'fault' ? checked.fault : null;
}

async function inspect(redis: Redis, { redisMode = 'single', queuePrefix: prefix }: QueuePlace): Promise<Checked> {
  const failed: Failed[] = [];
  let info = '';
  for (const [command, ...args] of callsAsTheyAre(prefix)) {
    try {
      const reply = await redis.call(command, ...args);
      if (command === 'INFO') info = String(reply);
    } catch (error) {
      failed.push([command, error]);
    }
  }
  // Valkey 8 has another name for it.
  if (/^(redis|server)_mode:sentinel/m.test(info)) {
    return { kind: 'fault', fault: `${placeOf(redis)} is a sentinel; set REDIS_MODE to sentinel` };
  }
  // Before the rights: an old Redis lacks commands, not rights.
  const facts = factsOf(info);
  if (isOlder(facts.version, oldestVersion)) {
    const fault = `${placeOf(redis)} is version ${facts.version}, and ${oldestVersion} is the oldest that the queue works with`;
    return { kind: 'fault', fault };
  }
  failed.push(...(await inScripts(redis, prefix)));
  if (redisMode !== 'cluster' && failed.some(([, error]) => error instanceof Error && error.message.startsWith('MOVED'))) {
    return { kind: 'fault', fault: `${placeOf(redis)} is a node of a cluster; set REDIS_MODE to cluster` };
  }
  return resultOfFailures(redis, prefix, failed) ?? { kind: 'fit', facts };
}

type Failed = readonly [command: string, error: unknown];

async function inScripts(redis: Redis, prefix: string): Promise<Failed[]> {
  const keys = Object.values(probeKeys(prefix));
  const calls: Call[] = callsInScripts(prefix);
  const args = [String(keys.length), ...keys, JSON.stringify(calls)];
  const failed: Failed[] = [];
  try {
    const replies = (await redis.call('EVAL', tryAll, ...args)) as [string, string][];
    failed.push(...replies.map(([command, message]): Failed => [command, new ReplyInScript(message)]));
  } catch (error) {
    failed.push(['EVAL', error]);
  }
  try {
    await redis.call('EVALSHA', '0'.repeat(40), '0');
  } catch (error) {
    if (refusalOf(error) !== null) failed.push(['EVALSHA', error]);
  }
  return failed;
}

/** What a command replied within a script, where it is a text and no error. */
class ReplyInScript extends Error {
  override readonly name = 'ReplyError';
}

function resultOfFailures(redis: Redis, prefix: string, failed: readonly Failed[]): Checked | null {
  const refusals = failed.flatMap(([command, error]): { command: string; refusal: Refusal; message: string }[] => {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return [{ command, refusal, message: (error as Error).message }];
  });
  const passing = refusals.find(({ refusal }) => refusal.kind === 'wrong_node' || refusal.kind === 'not_now');
  if (passing !== undefined) return { kind: 'wait', reason: `Redis refuses: ${passing.refusal.reason}` };

  const denied = refusals.filter(({ refusal }) => refusal.kind === 'rights');
  const user = redis.options.username ?? 'default';
  if (denied.some(({ message }) => /\bkeys?\b/.test(message) && !/run (the|this)/.test(message))) {
    const fault = `${placeOf(redis)} does not let the user "${user}" use keys that begin with ${prefix} (QUEUE_PREFIX); grant it with ACL SETUSER ${user} ~${prefix}*`;
    return { kind: 'fault', fault };
  }
  if (denied.length > 0) {
    const commands = [...new Set(denied.map(({ command }) => command))];
    const rights = commands.map((command) => `+${command.toLowerCase()}`).join(' ');
    const fault = `${placeOf(redis)} does not let the user "${user}" run ${commands.join(', ')}, which the queue needs; grant it with ACL SETUSER ${user} ${rights}`;
    return { kind: 'fault', fault };
  }
  // Servers before 6.0.6 have no LPOS, and BullMQ does without. An unknown refusal may be a server's own text, and the queue may work.
  const other = refusals.find(({ command, refusal }) => command !== 'LPOS' && refusal.kind !== 'unknown');
  if (other === undefined) return null;
  return {
    kind: 'fault',
    fault: `${placeOf(redis)} does not run ${other.command}, which the queue needs: ${other.refusal.reason}`,
  };
}

function resultOfError(redis: Redis, error: unknown): Checked {
  if (error instanceof NoMasterError && error.fault !== null) return { kind: 'fault', fault: error.fault };
  const refusal = refusalOf(error);
  switch (refusal?.kind) {
    case undefined:
      return { kind: 'wait', reason: errorMessage(error) };
    case 'wrong_node':
    case 'not_now':
    case 'unknown':
      return { kind: 'wait', reason: `Redis refuses: ${refusal.reason}` };
    case 'credentials':
    case 'rights':
    case 'set_up':
      return { kind: 'fault', fault: `${placeOf(redis)} can't be used: ${refusal.reason}` };
  }
}

/** Without user and password. */
const placeOf = ({ options: { host, port } }: Redis): string => `REDIS_URL: Redis at ${host}:${port}`;
