import { Redis } from 'ioredis';
import { type Access, type Node, tlsTo } from './node-access.ts';
import { withRedisTimeout } from './with-redis-timeout.ts';

/**
 * Sends the commands to a node over a connection of their own, and returns a reply or an error for each.
 * @throws when the node is not reached, does not let us in, or does not respond in time.
 */
export async function queryNode(
  node: Node,
  access: Access,
  commands: readonly (readonly [name: string, ...args: string[]])[],
  limitMs: number,
): Promise<unknown[]> {
  const redis = new Redis({
    host: node.host,
    port: node.port,
    tls: tlsTo(node, access),
    lazyConnect: true,
    retryStrategy: () => null,
    enableReadyCheck: false,
    disableClientInfo: true,
    // Replies are flat arrays in it.
    protocol: 2,
    connectTimeout: limitMs,
  });
  let problem: unknown = null;
  redis.on('error', (error) => (problem ??= error));
  const exchange = async (): Promise<unknown[]> => {
    await redis.connect();
    if (problem !== null) throw problem;
    await authenticate(redis, access);
    const replies = await Promise.allSettled(commands.map(([name, ...args]) => redis.call(name, ...args)));
    if (problem !== null) throw problem;
    return replies.map((reply) => (reply.status === 'fulfilled' ? reply.value : reply.reason));
  };
  try {
    return await withRedisTimeout(limitMs, exchange());
  } catch (error) {
    throw problem ?? error;
  } finally {
    redis.disconnect();
  }
}

/** In place of ioredis, which prints a warning to the console each time where no password is needed. */
async function authenticate(redis: Redis, { username, password }: Access): Promise<void> {
  if (password === undefined) return;
  try {
    await redis.call('AUTH', ...(username === undefined ? [] : [username]), password);
  } catch (error) {
    if (!(error instanceof Error && /without any password|no password is set/.test(error.message))) throw error;
  }
}
