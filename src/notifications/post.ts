import { type Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';

export interface Post {
  url: URL;
  headers: Record<string, string>;
  body: string;
  agent: HttpAgent | HttpsAgent;
  lookup: LookupFunction;
  /** Ends the request, and what is still read of its response. */
  signal: AbortSignal;
}

export interface Responded {
  status: number;
  retryAfter: string | undefined;
}

/** What is read of a response, so that the receiver can end it; it is dropped. */
const maxResponseBytes = 64 * 1024;

/** Sends one POST; follows no redirect. Rejects where no response comes. */
export async function post({ url, headers, body, agent, lookup, signal }: Post): Promise<Responded> {
  const { promise, resolve, reject } = Promise.withResolvers<Responded>();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const options = { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent, lookup, signal };
  const request = send(url, options, (response) => {
    resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
    drop(response);
  });
  // Also after the response, when the receiver resets the connection.
  request.on('error', reject);
  request.end(body);
  return promise;
}

function drop(response: IncomingMessage): void {
  let bytes = 0;
  response.on('error', () => {});
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxResponseBytes) response.destroy();
  });
}
