import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect } from 'node:net';

const retryBudgetMs = 3000;

/** Whether the address answers a GET with 2xx. */
export const responses = (url: string) => async (): Promise<boolean> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(retryBudgetMs) });
  await response.arrayBuffer();
  return response.ok;
};

/** Whether a Redis on the loopback address answers PING; while it still loads its data it doesn't. */
export const redisResponds = (port: number) => async (): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(retryBudgetMs, () => socket.destroy());
  // Said again by `once`, unless the error comes after it.
  socket.on('error', () => {});
  socket.write('PING\r\n');
  try {
    const [response] = (await once(socket, 'data')) as [Buffer];
    return response.toString().startsWith('+PONG');
  } finally {
    socket.destroy();
  }
};

/** Whether the file was written since `sinceMs`, milliseconds since 1970: a worker's heartbeat. */
export const beats = (path: string, sinceMs: number) => (): Promise<boolean> =>
  Promise.resolve((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= sinceMs);
