import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxRetryDelayMs, minRetryDelayMs, pollDelayMs, retryDelayMs } from '../../src/core/retry-delay.ts';
import { decideRetry } from '../../src/core/decide-retry.ts';
import { sagemakerErrorKinds } from '../../src/core/errors.ts';
import { retryBudgets } from '../../src/core/timing.ts';
import { hour } from './samples.ts';

const maxWaitMs = 2 * hour;

test.each(sagemakerErrorKinds)("decideRetry > retries %s for its budget, then fails with SageMaker's own text", (kind) => {
  const limitMs = Math.min(retryBudgets[kind], maxWaitMs);
  if (limitMs > 0) expect(decideRetry(kind, 'words', limitMs - 1, maxWaitMs)).toEqual({ kind: 'retry', why: `${kind}: words` });
  expect(decideRetry(kind, 'words', limitMs, maxWaitMs)).toEqual({ kind: 'fail', failureReason: 'words' });
});

test('decideRetry > retries no kind for longer than the time limit of the whole', () => {
  for (const kind of sagemakerErrorKinds) expect(decideRetry(kind, 'words', 1000, 1000).kind).toBe('fail');
});

test('retryDelayMs > grows with the time of failing, within bounds, with jitter', () => {
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

test('pollDelayMs > returns at most the interval, and at least nine tenths', () => {
  expect(pollDelayMs(60_000, () => 0)).toBe(60_000);
  expect(pollDelayMs(60_000, () => 0.999)).toBeGreaterThanOrEqual(54_000);
});
