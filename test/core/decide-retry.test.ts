import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxRetryDelayMs, minRetryDelayMs, pollDelayMs, retryDelayMs } from '../../src/core/retry-delay.ts';
import { accessDeniedGraceMs, decideRetry, notVisibleGraceMs, quotaWaitMs, unknownGraceMs } from '../../src/core/decide-retry.ts';
import { type SageMakerErrorKind, sagemakerErrorKinds } from '../../src/core/errors.ts';
import { hour } from './samples.ts';

const maxWaitMs = 2 * hour;
const limits: Record<SageMakerErrorKind, number> = {
  throttled: maxWaitMs,
  unavailable: maxWaitMs,
  busy: maxWaitMs,
  unauthenticated: maxWaitMs,
  access_denied: accessDeniedGraceMs,
  quota: quotaWaitMs,
  not_found: notVisibleGraceMs,
  unknown: unknownGraceMs,
  invalid: 0,
  already_exists: 0,
};

test.each(sagemakerErrorKinds)('%s is tried again just as long as it may pass, then ends with SageMaker’s own words', (kind) => {
  const limitMs = limits[kind];
  if (limitMs > 0) expect(decideRetry(kind, 'words', limitMs - 1, maxWaitMs)).toEqual({ kind: 'retry', why: `${kind}: words` });
  expect(decideRetry(kind, 'words', limitMs, maxWaitMs)).toEqual({ kind: 'fail', failureReason: 'words' });
});

test('no kind is tried for longer than the whole may take', () => {
  for (const kind of sagemakerErrorKinds) expect(decideRetry(kind, 'words', 1000, 1000).kind).toBe('fail');
});

test('waits grow with the trouble, within bounds, with jitter', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.double({ min: 0, max: 0.999, noNaN: true }), (forMs, random) => {
      const delayMs = retryDelayMs(forMs, () => random);
      expect(delayMs).toBeGreaterThanOrEqual(minRetryDelayMs * 0.75 - 1);
      expect(delayMs).toBeLessThanOrEqual(maxRetryDelayMs * 1.25 + 1);
      expect(retryDelayMs(forMs * 2, () => random)).toBeGreaterThanOrEqual(delayMs);
    }),
  );
  expect(retryDelayMs(60_000, () => 0)).not.toBe(retryDelayMs(60_000, () => 0.9));
});

test('a polling interval is never longer than it says', () => {
  expect(pollDelayMs(60_000, () => 0)).toBe(60_000);
  expect(pollDelayMs(60_000, () => 0.999)).toBeGreaterThanOrEqual(54_000);
});
