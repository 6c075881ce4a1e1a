import { createServer, type IncomingMessage, type Server } from 'node:http';
import { handleControl } from '../control/handle-control.ts';
import type { SimulatorContext } from '../context.ts';
import { handleAws } from './aws-endpoint.ts';

const largestBody = 4 * 1024 * 1024;
/** Longer than SageMaker's runtime accepts, which is who refuses it. */
const largestInvocation = 8 * 1024 * 1024;

/** The HTTP side: `/_control/…`, and everything else to the one address of SageMaker and its companions. Plain node:http, because a bench drives it. */
export function serve(context: SimulatorContext): Server {
  const server = createServer((request, response) => {
    // Only web pages send this header, and no page may use a simulator that has no authentication.
    if (request.headers.origin !== undefined) {
      response.writeHead(403, { connection: 'close' }).end();
      return;
    }
    const isInvocation = request.url?.startsWith('/endpoints/') ?? false;
    readText(request, isInvocation ? largestInvocation : largestBody).then(
      (text) => {
        if (text === null) {
          response.writeHead(413).end();
        } else if (request.url?.startsWith('/_control/')) {
          handleControl(context, request, text, response);
        } else {
          const path = new URL(request.url ?? '/', 'http://simulator').pathname;
          void handleAws(context, { path, headers: request.headers, text }, response);
        }
      },
      // The client closed the connection while it was sending.
      () => response.destroy(),
    );
  });
  // Longer than any client keeps an idle connection, so that no request meets a closing one.
  server.keepAliveTimeout = 120_000;
  return server;
}

/** null when it is too long. */
async function readText(request: IncomingMessage, longest: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longest) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
