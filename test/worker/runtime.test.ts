import { describe, expect, it } from 'vitest';
import { ClaimLostError, StoreUnavailableError } from '../../src/core/errors.ts';
import { snooze, complete } from '../../src/services/job-result.ts';
import { scoreOfMs } from '../../src/queue/jobs.ts';
import { aDeployment, aRun, openRedis } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { hour, setUp } from './harness.ts';
import { checkKind, deployKind } from './kinds.ts';

describe('a job', () => {
  it('delays itself until it is done, and never runs twice at a time, with several workers', async () => {
    const { queue, check, start } = setUp(redisUrl());
    const running = new Set<string>();
    const observations = new Map<string, number>();
    let overlaps = 0;
    const kind = checkKind(async ({ training_job_name: name }) => {
      if (running.has(name)) overlaps += 1;
      running.add(name);
      await queue.probe();
      running.delete(name);
      const count = (observations.get(name) ?? 0) + 1;
      observations.set(name, count);
      return count < 15 ? snooze(5) : complete;
    });
    for (let worker = 0; worker < 3; worker += 1) start([kind]);
    const names = Array.from({ length: 10 }, (_, i) => `job-${i}`);
    await Promise.all(names.map((name) => queue.scheduleTrainingCheck(aRun(name), 0)));
    // Looking at it now, while it may be running, must not make a second one of it.
    await Promise.all(names.map((name) => queue.scheduleTrainingCheck(aRun(name), 0)));
    await eventually(
      async () => (await check.getJobCounts('completed'))['completed'],
      (count) => count === 10,
    );
    expect(overlaps).toBe(0);
    expect(await queue.depths()).toMatchObject({ 'check-training': { waiting: 0, active: 0, delayed: 0, failed: 0 } });
  });

  it('gets since when SageMaker fails, and null when it is over', async () => {
    const { queue, start } = setUp(redisUrl());
    const seen: (number | null)[] = [];
    const outcomes = [snooze(1, 1234), snooze(1, 1234), snooze(1), complete];
    start([
      checkKind(({ failing_since }) => {
        seen.push(failing_since);
        return Promise.resolve(outcomes[seen.length - 1] ?? complete);
      }),
    ]);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await eventually(
      () => seen.length,
      (count) => count === 4,
    );
    expect(seen).toEqual([null, 1234, 1234, null]);
  });

  it('comes due with others where it may, never later than it asks, and knows it', async () => {
    const { queue, check, start } = setUp(redisUrl());
    const seen: boolean[] = [];
    start([
      checkKind(({ batched }) => {
        seen.push(batched);
        return Promise.resolve({ ...snooze(batched ? hour : 2), batchMs: batched ? 60_000 : 1 });
      }),
    ]);
    const names = Array.from({ length: 5 }, (_, i) => `job-${i}`);
    const before = Date.now();
    await Promise.all(names.map((name) => queue.scheduleTrainingCheck(aRun(name), 0)));
    await eventually(
      () => seen.length,
      (count) => count === 10,
    );
    await eventually(async () => (await check.getDelayedCount()) === 5);
    expect(seen.filter(Boolean)).toHaveLength(5);
    const scores = await openRedis(redisUrl()).zrange(check.toKey('delayed'), '0', '-1', 'WITHSCORES');
    const dueAt = scores.filter((_, index) => index % 2 === 1).map((score) => Math.floor(Number(score) / scoreOfMs));
    expect(dueAt.map((at) => at % 60_000)).toEqual(names.map(() => 0));
    expect(Math.max(...dueAt)).toBeLessThanOrEqual(Date.now() + hour);
    expect(Math.min(...dueAt)).toBeGreaterThan(before + hour - 60_000);
  });

  it('has news in its rows for people, and every line with its training job in the log', async () => {
    const { queue, check, lines, start } = setUp(redisUrl());
    start([
      checkKind((_data, { log }) => {
        log.debug({}, 'nothing new');
        log.info({ training_job_name: 'job-1', phase: 'Downloading' }, 'the training moved on');
        log.warn({ err: new Error('Rate exceeded') }, 'SageMaker was busy');
        return Promise.resolve(complete);
      }),
    ]);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await eventually(async () => (await check.getJobState('check-job-1')) === 'completed');
    const { logs } = await check.getJobLogs('check-job-1');
    expect(logs.map((row) => row.replace(/^[\d-]+T[\d:.]+Z /, ''))).toEqual([
      'the training moved on (phase: Downloading)',
      'WARN SageMaker was busy (error: Rate exceeded)',
    ]);
    expect(lines.filter((line) => line['training_job_name'] === 'job-1').map(({ level }) => level)).toEqual([
      'debug',
      'info',
      'warn',
    ]);
  });
});

describe('what a handler throws never makes a job failed', () => {
  const due = async (job: { timestamp: number; delay: number; processedOn?: number } | undefined) => job?.delay;

  it.each([
    { thrown: new StoreUnavailableError('database is locked'), afterMs: 1000, level: 'warn' },
    { thrown: new ClaimLostError('the claim was lost'), afterMs: 1000, level: 'info' },
    { thrown: new TypeError('x is undefined'), afterMs: 30_000, level: 'error' },
  ])('$thrown.name: again after $afterMs ms', async ({ thrown, afterMs, level }) => {
    const { queue, deploy, lines, start } = setUp(redisUrl());
    start([deployKind(() => Promise.reject(thrown))]);
    await queue.deploy(aDeployment('d-1'), 0);
    await eventually(async () => (await deploy.getJobState('deploy-d-1')) === 'delayed');
    expect(Math.abs(Number(await due(await deploy.getJob('deploy-d-1'))) - afterMs)).toBeLessThan(200);
    expect(lines.filter((line) => line['training_job_name'] === 'job-1')).toMatchObject([{ level }]);
    if (level === 'error') expect(lines.find((line) => line.level === 'error')?.['err']).toBe(thrown);
    expect((await deploy.getJobLogs('deploy-d-1')).logs).toHaveLength(1);
  });

  it('data that cannot be understood: removed, with an error line', async () => {
    const { queue, check, lines, start } = setUp(redisUrl());
    let ran = false;
    start([
      checkKind(() => {
        ran = true;
        return Promise.resolve(complete);
      }),
    ]);
    await queue.probe();
    await check.add('odd', { training_job_name: 'job-1' }, { jobId: 'check-job-1' });
    await eventually(async () => (await check.getJobState('check-job-1')) === 'completed');
    expect(lines).toMatchObject([{ level: 'error', issues: expect.stringContaining('endpoint_name') }]);
    expect(ran).toBe(false);
    await queue.scheduleTrainingCheck(aRun('job-1'), hour);
    expect(await check.getJobState('check-job-1')).toBe('delayed');
  });
});
