import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisCommand } from '../../tools/chaos/redis-command.ts';

async function serve(onData: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {}).once('data', () => onData(socket)));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

describe('redisCommand', () => {
  it('resolves with OK', async () => {
    await expect(redisCommand(await serve((socket) => socket.write('+OK\r\n')), 'FLUSHALL')).resolves.toBeUndefined();
  });

  it('rejects with the text of a refusal', async () => {
    const port = await serve((socket) => socket.write('-READONLY You can not write\r\n'));
    await expect(redisCommand(port, 'FLUSHALL')).rejects.toThrow('FLUSHALL: -READONLY You can not write');
  });

  it.each([
    ['ends the connection', (socket: Socket) => void socket.end()],
    ['is killed', (socket: Socket) => void socket.resetAndDestroy()],
  ])('rejects when Redis %s before it responds', async (_, onData) => {
    await expect(redisCommand(await serve(onData), 'FLUSHALL')).rejects.toThrow(/^FLUSHALL: /);
  });
});
