import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TcpSwitch {
  port: number;
  /** New connections lead there from now on; those that stand stay where they are. */
  leadTo(port: number): void;
}

/** A name that can move to another server, as in a fail-over: it hands on what it gets to a port. */
export async function startTcpSwitch(port: number): Promise<TcpSwitch> {
  const sockets = new Set<Socket>();
  let target = port;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, leadTo: (next) => void (target = next) };
}
