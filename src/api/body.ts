import { createMiddleware } from 'hono/factory';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import type { ApiContext, ApiEnv } from './env.ts';
import { faultsOf } from './faults.ts';
import { invalidRequest, Problem } from './problems.ts';

const maxBodyBytes = 256 * 1024;

const tooLarge = (): never => {
  throw new Problem('payload_too_large', `The body must be at most ${maxBodyBytes} bytes long`);
};

const limitUndeclared = bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge });

/** At most 256 KiB. A declared length is judged before anything is read; a body without one (chunked) while it is read. */
export const limitBody = createMiddleware<ApiEnv>(async (c, next) => {
  const declared = c.req.header('content-length');
  if (c.req.header('transfer-encoding') !== undefined) {
    await limitUndeclared(c, async () => {}).catch(refuseUnread);
    return next();
  }
  if (Number(declared ?? 0) > maxBodyBytes) tooLarge();
  return next();
});

const jsonContentType = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/**
 * The JSON body of the request, checked; `{}` when there is none. Not left to zod-openapi, which answers 400 to an empty body that
 * is declared as JSON, and takes one of any other type for none.
 */
export async function readJsonBody<T extends z.ZodType>(c: ApiContext, schema: T): Promise<z.infer<T>> {
  const text = await c.req.text().catch(refuseUnread);
  const body = text.trim() === '' ? {} : parseJson(text, c.req.header('content-type'));
  const result = schema.safeParse(body);
  if (!result.success) throw invalidRequest(faultsOf(result.error, 'body'));
  return result.data;
}

function parseJson(text: string, contentType: string | undefined): unknown {
  if (!jsonContentType.test(contentType ?? '')) {
    throw new Problem('unsupported_media_type', 'Send the body as JSON, with Content-Type: application/json');
  }
  const body = parseOrRefuse(text);
  // zod leaves this key out of records without a word. As it stands in the text, or with escapes in it.
  if (/__proto__|\\u/i.test(text) && hasKey(text, '__proto__')) {
    throw invalidRequest([{ field: '__proto__', detail: 'is not a known field' }]);
  }
  return body;
}

function parseOrRefuse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidRequest([{ field: 'body', detail: `is not JSON: ${error instanceof Error ? error.message : String(error)}` }]);
  }
}

/** Anywhere in the JSON. */
function hasKey(text: string, wanted: string): boolean {
  let found = false;
  JSON.parse(text, (key, value: unknown) => {
    found ||= key === wanted;
    return value;
  });
  return found;
}

/** A client that goes away halfway is no fault of ours. */
function refuseUnread(cause: unknown): never {
  throw cause instanceof Problem ? cause : new Problem('bad_request', 'The body ended early', { cause });
}
