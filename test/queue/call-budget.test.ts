import { describe, expect, it } from 'vitest';
import type { CallBudget } from '../../src/ports/call-budget.ts';
import { createCallBudget } from '../../src/queue/call-budget.ts';
import { redisUrl, startRedis } from '../../tools/testkit/redis.ts';
import { newPrefix, openRedis } from './harness.ts';

const create = 'CreateTrainingJob';

/** Budgets of several processes, on a clock that the test moves. */
async function startBudgets(count: number, prefix = newPrefix()): Promise<{ budgets: CallBudget[]; clock: { now: number } }> {
  const clock = { now: 1_800_000_000_000 };
  const budgets = [];
  for (let number = 0; number < count; number += 1) {
    const redis = openRedis(redisUrl());
    await redis.ping();
    budgets.push(createCallBudget({ redis, queuePrefix: prefix, now: () => clock.now }));
  }
  return { budgets, clock };
}

/** An account that allows so many requests a second, as a token bucket does. */
function account(perSecond: number, burst = Math.max(1, perSecond)): { allows: (now: number) => boolean; perSecond: number } {
  let tokens = burst;
  let filledAt = 0;
  const own = {
    perSecond,
    allows(now: number): boolean {
      if (filledAt > 0) tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * own.perSecond);
      filledAt = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
  return own;
}

/** Sends as many requests as the budgets allow until so many were accepted, or the time is over. */
async function send(
  { budgets, clock }: Awaited<ReturnType<typeof startBudgets>>,
  to: ReturnType<typeof account>,
  { accepted: wanted = Infinity, forMs = Infinity }: { accepted?: number; forMs?: number },
): Promise<{ accepted: number; throttled: number; seconds: number }> {
  const startedAt = clock.now;
  let accepted = 0;
  let throttled = 0;
  for (let turn = 0; accepted < wanted && clock.now - startedAt < forMs; turn += 1) {
    const budget = budgets[turn % budgets.length];
    const response = await budget?.take(create, 'queued');
    if (response?.kind === 'wait') {
      clock.now += response.ms;
    } else if (response?.kind === 'granted') {
      // The way to SageMaker.
      clock.now += 1;
      if (to.allows(clock.now)) accepted += 1;
      else {
        throttled += 1;
        budget?.throttled(create, response.grantedAt);
      }
    } else throw new Error('Redis is unavailable');
  }
  return { accepted, throttled, seconds: (clock.now - startedAt) / 1000 };
}

describe('CallBudget, for CreateTrainingJob', () => {
  it('has no limit until SageMaker throttles', async () => {
    const { budgets } = await startBudgets(1);
    for (let number = 0; number < 200; number += 1) {
      expect(await budgets[0]?.take(create, 'spare')).toMatchObject({ kind: 'granted', isFree: true });
    }
  });

  it.each([1, 25])(
    'learns that an account allows %s a second, and uses that with few throttles',
    async (perSecond) => {
      const started = await startBudgets(2);
      const to = account(perSecond);
      await send(started, to, { accepted: 60 });
      const { throttled, seconds } = await send(started, to, { accepted: 150 });
      expect(150 / seconds).toBeGreaterThan(0.85 * perSecond);
      expect(throttled).toBeLessThan(12);
    },
    30_000,
  );

  it('follows an account that allows more, or less, from some time on', async () => {
    const started = await startBudgets(2);
    const to = account(10, 1);
    await send(started, to, { accepted: 60 });
    to.perSecond = 1;
    const less = await send(started, to, { accepted: 40 });
    expect(less.throttled).toBeLessThan(12);
    to.perSecond = 20;
    await send(started, to, { forMs: 150_000 });
    const more = await send(started, to, { accepted: 100 });
    expect(100 / more.seconds).toBeGreaterThan(12);
  }, 30_000);

  it('soon goes at full speed again after minutes in which everything was throttled', async () => {
    const started = await startBudgets(1);
    const to = account(0, 0);
    const blocked = await send(started, to, { forMs: 300_000 });
    expect(blocked.accepted).toBe(0);
    expect(blocked.throttled).toBeLessThan(100);
    const open = account(10);
    await send(started, open, { forMs: 30_000 });
    expect((await send(started, open, { forMs: 20_000 })).accepted).toBeGreaterThan(150);
  }, 30_000);

  it('lowers the rate once for the requests of one burst', async () => {
    const { budgets, clock } = await startBudgets(1);
    const [budget] = budgets;
    const burst = await Promise.all(Array.from({ length: 50 }, () => budget!.take(create, 'queued')));
    clock.now += 20;
    for (const response of burst) budget?.throttled(create, response.kind === 'granted' ? response.grantedAt : null);
    const response = await budget!.take(create, 'queued');
    expect(response).toEqual({ kind: 'wait', ms: 1000 });
  });

  it('learns nothing from a request without a grant, where it has a rate', async () => {
    const { budgets, clock } = await startBudgets(1);
    const [budget] = budgets;
    budget?.throttled(create, null);
    for (let number = 0; number < 20; number += 1) {
      clock.now += 10;
      budget?.throttled(create, null);
    }
    clock.now += 800;
    expect(await budget!.take(create, 'queued')).toMatchObject({ kind: 'granted', isFree: false });
  });

  it('gives a spare turn only where no queued one takes it', async () => {
    const { budgets, clock } = await startBudgets(2);
    const [fresh, line] = budgets;
    await fresh!.take(create, 'spare');
    fresh!.throttled(create, clock.now);
    // Redis has it now.
    await fresh!.take(create, 'queued');
    for (let number = 0; number < 10; number += 1) {
      const wait = await line!.take(create, 'queued');
      if (wait.kind === 'wait') clock.now += wait.ms;
      expect(await fresh!.take(create, 'spare')).toMatchObject({ kind: 'wait' });
      expect(fresh!.mayHaveSpare(create)).toBe(false);
      expect(await line!.take(create, 'queued')).toMatchObject({ kind: 'granted' });
    }
    clock.now += 2000;
    expect(await fresh!.take(create, 'spare')).toMatchObject({ kind: 'granted', isFree: false });
  });

  it('does not wait for an instant that a clock which was ahead has left', async () => {
    const { budgets, clock } = await startBudgets(1);
    clock.now += 3_600_000;
    await budgets[0]!.take(create, 'queued');
    budgets[0]!.throttled(create, clock.now);
    expect(await budgets[0]!.take(create, 'queued')).toMatchObject({ kind: 'wait' });
    clock.now -= 3_600_000;
    const response = await budgets[0]!.take(create, 'queued');
    expect(response.kind === 'wait' && response.ms).toBeLessThanOrEqual(2500);
  });
});

describe.each(['ListTrainingJobs', 'Search'] as const)('CallBudget, for %s', (operation) => {
  it('allows one request a second for all processes together', async () => {
    const { budgets, clock } = await startBudgets(3);
    const sentAt: number[] = [];
    for (let turn = 0; sentAt.length < 10; turn += 1) {
      const response = await budgets[turn % 3]!.take(operation, 'queued');
      if (response.kind === 'granted') sentAt.push(clock.now);
      else clock.now += turn % 2 === 0 && response.kind === 'wait' ? response.ms : 130;
    }
    const gaps = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
  });
});

describe('CallBudget, without Redis', () => {
  it('says at once that it does not know', async () => {
    const server = await startRedis();
    const redis = openRedis(server.url);
    await redis.ping();
    const budget = createCallBudget({ redis, queuePrefix: newPrefix() });
    // It takes connections and does not respond.
    process.kill(server.pid, 'SIGSTOP');
    try {
      expect(await budget.take('Search', 'queued')).toEqual({ kind: 'unknown' });
      const before = performance.now();
      for (let number = 0; number < 100; number += 1) expect((await budget.take('Search', 'queued')).kind).toBe('unknown');
      expect(performance.now() - before).toBeLessThan(1000);
      budget.throttled(create, null);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await server.stop();
    expect(await budget.take(create, 'queued')).toEqual({ kind: 'unknown' });
    expect(budget.mayHaveSpare(create)).toBe(true);
  });
});
