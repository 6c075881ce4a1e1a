import { createMiddleware } from 'hono/factory';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { ApiContext, ApiEnv } from '../env.ts';
import { toFieldIssues } from '../problems/validation-issues.ts';
import { invalidRequest, ApiError } from '../problems/table.ts';
import { oddities } from './strict-json.ts';

const maxBodyBytes = 256 * 1024;

const tooLarge = (): ApiError => new ApiError('payload_too_large', `The body must be at most ${maxBodyBytes} bytes long`);

/**
 * Reads the body: at most 256 KiB. A declared length is judged before anything is read; a body without one (chunked) while it is
 * read. What is left of it then is read away in passing (linger.ts).
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
  // A client that goes away halfway is no fault of ours.
  const onBreak = (cause?: unknown): void => reject(new ApiError('bad_request', 'The body ended early', { cause }));
  incoming.on('data', onData).once('end', onEnd).once('error', onBreak).once('close', onBreak);
  return promise.finally(() => {
    incoming.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
    incoming.on('error', () => {});
  });
}

const jsonContentType = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

interface ReadOptions {
  /** Numbers and texts may be anything: of a sender who has no better ones. */
  anyValues?: boolean;
}

/**
 * The JSON body of the request, checked; `{}` when there is none. Not left to zod-openapi, which answers 400 to an empty body that
 * is declared as JSON, and takes one of any other type for none. What the caller can't have meant is refused, never guessed: bytes that
 * are no UTF-8, keys that are given twice, numbers that lose digits.
 */
export async function readJsonBody<T extends z.ZodType>(
  c: ApiContext,
  schema: T,
  options: ReadOptions = {},
): Promise<z.infer<T>> {
  const bytes = c.get('body') ?? Buffer.alloc(0);
  const body = /^[ \t\r\n]*$/.test(bytes.toString('latin1')) ? {} : parseJson(bytes, c, options);
  const result = await schema.safeParseAsync(body);
  if (!result.success) throw invalidRequest(toFieldIssues(result.error, 'body'));
  return result.data;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw cause instanceof TypeError ? bodyFault('is not valid UTF-8') : cause;
  }
}

function parseJson(bytes: Buffer, c: ApiContext, { anyValues = false }: ReadOptions): unknown {
  const type = c.req.header('content-type') ?? '';
  const [, encoding = 'utf-8'] = charset.exec(type) ?? [];
  const packing = c.req.header('content-encoding') ?? 'identity';
  if (!jsonContentType.test(type) || !/^(utf-?8|us-ascii)$/i.test(encoding) || packing !== 'identity') {
    throw new ApiError(
      'unsupported_media_type',
      'Send the body as JSON in UTF-8, with Content-Type: application/json and without Content-Encoding',
    );
  }
  const text = textOf(bytes);
  const body = parseOrRefuse(text);
  const faults = oddities(text, { onlyKeys: anyValues });
  if (faults.length > 0) throw invalidRequest(faults);
  return body;
}

function parseOrRefuse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bodyFault(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const bodyFault = (detail: string): ApiError => invalidRequest([{ field: 'body', detail }]);

const nothing = z.strictObject({}, 'must be empty: what is chosen here is a query parameter');

/** For routes that take no body: one that says something is refused, since it would say it in vain. */
export const refuseBody = async (c: ApiContext): Promise<void> => void (await readJsonBody(c, nothing));
