import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { StoreUnavailableError } from '../../src/core/errors.ts';
import { openSqliteStore } from '../../src/db/sqlite/sqlite-store.ts';
import { createCallCounter } from '../../src/observability/sagemaker-call-counter.ts';
import type { MetricsStore } from '../../src/ports/store.ts';
import { createErrorLog } from '../../src/worker/error-log.ts';
import { runPeriodically } from '../../src/async/run-periodically.ts';
import { keptLog } from '../queue/harness.ts';

describe('runPeriodically', () => {
  it('starts soon, waits from the end of a run to the next, and never runs twice at a time', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const ends: (() => void)[] = [];
    const run = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
    const task = runPeriodically({ initialDelayMs: 1000, intervalMs: 10_000, random: () => 0.5, run });
    await vi.advanceTimersByTimeAsync(499);
    expect(ends).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    // 10 s, less a quarter at most.
    await vi.advanceTimersByTimeAsync(7_490);
    expect(ends).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_520);
    expect(ends).toHaveLength(2);
    let stopped = false;
    const stopping = task.stop().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([ends.length, stopped]).toEqual([2, false]);
    ends[1]?.();
    await stopping;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ends).toHaveLength(2);
  });

  it('aborts the signal of a run in progress', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    const task = runPeriodically({
      initialDelayMs: 0,
      intervalMs: 1000,
      random: () => 0,
      run: async (signal) => {
        started.resolve(signal);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    const signal = await started.promise;
    await task.stop();
    expect(signal.aborted).toBe(true);
  });
});

describe('createCallCounter', () => {
  it('adds up in the database, at the end too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'autodeploy-calls-'));
    const store = openSqliteStore(`file:${join(folder, 'autodeploy.db')}`);
    onTestFinished(async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const counter = createCallCounter({ store, log: keptLog().log, now: () => 0, random: () => 0.5 });
    counter.count('DescribeTrainingJob', 'ok');
    counter.count('DescribeTrainingJob', 'ok');
    await counter.flush();
    counter.count('DescribeTrainingJob', 'ok');
    counter.count('DescribeTrainingJob', 'throttled');
    await counter.stop();
    const calls = await store.metrics.calls();
    expect(calls).toHaveLength(2);
    expect(calls).toEqual(
      expect.arrayContaining([
        { operation: 'DescribeTrainingJob', result: 'ok', count: 3 },
        { operation: 'DescribeTrainingJob', result: 'throttled', count: 1 },
      ]),
    );
  });

  it('keeps what could not be added', async () => {
    const added: unknown[] = [];
    let away = true;
    const metrics: Pick<MetricsStore, 'addCalls'> = {
      addCalls({ calls, now }) {
        if (away) return Promise.reject(new StoreUnavailableError('database is locked'));
        added.push(...calls, now);
        return Promise.resolve();
      },
    };
    const counter = createCallCounter({ store: { metrics }, log: keptLog().log, now: () => 7, random: () => 0.5 });
    counter.count('CreateModel', 'ok');
    await counter.flush();
    away = false;
    counter.count('CreateModel', 'ok');
    await counter.stop();
    expect(added).toEqual([{ operation: 'CreateModel', result: 'ok', count: 2 }, 7]);
  });
});

describe('createErrorLog', () => {
  it('are logged once a minute, a lost lock or job as a warning, connection errors and refusals never', () => {
    const { log, lines } = keptLog();
    let now = 0;
    const report = createErrorLog(log, 'deploy', () => now);
    report(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' }));
    report(new Error('Connection is closed.'));
    report(new Error('Missing lock for job deploy-d-1. moveToFinished'));
    report(new Error('Missing key for job deploy-d-1. moveToFinished'));
    report(Object.assign(new Error('OOM command not allowed'), { name: 'ReplyError' }));
    report(new Error('Unknown code -1 error'));
    report(new Error('Unknown code -1 error'));
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn', 'error']);
    now = 60_000;
    report(new Error('Unknown code -1 error'));
    expect(lines).toHaveLength(4);
  });
});
