import { createHash } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../env.ts';

/**
 * Gives each JSON response to a GET an entity tag, and returns 304 without a body to a client that has the same one (RFC 9110, section
 * 13.1.2). The tag is a digest of the body: whatever in it changes, changes the tag. The client may keep the response, and has to ask
 * whether it is current each time.
 */
export const entityTag = createMiddleware<ApiEnv>(async (c, next) => {
  await next();
  const { res } = c;
  if (res.status !== 200 || (c.req.method !== 'GET' && c.req.method !== 'HEAD') || c.get('route')?.access !== 'key') return;
  if (!res.headers.get('content-type')?.startsWith('application/json')) return;
  const body = await res.text();
  const tag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const headers = new Headers(res.headers);
  headers.set('etag', tag);
  headers.set('cache-control', 'private, no-cache');
  const isKnown = matches(c.req.header('if-none-match'), tag);
  if (isKnown) for (const name of ['content-type', 'content-length']) headers.delete(name);
  // The former response would add its headers to those of the new one.
  c.res = undefined;
  c.res = isKnown ? new Response(null, { status: 304, headers }) : new Response(body, { status: 200, headers });
});

/** By weak comparison. */
function matches(wanted: string | undefined, tag: string): boolean {
  if (wanted === undefined) return false;
  const opaque = (one: string): string => one.trim().replace(/^W\//, '');
  return wanted.trim() === '*' || wanted.split(',').some((one) => opaque(one) === opaque(tag));
}
