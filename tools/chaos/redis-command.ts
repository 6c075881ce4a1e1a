import { connect } from 'node:net';

const responseTimeoutMs = 10_000;

/**
 * Sends a command to Redis, past every proxy.
 *
 * @throws when Redis does not return OK, ends before it responds, as when another fault kills it, or does not respond within 10 s.
 */
export function redisCommand(port: number, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new Error(`${command}: ${reason}`));
    };
    socket.setTimeout(responseTimeoutMs, () => fail('no response'));
    socket.once('error', ({ message }) => fail(message));
    socket.once('close', () => fail('the connection ended before the response'));
    socket.once('data', (response: Buffer) => {
      if (!response.toString().startsWith('+OK')) return fail(response.toString().trim());
      resolve();
      socket.destroy();
    });
    socket.write(`${command}\r\n`);
  });
}
