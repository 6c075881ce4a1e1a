import { createServer, type IncomingMessage, type Server } from 'node:http';
import { answerControl } from '../control/answer-control.ts';
import type { World } from '../world.ts';
import { answerAws } from './aws-endpoint.ts';

const largestBody = 4 * 1024 * 1024;

/** The HTTP side: `/_control/…`, and everything else to SageMaker's one address. Plain node:http, because a bench drives it. */
export function serve(world: World): Server {
  const server = createServer((request, response) => {
    // Only web pages send this: whatever they are, they have no business with a stand-in that anybody may steer.
    if (request.headers.origin !== undefined) {
      response.writeHead(403, { connection: 'close' }).end();
      return;
    }
    readText(request).then(
      (text) => {
        if (text === null) {
          response.writeHead(413).end();
        } else if (request.url?.startsWith('/_control/')) {
          answerControl(world, request, text, response);
        } else {
          void answerAws(world, request, text, response);
        }
      },
      // The client went away while it was still sending: nobody is left to answer.
      () => response.destroy(),
    );
  });
  // Longer than any client keeps an idle connection, so that no request meets a closing one.
  server.keepAliveTimeout = 120_000;
  return server;
}

/** null when it is too long. */
async function readText(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largestBody) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
