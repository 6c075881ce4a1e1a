/** A key as a session names it. */
export interface SessionKey {
  readonly name: string;
  readonly key: string;
}

/** Signs the sessions of the console, and knows its own again. */
export interface ConsoleSessions {
  /** Text of letters, digits and `._-`, which stands in a cookie as it is. It is over `sessionMs` after `now`. */
  sign(key: SessionKey, now: number): Promise<string>;
  /**
   * Returns the one of `keys` that the session was opened with; null for a session that is over, that is none of this service's, or whose
   * key is not among them any more. Never throws, whatever the token is. `now` in milliseconds since 1970 UTC.
   */
  resume<Key extends SessionKey>(token: string, keys: readonly Key[], now: number): Promise<Key | null>;
}

/** How long a session of the console lasts. */
export const sessionMs = 12 * 3_600_000;

/** The cookie that holds one. */
export const sessionCookie = 'autodeploy_session';
