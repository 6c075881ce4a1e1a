import { expect, onTestFinished } from 'vitest';
import type { QueuePlace } from '../../src/queue/redis-target.ts';
import { complete } from '../../src/services/job-result.ts';
import { startRuntime } from '../../src/worker/runtime.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import type { RedisNode } from '../../tools/testkit/redis-node.ts';
import { checkKind, deployKind, quick } from '../worker/kinds.ts';
import { aDeployment, aRun, keptLog, openQueue } from './harness.ts';

const hour = 3_600_000;

/** Everything that the service does with its queues, each once. */
export async function expectQueueWorks(place: QueuePlace): Promise<void> {
  const { log, lines } = keptLog();
  const queue = openQueue(place, place.queuePrefix, log);
  await queue.probe();
  await queue.scheduleTrainingCheck(aRun('job-1'), hour);
  await queue.requestTrainingCheck(aRun('job-2'), 'Completed');
  await queue.requestDeploymentCheck(aDeployment('d-1'), 'Updating');
  await queue.deploy(aDeployment('d-2'), hour);
  const wanted = { runs: [aRun('job-1'), aRun('job-3')], deployments: [aDeployment('d-2'), aDeployment('d-3')] };
  expect(await queue.restore(wanted, () => 2 * hour)).toMatchObject({ runs: [aRun('job-3')], deployments: [aDeployment('d-3')] });
  expect(await queue.depths()).toMatchObject({
    'check-training': { waiting: 1, delayed: 2 },
    deploy: { waiting: 1, delayed: 2 },
  });
  expect(await queue.due()).toMatchObject({ 'check-training': { count: 1, oldest: { trainingJobName: 'job-2' } } });
  expect(await queue.pullForward(1.5 * hour, () => hour)).toBe(2);
  const self = { name: 'worker-1', service: 'worker' as const, databaseId: 'a' };
  expect(await queue.meet(self, 'join')).toEqual([]);
  expect(await queue.meet({ ...self, name: 'worker-2', databaseId: 'b' }, 'join')).toEqual([self]);
  await queue.leave('worker-1');
  // What Bull Board reads.
  const [check] = queue.queues;
  expect(await check?.getJobs(['waiting', 'delayed'], 0, 10)).toHaveLength(3);
  expect(await check?.getWorkers()).toEqual([]);
  await eventually(() => queue.facts());
  expect(queue.facts()).toMatchObject({ evictionPolicy: 'noeviction' });
  expect(lines).toEqual([]);
}

/**
 * Changes the master under a queue with a worker. Jobs are added and run before, and again after it by the same queue and the same worker;
 * the log has few lines about it.
 */
export async function expectJobsGoOn(place: QueuePlace, changeMaster: () => Promise<RedisNode>): Promise<void> {
  const { log, lines } = keptLog();
  const queue = openQueue(place, place.queuePrefix, log);
  const ran = new Set<string>();
  const note = (name: string): Promise<typeof complete> => Promise.resolve((ran.add(name), complete));
  const runtime = startRuntime({
    ...place,
    workerConcurrency: 10,
    name: 'test',
    handlers: [checkKind(({ training_job_name: name }) => note(name)), deployKind(({ deployment_id: id }) => note(id))],
    log,
    times: quick,
    closing: { releaseJobsMs: 50, forceCloseMs: 1000 },
  });
  onTestFinished(() => runtime.close());
  const both = async (name: string, withinMs: number): Promise<void> => {
    await queue.scheduleTrainingCheck(aRun(`job-${name}`), 0);
    await queue.deploy(aDeployment(`d-${name}`), 0);
    await eventually(() => ran.has(`job-${name}`) && ran.has(`d-${name}`), Boolean, { withinMs, what: `jobs ${name}` });
  };
  await runtime.fetching;
  await both('before', 20_000);
  const master = await changeMaster();
  // Calls may fail, and the former master may take some, before the connections have noticed.
  let tries = 0;
  const ranThere = async (): Promise<boolean> => {
    const name = `after-${(tries += 1)}`;
    // One that the former master took is lost.
    await both(name, 3000);
    return (await master.admin.exists(`${place.queuePrefix}:check-training:check-job-${name}`)) === 1;
  };
  await eventually(ranThere, Boolean, { withinMs: 30_000, everyMs: 200, what: 'jobs on the new master' });
  const outages = lines.filter(({ event }) => event === 'redis.unavailable' || event === 'redis.refused');
  expect(outages.length, JSON.stringify(outages)).toBeGreaterThan(0);
  expect(outages.length, JSON.stringify(outages)).toBeLessThan(8);
  for (const { node } of outages) expect(node).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(JSON.stringify(lines)).not.toMatch(/hunter\dpass/);
}
