import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenOnLoopback } from '../testkit/loopback.ts';
import { nameOf } from './bullmq-scripts.ts';
import type { Intercept } from './intercepted-message.ts';
import { Frames, isPush, wordsOf } from './resp.ts';

export interface Proxy {
  port: number;
  close(): Promise<void>;
}

interface Command {
  what: string;
  text: string;
}

/** A proxy between one process and Redis. Passes each command to `intercept` before it is sent, and again with its response. */
export async function startRedisProxy(process: string, redisPort: number, intercept: Intercept): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(redisPort, '127.0.0.1');
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        hangUp();
      });
    }
    const hangUp = (): void => {
      client.destroy();
      redis.destroy();
    };
    const inFlight: Command[] = [];

    pump(client, async (frame) => {
      const words = wordsOf(frame);
      const command = { what: nameOf(words), text: words.join(' ') };
      if ((await intercept({ process, via: 'redis', when: 'before', ...command })) === 'drop') return hangUp();
      inFlight.push(command);
      redis.write(frame);
    });
    pump(redis, async (frame) => {
      const command = isPush(frame) ? undefined : inFlight.shift();
      if (command !== undefined) {
        const text = `${command.text}\n${frame.toString('latin1')}`;
        const disposition = await intercept({ process, via: 'redis', when: 'after', what: command.what, text });
        if (disposition === 'drop') return hangUp();
      }
      client.write(frame);
    });
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Forwards frame by frame, each after the one before. */
function pump(socket: Socket, passOn: (frame: Buffer) => Promise<void>): void {
  const frames = new Frames();
  let last: Promise<void> = Promise.resolve();
  socket.on('data', (chunk: Buffer) => {
    for (const frame of frames.push(chunk)) {
      last = last.then(() => (socket.destroyed ? undefined : passOn(frame))).catch(() => void socket.destroy());
    }
  });
}
