import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { observationSpacingMs } from '../../src/queue/observation-spacing.ts';
import type { JobQueue } from '../../src/queue/ensure-job.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { aDeployment, aRun, newPrefix, openQueue, openRedis } from './harness.ts';

const hour = 3_600_000;

function setUp() {
  const prefix = newPrefix();
  const queue = openQueue(redisUrl(), prefix);
  const [check, deploy] = queue.queues;
  if (check === undefined || deploy === undefined) throw new Error('a queue is missing');
  return { prefix, queue, check, deploy };
}

/** Takes jobs of the queue and returns from each what `finish` gives. */
function takeJobs(name: string, prefix: string, finish: () => Promise<void>): void {
  const connection = new Redis(redisUrl(), { maxRetriesPerRequest: null });
  const worker = new Worker(name, finish, { connection, prefix });
  onTestFinished(async () => {
    await worker.close();
    connection.disconnect();
  });
}

describe('watching a training', () => {
  it('adds one job that says what it is about', async () => {
    const { queue, check } = setUp();
    await Promise.all(Array.from({ length: 20 }, () => queue.scheduleTrainingCheck(aRun('job-1'), hour)));
    const jobs = await check.getJobs();
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({
      id: 'check-job-1',
      name: 'job-1',
      data: { training_job_name: 'job-1', endpoint_name: 'sentiment-endpoint', failing_since: null },
      opts: { delay: hour, keepLogs: 200, removeOnFail: true, removeOnComplete: { count: 1000 } },
    });
  });

  it('brings a delayed one forward, and never puts it off', async () => {
    const { queue, check } = setUp();
    await queue.scheduleTrainingCheck(aRun('job-1'), hour);
    await queue.scheduleTrainingCheck(aRun('job-1'), 60_000);
    expect((await check.getJob('check-job-1'))?.delay).toBe(60_000);
    await queue.scheduleTrainingCheck(aRun('job-1'), hour);
    expect((await check.getJob('check-job-1'))?.delay).toBe(60_000);
    expect(await check.getJobState('check-job-1')).toBe('delayed');
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    expect(await check.getJobState('check-job-1')).toBe('waiting');
    expect(await check.getJobCounts('waiting')).toEqual({ waiting: 1 });
  });

  it('refuses what is no training job name, before it reaches Redis', () => {
    const { queue } = setUp();
    expect(() => queue.scheduleTrainingCheck(aRun('a:b'), 0)).toThrow(/training_job_name/);
    expect(() => queue.deploy(aDeployment('a:b'), 0)).toThrow(/deployment_id/);
  });
});

describe('requestTrainingCheck, requestDeploymentCheck', () => {
  const observationsIn = (queue: JobQueue): Promise<Record<string, number>> => queue.getJobCounts('waiting', 'delayed', 'active');

  it('is one at once, however many events come, and one more a second later for what came meanwhile', async () => {
    const { queue, check, prefix } = setUp();
    const ran: number[] = [];
    const report = () =>
      Promise.all(Array.from({ length: 50 }, (_, i) => queue.requestTrainingCheck(aRun('job-1'), `Status${'x'.repeat(i)}`)));
    await report();
    expect(await observationsIn(check)).toEqual({ waiting: 1, delayed: 0, active: 0 });
    takeJobs('check-training', prefix, () => Promise.resolve(void ran.push(performance.now())));
    await eventually(() => ran.length === 1);
    await report();
    await report();
    expect(await observationsIn(check)).toEqual({ waiting: 0, delayed: 1, active: 0 });
    await eventually(() => ran.length === 2);
    expect((ran[1] ?? 0) - (ran[0] ?? 0)).toBeGreaterThan(observationSpacingMs / 2);
    expect(await observationsIn(check)).toEqual({ waiting: 0, delayed: 0, active: 0 });
  });

  it('adds another observation for an event during an active one', async () => {
    const { queue, check, prefix } = setUp();
    const release = Promise.withResolvers<void>();
    let runs = 0;
    takeJobs('check-training', prefix, () => {
      runs += 1;
      return release.promise;
    });
    await queue.requestTrainingCheck(aRun('job-1'), 'InProgress');
    await eventually(() => runs === 1);
    await queue.requestTrainingCheck(aRun('job-1'), 'InProgress');
    await queue.requestTrainingCheck(aRun('job-1'), 'InProgress');
    expect(await observationsIn(check)).toEqual({ waiting: 0, delayed: 0, active: 1 });
    release.resolve();
    await eventually(() => runs === 2);
    await eventually(async () => (await check.getJobCounts('completed'))['completed'] === 2);
  });

  it('for an end does not wait for those before, nor do others wait for it', async () => {
    const { queue, check, deploy } = setUp();
    for (const status of ['InProgress', 'Completed', 'Failed', 'Stopping'])
      await queue.requestTrainingCheck(aRun('job-1'), status);
    expect(await observationsIn(check)).toEqual({ waiting: 2, delayed: 0, active: 0 });
    await queue.requestTrainingCheck(aRun('job-2'), 'InProgress');
    expect(await observationsIn(check)).toEqual({ waiting: 3, delayed: 0, active: 0 });
    for (const status of ['Updating', 'InService', 'Updating']) await queue.requestDeploymentCheck(aDeployment('d-1'), status);
    expect(await observationsIn(deploy)).toEqual({ waiting: 2, delayed: 0, active: 0 });
  });

  it('is not put off by what a clock that was ahead has left behind', async () => {
    const { queue, check, prefix } = setUp();
    await openRedis(redisUrl()).set(`${prefix}:observe-job-1-progress`, Date.now() + hour);
    await queue.requestTrainingCheck(aRun('job-1'), 'InProgress');
    const [observe] = await check.getJobs(['delayed']);
    expect(observe?.delay).toBe(observationSpacingMs);
  });
});

