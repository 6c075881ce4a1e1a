import { setTimeout as delay } from 'node:timers/promises';
import { isIPv6 } from 'node:net';
import type { Logger } from '../../ports/logger.ts';
import { ApiError } from '../problems/api-error.ts';

export interface WrongKeyLimits {
  /** So many at once cost nothing: a person mistyped, or keys were just changed. */
  free: number;
  /** So many a second are forgotten. */
  forgottenPerSecond: number;
  /** Each further one delays the next response by so much, up to the longest wait. */
  stepMs: number;
  longestWaitMs: number;
  /** Of one address; above it the response is 429 at once. */
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
  /** How many there were, less those forgotten by `at`, in milliseconds of the monotonic clock. */
  level: number;
  at: number;
  waiting: number;
  reportedAt: number | null;
}

const reportIntervalMs = 60_000;

/**
 * Slows down callers that guess keys: the more wrong keys an address has sent, the later comes the response to the next one. A right key
 * from the same address, which may be a load balancer's, is never delayed. Memory is bounded, however many addresses there are.
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
    // The address that failed last comes last, so that the first one is forgotten first.
    byAddress.delete(address);
    byAddress.set(address, failures);
    for (const other of byAddress.keys()) {
      if (byAddress.size <= limits.mostAddresses) break;
      byAddress.delete(other);
    }
    return failures;
  };

  /** Resolves when the response to a wrong key may be sent. @throws {ApiError} `too_many_wrong_keys` where too many wait already. */
  return async (from) => {
    const address = networkOf(from);
    const now = performance.now();
    const failures = failuresOf(address, now);
    const waitMs = Math.min(limits.longestWaitMs, Math.max(0, failures.level - limits.free) * limits.stepMs);
    if (waitMs === 0) return;
    if (failures.reportedAt === null || now - failures.reportedAt > reportIntervalMs) {
      failures.reportedAt = now;
      log.warn({ event: 'auth.wrong_keys', address }, 'many wrong API keys from one address');
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

/** The /64 network of an IPv6 address: one host can use all 2^64 addresses of it. An IPv4 address stands for itself. */
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
