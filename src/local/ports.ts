import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Listens on the loopback address and stops again. Answers with the port, or throws why it can't be had. */
async function tryPort(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return address.port;
}

export const freePort = (): Promise<number> => tryPort(0);

/** The port, or a free one for 0. Throws one line that says what to set when it can't be had. */
export async function claimPort(port: number, what: string, variable: string): Promise<number> {
  try {
    return await tryPort(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    const why = code === 'EADDRINUSE' ? 'is in use' : `can't be listened on (${String(code)})`;
    throw new PortError(`Port ${port} ${why}. To give ${what} another one: ${variable}=${port + 10} npm start`);
  }
}

/** A port that can't be had; the message is for people. */
export class PortError extends Error {}
