import { hkdfSync } from 'node:crypto';

const context = 'sagemaker-autodeploy: links, version 1';

/**
 * The key that signs links where LINK_SIGNING_KEY is not set: HKDF-SHA256 (RFC 5869) of all API keys, so that every process with the same
 * API_KEYS has the same, and a key of 16 random characters cannot be found out from it. Their order makes no difference.
 *
 * Without any keys it is a public value. An API without keys serves this machine alone and lets every caller approve (core/access/role.ts),
 * so that a link which every caller can make opens nothing that is not open. An API with keys has another value, and refuses such links.
 */
export function deriveLinkSigningKey(apiKeys: readonly string[]): string {
  return Buffer.from(hkdfSync('sha256', JSON.stringify(apiKeys.toSorted()), '', context, 32)).toString('base64url');
}
