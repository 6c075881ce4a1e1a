import { createHash, timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../problems/api-error.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Lets a request pass when it carries one of the keys, as `Authorization: Bearer` or as `X-API-Key`. The route's own `security`
 * (routes/security.ts) says where none is needed, and where a key is also taken as the password of HTTP basic: for pages alone, which
 * change nothing, because a browser would send it along with a form of another site. Callers that send wrong keys wait (wrong-keys.ts).
 */
export function requireKey(apiKeys: readonly string[], afterWrongKey: (address: string) => Promise<void>) {
  const digests = apiKeys.map(digest);

  // Digests have one length and every key is compared, so that the time taken reveals nothing.
  const isKey = (candidate: string): boolean => {
    const candidateDigest = digest(candidate);
    return digests.reduce((found, one) => timingSafeEqual(one, candidateDigest) || found, false);
  };

  return createMiddleware<ApiEnv>(async (c, next) => {
    const access = c.get('route')?.access ?? 'key';
    if (access === 'open') return next();
    const authorization = c.req.header('authorization') ?? '';
    const candidates = [
      c.req.header('x-api-key') ?? '',
      bearerToken(authorization),
      access === 'browser' ? basicPassword(authorization) : '',
    ].filter((key) => key !== '');
    if (candidates.some(isKey)) return next();
    if (candidates.length > 0) await afterWrongKey(c.env.incoming.socket.remoteAddress ?? '');
    throw new ApiError('unauthorized', 'Send an API key as Authorization: Bearer KEY or X-API-Key: KEY', {
      headers: { 'www-authenticate': access === 'browser' ? 'Basic realm="sagemaker-autodeploy", charset="UTF-8"' : 'Bearer' },
    });
  });
}

const bearerToken = (authorization: string): string => /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';

function basicPassword(authorization: string): string {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization)?.[1] ?? '';
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : '';
}
