import { once } from 'node:events';
import { createServer } from 'node:net';
import { codeOf, StartFault } from './start-error.ts';

/** Listens on the loopback address and stops again. @throws why the port is not available. */
async function tryPort(port: number): Promise<void> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

/**
 * A free TCP port of the loopback address, below the range of the local ports of outgoing connections (from 32768 on Linux, from 49152
 * elsewhere): no connection takes it before the caller listens, or while its program restarts.
 */
export async function freePort(): Promise<number> {
  for (let attempts = 0; ; attempts++) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      await tryPort(port);
      return port;
    } catch (error) {
      if (attempts === 100) throw error;
    }
  }
}

/** The port, or a free one for 0. @throws {StartFault} that names the variable to set, when the port is not available. */
export async function reservePort(port: number, what: string, variable: string): Promise<number> {
  if (port === 0) return await freePort();
  try {
    await tryPort(port);
    return port;
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'EADDRINUSE' ? 'is in use' : `can't be listened on (${code})`;
    throw new StartFault(`Port ${port} ${why}. To give ${what} another one: ${variable}=${port + 10} npm start`);
  }
}
