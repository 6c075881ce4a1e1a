import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenOnLoopback } from '../testkit/loopback.ts';
import type { Intercept } from './intercepted-message.ts';
import { kindOf, PostgresFrames, textOf } from './postgres-frames.ts';
import type { Proxy } from './redis-proxy.ts';

export interface PostgresProxy extends Proxy {
  /** Whether the server sees a connection of this process under that port. */
  has(clientPort: number): boolean;
}

/**
 * A proxy between one process and PostgreSQL, for connections without TLS. Passes each commit to `intercept` before it is sent, and again
 * with its response, both with all that its transaction sent.
 */
export async function startPostgresProxy(process: string, postgresPort: number, intercept: Intercept): Promise<PostgresProxy> {
  const sockets = new Set<Socket>();
  const upstreams = new Set<Socket>();
  const server = createServer((client) => {
    const postgres = connect(postgresPort, '127.0.0.1');
    upstreams.add(postgres);
    const hangUp = (): void => {
      client.destroy();
      postgres.destroy();
    };
    for (const socket of [client, postgres]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        upstreams.delete(postgres);
        hangUp();
      });
    }
    let transaction: string[] = [];
    /** The commit whose response is awaited. */
    let committing: string | null = null;

    pump(client, 'client', async (message) => {
      const kind = kindOf(message);
      const text = textOf(message);
      if (kind === 'Q' && /^begin/i.test(text)) transaction = [];
      if (/[QPB]/.test(kind)) transaction.push(text);
      if (kind === 'Q' && /^commit/i.test(text)) {
        const all = transaction.join('\n');
        if ((await intercept({ process, via: 'postgres', when: 'before', what: 'commit', text: all })) === 'drop')
          return hangUp();
        committing = all;
      }
      postgres.write(message);
    });
    pump(postgres, 'server', async (message) => {
      if (committing !== null && kindOf(message) === 'C') {
        const text = committing;
        committing = null;
        if ((await intercept({ process, via: 'postgres', when: 'after', what: 'commit', text })) === 'drop') return hangUp();
      }
      client.write(message);
    });
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    has: (clientPort) => [...upstreams].some(({ localPort }) => localPort === clientPort),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Forwards message by message, each after the one before. */
function pump(socket: Socket, from: 'client' | 'server', passOn: (message: Buffer) => Promise<void>): void {
  const frames = new PostgresFrames(from);
  let last: Promise<void> = Promise.resolve();
  socket.on('data', (chunk: Buffer) => {
    for (const message of frames.push(chunk)) {
      last = last.then(() => (socket.destroyed ? undefined : passOn(message))).catch(() => void socket.destroy());
    }
  });
}
