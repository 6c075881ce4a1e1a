import { describe, expect, it } from 'vitest';
import type { CallBudget } from '../../src/ports/call-budget.ts';
import { HeldBackError, sharedLimiter } from '../../src/sagemaker/request-limiter.ts';

/** Of a process that does not hear from Redis in time. */
const unknownBudget: CallBudget = {
  take: () => Promise.resolve({ kind: 'unknown' }),
  throttled: () => undefined,
  mayHaveSpare: () => true,
};
const spare = { kind: 'spare', longestWaitMs: 0 } as const;
const { signal } = new AbortController();

describe('sharedLimiter, without Redis', () => {
  it('has few requests without a response before it knows that none is throttled', async () => {
    const limiter = sharedLimiter('CreateTrainingJob', unknownBudget);
    let sent = 0;
    const passes = Array.from({ length: 40 }, async () => {
      const pass = await limiter.pass(spare, signal);
      sent += 1;
      return pass;
    });
    for (let round = 0; round < 10; round += 1) await new Promise(setImmediate);
    expect(sent).toBe(8);
    const first = await Promise.all(passes.slice(0, 8));
    for (const pass of first) limiter.returned(pass, 'ok');
    for (let round = 0; round < 10; round += 1) await new Promise(setImmediate);
    expect(sent).toBe(24);
    for (const pass of await Promise.all(passes.slice(8, 24))) limiter.returned(pass, 'ok');
    await Promise.all(passes);
  });

  it('holds back what may not wait, at once, after a throttle', async () => {
    const limiter = sharedLimiter('CreateTrainingJob', unknownBudget);
    const passes = Array.from({ length: 40 }, () => limiter.pass(spare, signal));
    const outcomes = Promise.allSettled(passes);
    const first = await Promise.all(passes.slice(0, 8));
    const before = performance.now();
    for (const pass of first) limiter.returned(pass, 'throttled');
    const refused = (await outcomes).filter((one) => one.status === 'rejected');
    expect(performance.now() - before).toBeLessThan(1500);
    expect(refused.length).toBeGreaterThanOrEqual(30);
    expect(refused.every(({ reason }) => reason instanceof HeldBackError)).toBe(true);
  });

  it('lets what may wait follow, at its own pace', async () => {
    const limiter = sharedLimiter('CreateTrainingJob', unknownBudget);
    limiter.returned(await limiter.pass(undefined, signal), 'throttled');
    expect(await limiter.pass({ kind: 'queued', longestWaitMs: 10_000 }, signal)).toEqual({ grantedAt: null, isInBurst: false });
  }, 20_000);
});

describe('sharedLimiter, where others take the turns', () => {
  it('holds back a request whose wait is over in all, not one wait of it', async () => {
    const busy: CallBudget = { ...unknownBudget, take: () => Promise.resolve({ kind: 'wait', ms: 40 }) };
    const until = AbortSignal.timeout(5000);
    const passed = sharedLimiter('CreateTrainingJob', busy).pass({ kind: 'queued', longestWaitMs: 200 }, until);
    await expect(passed).rejects.toBeInstanceOf(HeldBackError);
  });
});
