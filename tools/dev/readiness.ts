import { statSync } from 'node:fs';
import { connect } from 'node:net';

const responseTimeoutMs = 3000;

/** Whether the address returns 2xx to a GET. */
export const isHttpReady = (url: string) => async (): Promise<boolean> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(responseTimeoutMs) });
  await response.arrayBuffer();
  return response.ok;
};

/** Whether a Redis on the loopback address responds to PING, which it does not while it loads its data. Never throws. */
export const redisResponds = (port: number) => (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(responseTimeoutMs, () => socket.destroy());
    socket.on('error', () => {});
    // Also where Redis ends, or the time is over, before a response.
    socket.once('close', () => resolve(false));
    socket.once('data', (response: Buffer) => {
      resolve(response.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.write('PING\r\n');
  });

/** Whether the file, a worker's heartbeat, was written since `sinceMs`, milliseconds since 1970. */
export const hasFreshHeartbeat = (path: string, sinceMs: number) => (): Promise<boolean> =>
  Promise.resolve((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= sinceMs);
