import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Logger } from '../ports/logger.ts';
import type { ApiEnv } from './env.ts';
import { createLinger } from './middleware/linger.ts';

export interface ServerTimeouts {
  /** For all headers to be there, from the connection's start. */
  headersMs: number;
  /** For the whole request, its body included. */
  requestMs: number;
  /** Between two requests. Longer than a load balancer's (60 s at AWS), or it sends requests into connections that we just closed. */
  keepAliveMs: number;
  /** How often the first two are looked at. */
  checkEveryMs: number;
}

const defaultTimeouts: ServerTimeouts = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 75_000, checkEveryMs: 1000 };
const maxHeaderBytes = 16 * 1024;
const drainCheckMs = 50;

export interface RunningServer {
  url: string;
  /** Takes no more connections, lets requests in hand finish for `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** Listens, hardened against slow and huge requests. Rejects when it can't listen. */
export async function startServer(
  app: Hono<ApiEnv>,
  address: { host: string; port: number },
  { log, timeouts = defaultTimeouts }: { log: Logger; timeouts?: ServerTimeouts },
): Promise<RunningServer> {
  const listening = Promise.withResolvers<void>();
  const listener = getRequestListener(app.fetch, {
    hostname: address.host,
    errorHandler: (error) => unroutedResponse(error, log),
  });
  const linger = createLinger();
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: timeouts.checkEveryMs,
    },
    (incoming, outgoing) => {
      linger(incoming, outgoing);
      void listener(incoming, outgoing);
    },
  );
  server.on('error', listening.reject);
  server.on('clientError', refuseBrokenRequest);
  server.listen(address.port, address.host, () => listening.resolve());
  await listening.promise;
  server.off('error', listening.reject);
  // Such as no descriptors left for a connection: the process goes on with those that it has.
  server.on('error', (error) => log.error({ err: error }, 'a connection could not be accepted'));

  const { port, family, address: host } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`,
    close: (graceMs) => close(server, graceMs),
  };
}

function close(server: Server, graceMs: number): Promise<void> {
  const closed = Promise.withResolvers<void>();
  // A kept-alive connection turns idle only when its last answer is out: look again until none is left.
  const drain = setInterval(() => server.closeIdleConnections(), drainCheckMs);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  server.close((error) => (error === undefined ? closed.resolve() : closed.reject(error)));
  return closed.promise.finally(() => {
    clearInterval(drain);
    clearTimeout(cut);
  });
}

/** What has no address that a route could be looked up by (a backslash, an odd Host) never reaches the app. */
function unroutedResponse(error: unknown, log: Logger): Response {
  const isRefused = error instanceof RequestError;
  if (!isRefused) log.error({ err: error }, 'request failed');
  const [status, code] = isRefused ? [400, 'bad_request'] : [500, 'internal_error'];
  const [, body] = problemText(status, code);
  return new Response(body, { status, headers: { 'content-type': problemType, 'cache-control': 'no-store' } });
}

const problemType = 'application/problem+json';

function problemText(status: number, code: string): [title: string, body: string] {
  const title = STATUS_CODES[status] ?? 'Bad Request';
  return [title, JSON.stringify({ type: `urn:sagemaker-autodeploy:problem:${code}`, title, status, detail: title, code })];
}

/** What Node's parser refuses never becomes a request; its answer is a problem all the same. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code] = brokenRequest(error.code);
  const [title, body] = problemText(status, code);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${problemType}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function brokenRequest(errorCode: string | undefined): [status: number, code: string] {
  switch (errorCode) {
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'headers_too_large'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'request_timeout'];
    default:
      return [400, 'bad_request'];
  }
}
