import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { listenOnLoopback } from '../../tools/testkit/loopback.ts';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
}

/** A receiver of notifications on the loopback address; `respond` gets each request once it is complete. */
export async function startReceiver(
  respond: (response: ServerResponse, request: Received, index: number) => void = (response) => void response.end('ok'),
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body };
      received.push(one);
      respond(response, one, received.length - 1);
    });
    request.on('error', () => {});
  });
  const port = await listenOnLoopback(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}`, received };
}

export const idsOf = ({ received }: Receiver): (string | undefined)[] =>
  received.map(({ headers }) => headers['webhook-id'] as string | undefined);
