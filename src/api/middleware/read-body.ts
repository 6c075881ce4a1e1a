import { createMiddleware } from 'hono/factory';
import type { IncomingMessage } from 'node:http';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../problems/api-error.ts';

const maxBodyBytes = 256 * 1024;

const tooLarge = (): ApiError => new ApiError('payload_too_large', `The body must be at most ${maxBodyBytes} bytes long`);

/**
 * Reads the body: at most 256 KiB. A declared length is refused before a byte is read; a body without one (chunked) while it is
 * read. The rest of a refused body is read and dropped (linger.ts).
 *
 * Not hono's `bodyLimit` (measured with hono 4.13.19): it keeps the reader of a chunked body that it refuses, so that the rest cannot
 * be dropped, and a client that still sends waits for 2 s and loses the connection; it lets a GET pass that declares a huge body; and its
 * web streams take twice the resident memory.
 */
export const readBody = createMiddleware<ApiEnv>(async (c, next) => {
  const { incoming } = c.env;
  if (Number(incoming.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') c.set('body', await bytesOf(incoming));
  return next();
});

function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    chunks.push(chunk);
    if (length > maxBodyBytes) reject(tooLarge());
  };
  const onEnd = (): void => resolve(Buffer.concat(chunks, length));
  // A client that closes the connection halfway is no error of this service.
  const onBreak = (cause?: unknown): void => reject(new ApiError('bad_request', 'The body ended early', { cause }));
  incoming.on('data', onData).once('end', onEnd).once('error', onBreak).once('close', onBreak);
  return promise.finally(() => {
    incoming.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
    incoming.on('error', () => {});
  });
}
