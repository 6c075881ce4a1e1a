/** OpenAPI's `security` of a route says who reaches it. The document shows it, and middleware/auth.ts enforces it. */

export const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  basic: { type: 'http', scheme: 'basic', description: 'An API key as the password, with any user name' },
} as const;

/** The names of schemes, each with its scopes, of which these have none. */
type Requirement = Record<string, string[]>;

/** Of every route that does not say otherwise. */
export const needsKey: Requirement[] = [{ bearer: [] }, { apiKey: [] }];

/** What a person opens in a browser, which can send a key only as the password of HTTP basic. Holds for what lies beneath it too. */
export const opensInBrowser: Requirement[] = [...needsKey, { basic: [] }];

export const needsNoKey: Requirement[] = [];

/** `key`: programs, by a header. `browser`: also by HTTP basic. `open`: every caller. */
export type Access = 'key' | 'browser' | 'open';

export function accessBy(security: readonly Requirement[] | undefined): Access {
  if (security === undefined) return 'key';
  if (security.length === 0) return 'open';
  return security.some((requirement) => 'basic' in requirement) ? 'browser' : 'key';
}
