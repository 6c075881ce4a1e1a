import { createHash, timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from './env.ts';
import { Problem } from './problems.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Pages and documents that a browser opens: it can send a key only as the password of HTTP basic. */
const browserPath = /^\/(admin\/queues|docs|openapi\.json|metrics)(\/|$)/;
const openPath = /^\/health(\/|$)/;

/**
 * Lets a request through when it carries one of the keys, as `Authorization: Bearer`, as `X-API-Key` or, where a browser has to
 * get in, as the password of HTTP basic. Basic stays out of all that changes anything: a browser would send it along with a form
 * on somebody else's page. With no keys everything is open.
 *
 * `pathOf` gives the path without the base path.
 */
export function requireKey(apiKeys: readonly string[], pathOf: (path: string) => string) {
  const digests = apiKeys.map(digest);

  // Digests are of one length and every key is compared, so that the time taken tells nothing.
  const isKey = (given: string): boolean => {
    const givenDigest = digest(given);
    return digests.reduce((found, one) => timingSafeEqual(one, givenDigest) || found, false);
  };

  return createMiddleware<ApiEnv>(async (c, next) => {
    const path = pathOf(c.req.path);
    if (digests.length === 0 || openPath.test(path)) return next();
    const forBrowser = browserPath.test(path);
    const authorization = c.req.header('authorization') ?? '';
    const given = [c.req.header('x-api-key'), bearerToken(authorization), forBrowser ? basicPassword(authorization) : undefined];
    if (given.some((key) => key !== undefined && isKey(key))) return next();
    throw new Problem('unauthorized', 'Send an API key as Authorization: Bearer KEY or X-API-Key: KEY', {
      headers: { 'www-authenticate': forBrowser ? 'Basic realm="sagemaker-autodeploy", charset="UTF-8"' : 'Bearer' },
    });
  });
}

const bearerToken = (authorization: string): string | undefined => /^Bearer +(\S+) *$/i.exec(authorization)?.[1];

function basicPassword(authorization: string): string | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined;
}
