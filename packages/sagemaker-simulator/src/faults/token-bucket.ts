import type { RateLimit } from '../settings.ts';

/** Allows a number of calls a second; a rejected call takes no token. Starts full. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  constructor(limit: RateLimit, now: number) {
    this.#perSecond = limit.perSecond;
    this.#burst = limit.burst ?? Math.max(1, limit.perSecond);
    this.#tokens = this.#burst;
    this.#filledAt = now;
  }

  take(now: number): boolean {
    const elapsedMs = Math.max(0, now - this.#filledAt);
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsedMs / 1000) * this.#perSecond);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