describe('a job of the same id', () => {
  it('that is finished does not block a new one', async () => {
    const { queue, deploy, prefix } = setUp();
    let runs = 0;
    takeJobs('deploy', prefix, () => Promise.resolve(void (runs += 1)));
    await queue.deploy(aDeployment('d-1'), 0);
    await eventually(async () => (await deploy.getJobState('deploy-d-1')) === 'completed');
    const before = runs;
    await queue.deploy(aDeployment('d-1'), hour);
    expect(await deploy.getJobState('deploy-d-1')).toBe('delayed');
    await queue.deploy(aDeployment('d-1'), 0);
    await eventually(() => runs === before + 1);
  });

  it('that is being processed is neither doubled nor disturbed', async () => {
    const { queue, deploy, prefix } = setUp();
    const release = Promise.withResolvers<void>();
    let runs = 0;
    takeJobs('deploy', prefix, () => {
      runs += 1;
      return release.promise;
    });
    await queue.deploy(aDeployment('d-1'), 0);
    await eventually(() => runs === 1);
    await queue.deploy(aDeployment('d-1'), 0);
    expect(await deploy.getJobCounts('active', 'waiting', 'delayed')).toEqual({ active: 1, waiting: 0, delayed: 0 });
    release.resolve();
    await eventually(async () => (await deploy.getJobState('deploy-d-1')) === 'completed');
    expect(runs).toBe(1);
  });

  it('whose place in every list is lost does not block a new one', async () => {
    const { queue, check, prefix } = setUp();
    await queue.scheduleTrainingCheck(aRun('job-1'), hour);
    await openRedis(redisUrl()).del(`${prefix}:check-training:delayed`);
    expect(await check.getJobState('check-job-1')).toBe('unknown');
    await queue.scheduleTrainingCheck(aRun('job-1'), hour);
    expect(await check.getJobState('check-job-1')).toBe('delayed');
  });
});

it('tells how many jobs are in which state', async () => {
  const { queue } = setUp();
  await queue.scheduleTrainingCheck(aRun('job-1'), hour);
  await queue.scheduleTrainingCheck(aRun('job-2'), 0);
  await queue.deploy(aDeployment('d-1'), hour);
  const none = { waiting: 0, active: 0, delayed: 0, prioritized: 0, completed: 0, failed: 0 };
  expect(await queue.depths()).toEqual({
    'check-training': { ...none, waiting: 1, delayed: 1 },
    deploy: { ...none, delayed: 1 },
  });
});

it('keeps few of the events that BullMQ writes', async () => {
  const { queue, prefix } = setUp();
  await queue.probe();
  await queue.restore({ runs: Array.from({ length: 2000 }, (_, i) => aRun(`job-${i}`)), deployments: [] }, () => hour);
  const redis = openRedis(redisUrl());
  expect(Number(await redis.hget(`${prefix}:check-training:meta`, 'opts.maxLenEvents'))).toBe(100);
  // Redis trims whole nodes of a stream, 100 entries each.
  expect(await redis.xlen(`${prefix}:check-training:events`)).toBeLessThanOrEqual(300);
});
