import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect } from 'node:net';

const responseTimeoutMs = 3000;

/** Whether the address returns 2xx to a GET. */
export const isHttpReady = (url: string) => async (): Promise<boolean> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(responseTimeoutMs) });
  await response.arrayBuffer();
  return response.ok;
};

/** Whether a Redis on the loopback address responds to PING, which it does not while it loads its data. */
export const redisResponds = (port: number) => async (): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(responseTimeoutMs, () => socket.destroy());
  // `once` rejects with the error, unless it comes later.
  socket.on('error', () => {});
  socket.write('PING\r\n');
  try {
    const [response] = (await once(socket, 'data')) as [Buffer];
    return response.toString().startsWith('+PONG');
  } finally {
    socket.destroy();
  }
};

/** Whether the file, a worker's heartbeat, was written since `sinceMs`, milliseconds since 1970. */
export const hasFreshHeartbeat = (path: string, sinceMs: number) => (): Promise<boolean> =>
  Promise.resolve((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= sinceMs);
