/** What a process remembers of one kind of work, to log once that it fails and once that it succeeds again. Instants in milliseconds. */
export interface Outage {
  /** Whether this failure, at `now`, is the first one. */
  failed(now: number): boolean;
  /**
   * How long the outage lasted that ends with this success; null where there was none. A success of what began before the last failure
   * ends nothing: of several at once the one that fails may be the later one.
   */
  succeeded(beganAt: number, now: number): number | null;
}

export function newOutage(): Outage {
  let since: number | null = null;
  let lastFailedAt = -Infinity;
  return {
    failed(now) {
      const isFirst = since === null;
      since ??= now;
      lastFailedAt = now;
      return isFirst;
    },
    succeeded(beganAt, now) {
      if (since === null || beganAt < lastFailedAt) return null;
      const lastedMs = now - since;
      since = null;
      return lastedMs;
    },
  };
}
