/**
 * OpenAPI's `security` of a route says who reaches it, and with which role. The document shows it, and middleware/auth.ts enforces it.
 * The list of a scheme that is not OAuth's holds "role names which are required for the execution" (OpenAPI 3.1, Security Requirement
 * Object).
 */
import { type Role, roles } from '../../core/access/role.ts';

export const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  basic: { type: 'http', scheme: 'basic', description: 'An API key as the password, with any user name' },
} as const;

/** The names of schemes, each with the role of the key. */
type Requirement = Record<string, string[]>;

export const needsRole = (role: Role): Requirement[] => [{ bearer: [role] }, { apiKey: [role] }];

/** What a person opens in a browser, which can send a key only as the password of HTTP basic. Holds for what lies beneath it too. */
export const opensInBrowser: Requirement[] = [...needsRole('read'), { basic: ['read'] }];

/**
 * The console, and what lies beneath it: it knows by itself what to show to whom, and to those who have not signed in. No scheme of the
 * document, since no program opens it.
 */
export const opensConsole: Requirement[] = [{ session: ['read'] }];

export const needsNoKey: Requirement[] = [];

/**
 * `key`: programs, by a header. `browser`: also by HTTP basic. `console`: every caller, who is known by the cookie of a session. `open`:
 * every caller.
 */
export interface RouteAccess {
  access: 'key' | 'browser' | 'console' | 'open';
  role: Role;
}

/** A route that does not say who may call it is left to those that may do all. */
export const unsaid: RouteAccess = { access: 'key', role: 'approve' };

/** Where there is no route, every caller may hear it. */
export const noRoute: RouteAccess = { access: 'key', role: 'read' };

export function accessBy(security: readonly Requirement[] | undefined): RouteAccess {
  if (security === undefined) return unsaid;
  if (security.length === 0) return { access: 'open', role: 'read' };
  if (security.some((requirement) => 'session' in requirement)) return { access: 'console', role: 'read' };
  const named = new Set(security.flatMap((requirement) => Object.values(requirement).flat()));
  return {
    access: security.some((requirement) => 'basic' in requirement) ? 'browser' : 'key',
    role: roles.findLast((role) => named.has(role)) ?? unsaid.role,
  };
}
