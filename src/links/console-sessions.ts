import { createHmac, timingSafeEqual } from 'node:crypto';
import { sign, verify } from 'hono/jwt';
import { type ConsoleSessions, type SessionKey, sessionMs } from '../ports/console-sessions.ts';
import { importSigningKey } from './signing-key.ts';

/** Another one in the token's header is refused, `none` included (RFC 8725, section 3.1). */
const alg = 'HS256';
/** What tells these tokens from those of approval links, which the same key signs (RFC 8725, section 3.9). */
const aud = 'console session';

/** Longer ones are not read. */
const maxTokenLength = 1024;
const tokenForm = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Sessions as JSON Web Tokens (RFC 7519) that name a key and hold a keyed digest of it: a key that was removed, or replaced under the same
 * name, ends its sessions, and a stolen token gives no way to try keys against. The time is compared here, by the service's clock.
 */
export function createConsoleSessions(signingKey: string): ConsoleSessions {
  const imported = importSigningKey(signingKey);
  const digestOf = ({ name, key }: SessionKey): string =>
    createHmac('sha256', signingKey)
      .update(JSON.stringify([aud, name, key]))
      .digest('base64url');
  return {
    sign: async (key, now) =>
      sign({ aud, sub: key.name, key: digestOf(key), exp: Math.floor((now + sessionMs) / 1000) }, await imported, alg),

    async resume(token, keys, now) {
      if (token.length > maxTokenLength || !tokenForm.test(token)) return null;
      try {
        const { sub, key, exp } = await verify(token, await imported, { alg, aud, exp: false });
        if (typeof exp !== 'number' || now >= exp * 1000 || typeof key !== 'string') return null;
        const found = keys.find(({ name }) => name === sub);
        return found !== undefined && isSame(digestOf(found), key) ? found : null;
      } catch {
        return null;
      }
    },
  };
}

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
