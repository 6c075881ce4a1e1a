import { describe, expect, it } from 'vitest';
import type { DueJobs } from '../../src/ports/queue.ts';
import { createStallDetector } from '../../src/worker/stall-detector.ts';
import { keptLog } from '../queue/harness.ts';

const none: DueJobs = { count: 0, oldest: null };

function setUp() {
  const { log, lines } = keptLog();
  const state = { now: 100_000, progressAt: { deploy: 0, 'check-training': 0 }, due: none, away: false };
  const watch = createStallDetector({
    workers: (['check-training', 'deploy'] as const).map((queueName) => ({
      queueName,
      progressAt: () => state.progressAt[queueName],
    })),
    due: () => (state.away ? Promise.reject(new Error('away')) : Promise.resolve({ 'check-training': none, deploy: state.due })),
    log,
    now: () => state.now,
    wallClock: () => state.now,
  });
  const inspect = (now: number): Promise<string> => {
    state.now = now;
    return watch.observe();
  };
  return { state, watch, lines, inspect };
}

const lateJob: DueJobs = { count: 3, oldest: { trainingJobName: 'job-1', since: 0 } };

describe('a worker with due jobs that takes none', () => {
  it('says so after 20 s, once a minute, and is to end after a minute', async () => {
    const { state, watch, lines, inspect } = setUp();
    state.due = lateJob;
    expect([await inspect(100_000), await inspect(119_999), watch.problem()]).toEqual(['progress', 'progress', null]);
    expect(await inspect(120_000)).toBe('none');
    expect(watch.problem()).toBe('takes no jobs from deploy, where 3 are due, for 20 s');
    expect([await inspect(140_000), await inspect(159_999)]).toEqual(['none', 'none']);
    expect(lines).toMatchObject([{ level: 'error', queue: 'deploy', due: 3, lasts_ms: 20_000 }]);
    expect(await inspect(160_000)).toBe('end');
    await inspect(180_000);
    expect(lines).toMatchObject([{}, { level: 'error', lasts_ms: 80_000 }]);
  });

  it('is well again when it takes one, or when none is late any more', async () => {
    for (const restoreEndpoint of ['progress', 'none due'] as const) {
      const { state, watch, lines, inspect } = setUp();
      state.due = lateJob;
      await inspect(100_000);
      await inspect(140_000);
      expect(watch.problem()).not.toBeNull();
      if (restoreEndpoint === 'progress') state.progressAt.deploy = 141_000;
      else state.due = none;
      expect([await inspect(145_000), watch.problem()]).toEqual(['progress', null]);
      expect(lines.at(-1)).toMatchObject({ level: 'info', message: 'worker takes jobs again' });
      expect(await inspect(170_000)).toBe(restoreEndpoint === 'progress' ? 'none' : 'progress');
    }
  });
});

it('a failed read now and then changes nothing', async () => {
  const { state, watch, inspect } = setUp();
  state.due = lateJob;
  await inspect(100_000);
  const seen: string[] = [];
  for (let now = 105_000; now <= 160_000; now += 5000) {
    state.away = now % 15_000 !== 0 && now !== 160_000;
    seen.push(await inspect(now));
  }
  expect(watch.problem()).not.toBeNull();
  expect(seen.at(-1)).toBe('end');
});

describe('no standstill', () => {
  it('is a job that has just become due, or one after the other that is taken', async () => {
    const { state, inspect } = setUp();
    for (let now = 100_000; now < 400_000; now += 5000) {
      state.due = { count: 1, oldest: { trainingJobName: 'job-1', since: now - 9000 } };
      expect(await inspect(now)).toBe('progress');
      state.due = lateJob;
      state.progressAt.deploy = now;
      expect(await inspect(now + 1000)).toBe('progress');
    }
  });

  it('is a Redis that is unavailable for a while: no restart repairs that', async () => {
    const { state, watch, lines, inspect } = setUp();
    state.due = lateJob;
    await inspect(100_000);
    state.away = true;
    for (let now = 105_000; now < 600_000; now += 5000) expect(await inspect(now)).toBe('progress');
    expect(watch.problem()).toBeNull();
    state.away = false;
    expect(await inspect(601_000)).toBe('progress');
    expect(lines).toEqual([]);
  });

  it("is another queue's", async () => {
    const { state, inspect } = setUp();
    state.due = lateJob;
    await inspect(100_000);
    state.progressAt['check-training'] = 110_000;
    expect(await inspect(135_000)).toBe('none');
  });
});
