import { sign, verify } from 'hono/jwt';
import { importSigningKey } from './signing-key.ts';
import type { ApprovalLink, ApprovalLinks, VerifiedLink } from '../ports/approval-links.ts';

/** Another one in the token's header is refused, `none` included (RFC 8725, section 3.1). */
const alg = 'HS256';
/** What tells these tokens from others that the same key may sign (RFC 8725, section 3.9). */
const aud = 'approval';

/** Longer ones are not read. */
const maxTokenLength = 1024;
const tokenForm = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Approval links as JSON Web Tokens (RFC 7519). WebCrypto's HMAC compares the signature in constant time. The time is compared here, after
 * the signature: hono compares it before, so that a forged token would count as expired, and by this host's clock.
 */
export function createApprovalLinks(signingKey: string): ApprovalLinks {
  const key = importSigningKey(signingKey);
  return {
    // The row of the deployment has the exact instant; the token, in whole seconds, is never over before it.
    sign: async ({ deploymentId, content, expiresAt }) =>
      sign({ aud, sub: deploymentId, content, exp: Math.ceil(expiresAt / 1000) }, await key, alg),

    async verify(token, now): Promise<VerifiedLink> {
      if (token.length > maxTokenLength || !tokenForm.test(token)) return { kind: 'invalid' };
      try {
        const link = toLink(await verify(token, await key, { alg, aud, exp: false }));
        if (link === null) return { kind: 'invalid' };
        return { kind: now < link.expiresAt ? 'valid' : 'expired', link };
      } catch {
        return { kind: 'invalid' };
      }
    },
  };
}

function toLink({ sub, content, exp }: Record<string, unknown>): ApprovalLink | null {
  if (typeof sub !== 'string' || typeof content !== 'string' || typeof exp !== 'number' || !Number.isSafeInteger(exp))
    return null;
  return { deploymentId: sub, content, expiresAt: exp * 1000 };
}
