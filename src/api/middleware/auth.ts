import { createHash, timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../problems/table.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Pages and documents that a browser opens: it can send a key only as the password of HTTP basic. */
const browserPath = /^\/(admin\/queues|docs|openapi\.json|metrics)(\/|$)/;
const openPath = /^\/health(\/|$)/;

/**
 * Lets a request through when it carries one of the keys, as `Authorization: Bearer`, as `X-API-Key` or, where a browser has to
 * get in, as the password of HTTP basic. Basic stays out of all that changes anything: a browser would send it along with a form
 * on somebody else's page. Who sends wrong ones waits (wrong-keys.ts).
 *
 * `pathOf` gives the path without the base path.
 */
export function requireKey(
  apiKeys: readonly string[],
  pathOf: (path: string) => string,
  afterWrongKey: (address: string) => Promise<void>,
) {
  const digests = apiKeys.map(digest);

  // Digests are of one length and every key is compared, so that the time taken tells nothing.
  const isKey = (given: string): boolean => {
    const givenDigest = digest(given);
    return digests.reduce((found, one) => timingSafeEqual(one, givenDigest) || found, false);
  };

  return createMiddleware<ApiEnv>(async (c, next) => {
    const path = pathOf(c.req.path);
    if (openPath.test(path)) return next();
    const forBrowser = browserPath.test(path);
    const authorization = c.req.header('authorization') ?? '';
    const given = [
      c.req.header('x-api-key') ?? '',
      bearerToken(authorization),
      forBrowser ? basicPassword(authorization) : '',
    ].filter((key) => key !== '');
    if (given.some(isKey)) return next();
    if (given.length > 0) await afterWrongKey(c.env.incoming.socket.remoteAddress ?? '');
    throw new ApiError('unauthorized', 'Send an API key as Authorization: Bearer KEY or X-API-Key: KEY', {
      headers: { 'www-authenticate': forBrowser ? 'Basic realm="sagemaker-autodeploy", charset="UTF-8"' : 'Bearer' },
    });
  });
}

const bearerToken = (authorization: string): string => /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';

function basicPassword(authorization: string): string {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization)?.[1] ?? '';
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : '';
}
