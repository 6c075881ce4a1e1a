import { createServer, type IncomingMessage, request as send } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import { listenOnLoopback } from './loopback.ts';

export interface ProxyOptions {
  /** Where a tunnel to `host:port` leads to: a port of this machine, or nowhere, with this status. */
  tunnel?: (target: string) => { port: number } | { status: number } | 'hang';
  /** The status of the response to a request that is not tunnelled, in place of forwarding it. */
  status?: number;
}

export interface Proxy {
  url: string;
  /** The requests that it received: `CONNECT host:port`, `POST http://host/…`, with their credentials. */
  requested: { what: string; authorization: string | null }[];
  /** The number of connections to it. */
  connections: () => number;
}

/** A forward proxy on the loopback address, as in a company's network: it forwards requests and opens tunnels. */
export async function startProxy({ tunnel = () => ({ status: 502 }), status }: ProxyOptions = {}): Promise<Proxy> {
  const requested: Proxy['requested'] = [];
  let connections = 0;
  const note = (request: IncomingMessage, what: string): void => {
    requested.push({ what, authorization: request.headers['proxy-authorization'] ?? null });
  };
  const sockets = new Set<Duplex>();
  const server = createServer((request, response) => {
    note(request, `${request.method} ${request.url}`);
    if (status !== undefined) return void response.writeHead(status).end('said by the proxy');
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const onward = send(request.url ?? '', { method: request.method, headers }, (upstream) => {
      response.writeHead(upstream.statusCode ?? 502, upstream.headers);
      upstream.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    note(request, `CONNECT ${request.url}`);
    client.on('error', () => {});
    const to = tunnel(request.url ?? '');
    if (to === 'hang') return;
    if ('status' in to) return void client.end(`HTTP/1.1 ${to.status} No\r\n\r\n`);
    const target = connect(to.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    sockets.add(target);
    target.on('error', () => client.destroy());
  });
  const port = await listenOnLoopback(server);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${port}`, requested, connections: () => connections };
}
