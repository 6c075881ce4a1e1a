import { createHash, timingSafeEqual } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { ApiKey } from '../../config/config.ts';
import { type Caller, includesRole } from '../../core/access/role.ts';
import { logContext } from '../../observability/logger.ts';
import type { ApiEnv } from '../env.ts';
import { ApiError } from '../problems/api-error.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Lets a request pass when it carries one of the keys, as `Authorization: Bearer` or as `X-API-Key`, and the key's role is that of the
 * route or a greater one. The route's own `security` (routes/security.ts) says where none is needed, which role is, and where a key is also
 * taken as the password of HTTP basic: for pages alone, which change nothing, because a browser would send it along with a form of another
 * site. Callers that send wrong keys wait (wrong-keys.ts). Handlers, and the log lines that a request causes, know the caller.
 */
export function requireKey(apiKeys: readonly ApiKey[], afterWrongKey: (address: string) => Promise<void>) {
  const callers = apiKeys.map(({ key, name, role }) => ({ digest: digest(key), caller: { name, role } }));

  // Digests have one length and every key is compared, so that the time taken reveals nothing.
  const callerWith = (candidate: string): (Caller & { name: string }) | null => {
    const candidateDigest = digest(candidate);
    return callers.reduce<(Caller & { name: string }) | null>(
      (found, one) => (timingSafeEqual(one.digest, candidateDigest) ? one.caller : found),
      null,
    );
  };

  return createMiddleware<ApiEnv>(async (c, next) => {
    const { access, role } = c.get('access');
    if (access === 'open') return next();
    const authorization = c.req.header('authorization') ?? '';
    const candidates = [
      c.req.header('x-api-key') ?? '',
      bearerToken(authorization),
      access === 'browser' ? basicPassword(authorization) : '',
    ].filter((key) => key !== '');
    const caller = candidates.map(callerWith).find((found) => found !== null);
    if (caller != null) {
      c.set('caller', caller);
      return logContext.run({ ...logContext.getStore(), caller: caller.name }, async () => {
        if (!includesRole(caller.role, role)) {
          throw new ApiError(
            'forbidden',
            `The key ${caller.name} has the role ${caller.role}; this request needs the role ${role}`,
          );
        }
        await next();
      });
    }
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
