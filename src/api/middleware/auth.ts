import { createHash, timingSafeEqual } from 'node:crypto';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import type { ApiKey } from '../../config/config.ts';
import { type Caller, includesRole } from '../../core/access/role.ts';
import { logContext } from '../../observability/logger.ts';
import { sessionCookie } from '../../ports/console-sessions.ts';
import type { ApiContext, ApiEnv } from '../env.ts';
import { ApiError } from '../problems/api-error.ts';

/** Returns the one of the keys that is the same as the candidate; null for another one. */
export type FindKey = (candidate: string) => ApiKey | null;

/** Digests have one length and every key is compared, so that the time taken reveals nothing. */
export function createKeyFinder(apiKeys: readonly ApiKey[]): FindKey {
  const known = apiKeys.map((one) => ({ digest: digest(one.key), one }));
  return (candidate) => {
    const candidateDigest = digest(candidate);
    return known.reduce<ApiKey | null>(
      (found, { digest: own, one }) => (timingSafeEqual(own, candidateDigest) ? one : found),
      null,
    );
  };
}

interface KeyCheck {
  findKey: FindKey;
  /** Resolves when the response to a wrong key may be sent. */
  afterWrongKey: (address: string) => Promise<void>;
  /** The key that a session of the console was opened with; null where there is no session. */
  resume: (token: string) => Promise<ApiKey | null>;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Lets a request pass when it carries one of the keys, as `Authorization: Bearer` or as `X-API-Key`, and the key's role is that of the
 * route or a greater one. The route's own `security` (routes/security.ts) says where none is needed, which role is, and where a key is also
 * taken as the password of HTTP basic: for pages alone, which change nothing, because a browser would send it along with a form of another
 * site. The console alone takes the cookie of a session, and lets those pass who have none. Callers that send wrong keys wait
 * (wrong-keys.ts). Handlers, and the log lines that a request causes, know the caller.
 */
export function requireKey({ findKey, afterWrongKey, resume }: KeyCheck) {
  const asCaller = (c: ApiContext, { name, role }: ApiKey, run: () => Promise<void>): Promise<void> => {
    c.set('caller', { name, role } satisfies Caller);
    return logContext.run({ ...logContext.getStore(), caller: name }, run);
  };

  return createMiddleware<ApiEnv>(async (c, next) => {
    const { access, role } = c.get('access');
    if (access === 'open') return next();
    if (access === 'console') {
      const key = await resume(getCookie(c, sessionCookie) ?? '');
      return key === null ? next() : asCaller(c, key, next);
    }
    const authorization = c.req.header('authorization') ?? '';
    const candidates = [
      c.req.header('x-api-key') ?? '',
      bearerToken(authorization),
      access === 'browser' ? basicPassword(authorization) : '',
    ].filter((key) => key !== '');
    const key = candidates.map(findKey).find((found) => found !== null);
    if (key != null) {
      return asCaller(c, key, async () => {
        if (!includesRole(key.role, role)) {
          throw new ApiError('forbidden', `The key ${key.name} has the role ${key.role}; this request needs the role ${role}`, {
            headers: { 'www-authenticate': `${bearerChallenge}, error="insufficient_scope", scope="${role}"` },
          });
        }
        await next();
      });
    }
    if (candidates.length > 0) await afterWrongKey(c.env.incoming.socket.remoteAddress ?? '');
    const isWrong = candidates.length > 0;
    const challenge = isWrong ? `${bearerChallenge}, error="invalid_token"` : bearerChallenge;
    throw new ApiError(
      'unauthorized',
      isWrong ? 'The API key is not one of this service' : 'Send an API key as Authorization: Bearer KEY or X-API-Key: KEY',
      { headers: { 'www-authenticate': access === 'browser' ? basicChallenge : challenge } },
    );
  });
}

const realm = 'realm="sagemaker-autodeploy"';
/** As RFC 6750, section 3, has it. */
const bearerChallenge = `Bearer ${realm}`;
const basicChallenge = `Basic ${realm}, charset="UTF-8"`;

const bearerToken = (authorization: string): string => /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';

function basicPassword(authorization: string): string {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization)?.[1] ?? '';
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : '';
}
