/** What a key may do; each role may do all that the ones before it may. */
export const roles = ['read', 'operate', 'approve'] as const;
export type Role = (typeof roles)[number];

/** Who sends a request. */
export interface Caller {
  /** The name of the key; null where the API has no keys. */
  readonly name: string | null;
  readonly role: Role;
}

/** Every caller of an API without keys, which serves this machine alone. */
export const anyone: Caller = { name: null, role: 'approve' };

export const includesRole = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);
