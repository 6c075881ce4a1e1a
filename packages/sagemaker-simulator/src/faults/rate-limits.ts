import type { RateLimit } from '../settings.ts';
import { TokenBucket } from './token-bucket.ts';

/** A token bucket for each limit on each operation. A limit that changes starts with a full bucket. */
export class RateLimits {
  readonly #buckets = new Map<string, { limit: string; bucket: TokenBucket }>();

  /** @param owner who sets the limit: `settings`, or a fault's id. */
  allows(owner: string, operation: string, { perSecond, burst }: RateLimit, now: number): boolean {
    const key = `${owner}/${operation}`;
    const limit = `${perSecond}/${burst}`;
    let entry = this.#buckets.get(key);
    if (entry?.limit !== limit) {
      entry = { limit, bucket: new TokenBucket({ perSecond, burst }, now) };
      this.#buckets.set(key, entry);
    }
    return entry.bucket.take(now);
  }

  clear(): void {
    this.#buckets.clear();
  }
}
