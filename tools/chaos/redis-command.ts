import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends a command to Redis, past every proxy. @throws when Redis does not return OK. */
export async function redisCommand(port: number, command: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [response] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  if (!response.toString().startsWith('+OK')) throw new Error(`${command}: ${response.toString()}`);
}
