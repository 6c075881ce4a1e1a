import { setTimeout as delay } from 'node:timers/promises';
import { isIPv6 } from 'node:net';
import type { Logger } from '../../observability/logger.ts';
import { ApiError } from '../problems/table.ts';

export interface WrongKeyLimits {
  /** So many at once cost nothing: somebody mistyped, or keys were just changed. */
  free: number;
  /** So many a second are forgotten. */
  forgottenPerSecond: number;
  /** Each one more makes the next answer come so much later, up to the longest wait. */
  stepMs: number;
  longestWaitMs: number;
  /** Of one address, after which there is an answer at once: 429. */
  mostWaiting: number;
  mostAddresses: number;
}

const defaultLimits: WrongKeyLimits = {
  free: 20,
  forgottenPerSecond: 1,
  stepMs: 250,
  longestWaitMs: 5000,
  mostWaiting: 50,
  mostAddresses: 10_000,
};

interface Failures {
  /** How many there were, less what has been forgotten by `at`, in milliseconds of the monotonic clock. */
  level: number;
  at: number;
  waiting: number;
  reportedAt: number | null;
}

const reportIntervalMs = 60_000;

/**
 * Makes whoever guesses keys wait: answers to wrong keys come later the more of them an address has sent. Only those: a right key from
 * the same address, which may be a balancer's, is never held up. Bounded in memory, whoever comes.
 */
export function createWrongKeys(log: Logger, limits: WrongKeyLimits = defaultLimits): (address: string) => Promise<void> {
  const byAddress = new Map<string, Failures>();

  const failuresOf = (address: string, now: number): Failures => {
    const known = byAddress.get(address) ?? { level: 0, at: now, waiting: 0, reportedAt: null };
    const level = Math.max(0, known.level - ((now - known.at) / 1000) * limits.forgottenPerSecond) + 1;
    const failures = Object.assign(known, {
      level: Math.min(level, limits.free + limits.longestWaitMs / limits.stepMs),
      at: now,
    });
    // Who failed last comes last, so that the first is who to forget.
    byAddress.delete(address);
    byAddress.set(address, failures);
    for (const other of byAddress.keys()) {
      if (byAddress.size <= limits.mostAddresses) break;
      byAddress.delete(other);
    }
    return failures;
  };

  /** Resolves when a wrong key may be answered. @throws {Problem} `too_many_wrong_keys` where too many wait already. */
  return async (from) => {
    const address = networkOf(from);
    const now = performance.now();
    const failures = failuresOf(address, now);
    const waitMs = Math.min(limits.longestWaitMs, Math.max(0, failures.level - limits.free) * limits.stepMs);
    if (waitMs === 0) return;
    if (failures.reportedAt === null || now - failures.reportedAt > reportIntervalMs) {
      failures.reportedAt = now;
      log.warn({ address }, 'many wrong API keys come from one address; their answers are slowed down');
    }
    if (failures.waiting >= limits.mostWaiting) {
      throw new ApiError('too_many_wrong_keys', 'Too many wrong API keys came from this address', {
        retryAfterSeconds: limits.longestWaitMs / 1000,
      });
    }
    failures.waiting += 1;
    await delay(waitMs).finally(() => (failures.waiting -= 1));
  };
}

/** Who has an IPv6 address has 2^64 of them. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
