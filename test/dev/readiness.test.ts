import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisResponds } from '../../tools/dev/readiness.ts';

async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => onConnection(socket.on('error', () => {})));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

describe('redisResponds', () => {
  it.each([
    ['responds', true, (socket: Socket) => void socket.write('+PONG\r\n')],
    ['loads its data', false, (socket: Socket) => void socket.write('-LOADING Redis is loading the dataset in memory\r\n')],
    ['ends the connection before it responds', false, (socket: Socket) => void socket.end()],
    ['is killed before it responds', false, (socket: Socket) => void socket.resetAndDestroy()],
    ['does not respond in time', false, (socket: Socket) => void socket.resume()],
  ])('Redis %s: %s', async (_, expected, onConnection) => {
    expect(await redisResponds(await serve(onConnection))()).toBe(expected);
  });

  it('nothing listens: false', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await redisResponds(port)()).toBe(false);
  });
});
