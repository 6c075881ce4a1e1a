import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Logger } from '../ports/logger.ts';
import type { ApiEnv } from './env.ts';
import { createLinger } from './middleware/linger.ts';
import { type ProblemCode, problemInstance, problems, problemType } from './problems/table.ts';

export interface ServerTimeouts {
  /** For all headers to be there, from the connection's start. */
  headersMs: number;
  /** For the whole request, its body included. */
  requestMs: number;
  /** Between two requests. Longer than a load balancer's (60 s at AWS), which would otherwise use connections that just closed. */
  keepAliveMs: number;
  /** How often the first two are checked. */
  checkEveryMs: number;
}

const defaultTimeouts: ServerTimeouts = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 75_000, checkEveryMs: 1000 };
const maxHeaderBytes = 16 * 1024;
const drainCheckMs = 50;

export interface RunningServer {
  url: string;
  /** Accepts no more connections, lets active requests finish for `graceMs`, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

/** Listens, hardened against slow and huge requests. Rejects when the address cannot be used. */
export async function startServer(
  app: Hono<ApiEnv>,
  address: { host: string; port: number },
  { log, basePath, timeouts = defaultTimeouts }: { log: Logger; basePath: string; timeouts?: ServerTimeouts },
): Promise<RunningServer> {
  const problemOf = (code: ProblemCode, requestId: string): string => briefProblem(code, requestId, basePath);
  const listening = Promise.withResolvers<void>();
  const listener = getRequestListener(app.fetch, {
    hostname: address.host,
    errorHandler: (error) => unroutedResponse(error, { log, problemOf }),
  });
  const linger = createLinger();
  const latest = new WeakMap<Socket, Exchange>();
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: timeouts.checkEveryMs,
    },
    (incoming, outgoing) => {
      latest.set(incoming.socket, { incoming, outgoing });
      linger(incoming, outgoing);
      void listener(incoming, outgoing);
    },
  );
  server.on('error', listening.reject);
  server.on('clientError', (error, socket: Socket) =>
    refuseUnparsed(error, socket, { log, problemOf, exchange: latest.get(socket) }),
  );
  server.listen(address.port, address.host, () => listening.resolve());
  await listening.promise;
  server.off('error', listening.reject);
  // Such as no file descriptors left: the process continues with the connections that it has.
  server.on('error', (error) => log.error({ event: 'http.connection_failed', err: error }, 'connection failed'));

  const { port, family, address: host } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`,
    close: (graceMs) => close(server, graceMs),
  };
}

function close(server: Server, graceMs: number): Promise<void> {
  const closed = Promise.withResolvers<void>();
  // A kept-alive connection turns idle only when its last response is sent: repeat until none is left.
  const drain = setInterval(() => server.closeIdleConnections(), drainCheckMs);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  server.close((error) => (error === undefined ? closed.resolve() : closed.reject(error)));
  return closed.promise.finally(() => {
    clearInterval(drain);
    clearTimeout(cut);
  });
}

/** A request without a valid address (a backslash, an odd Host) never reaches the app. */
function unroutedResponse(error: unknown, { log, problemOf }: Refusing): Response {
  const isRefused = error instanceof RequestError;
  const code = isRefused ? 'bad_request' : 'internal_error';
  const { status } = problems[code];
  const id = randomUUID();
  if (isRefused) log.info({ event: 'http.request', request_id: id, status, reason: error.message }, 'request');
  else log.error({ event: 'http.request_failed', request_id: id, err: error }, 'request failed');
  return new Response(problemOf(code, id), {
    status,
    headers: { 'content-type': contentType, 'cache-control': 'no-store', 'x-request-id': id },
  });
}

const contentType = 'application/problem+json';

/** A problem of a request that does not reach the app, so that nothing but its code is known. */
function briefProblem(code: ProblemCode, requestId: string, basePath: string): string {
  const { status, title } = problems[code];
  const [type, instance] = [problemType(code, basePath), problemInstance(requestId)];
  return JSON.stringify({ type, title, status, detail: title, instance, code, request_id: requestId });
}

interface Refusing {
  log: Logger;
  problemOf: (code: ProblemCode, requestId: string) => string;
}

/** The last request of a connection that has reached the app. */
interface Exchange {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

/** Node's parser refuses it before it is a request; the response is a problem all the same. */
function refuseUnparsed(
  error: NodeJS.ErrnoException,
  socket: Socket,
  { log, problemOf, exchange }: Refusing & { exchange: Exchange | undefined },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (exchange?.outgoing.headersSent && !exchange.outgoing.writableFinished) {
    // Another response within this one, or behind it, would be no answer to anything.
    socket.end();
    return;
  }
  const code = codeOfParser[error.code ?? ''] ?? 'bad_request';
  const { status } = problems[code];
  const id = randomUUID();
  // Where its body is broken, the app has the request, and logs it.
  const isLogged = exchange?.incoming.complete === false;
  // A connection that was opened ahead and never used ends as a time-out, too: that is no request.
  const isUnused = socket.bytesRead === 0;
  log[isLogged || isUnused ? 'debug' : 'info']({ event: 'http.request', request_id: id, status, reason: error.code }, 'request');
  const body = problemOf(code, id);
  const headers = [
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${id}`,
    'Connection: close',
  ];
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
}

const codeOfParser: Partial<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};
