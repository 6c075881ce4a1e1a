import { connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { listenOnLoopback } from './loopback.ts';

/** A proxy to Redis that changes the version in its responses. @returns the port of the proxy. */
export async function startOldRedis(port: number, version: string): Promise<number> {
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    client.pipe(redis);
    redis.on('data', (data: Buffer) => client.write(asOf(version, data)));
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  });
  onTestFinished(() => void server.close());
  return listenOnLoopback(server);
}

/** Keeps the length of the text: INFO's response begins with it. */
function asOf(version: string, data: Buffer): Buffer {
  const text = data.toString('latin1');
  const changed = text.replace(
    /redis_version:(\S+)/,
    (_all, real: string) => `redis_version:${version.slice(0, real.length).padEnd(real.length, '0')}`,
  );
  return Buffer.from(changed, 'latin1');
}
