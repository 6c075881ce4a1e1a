import { describe, expect, it, onTestFinished } from 'vitest';
import { snooze } from '../../src/services/job-result.ts';
import { type JobTaking, type JobTakingOptions, startTakingJobs } from '../../src/worker/job-taking.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { aRun, openRedis } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startRedis } from '../../tools/testkit/redis.ts';
import { nothing, setUp } from './harness.ts';
import { checkKind } from './kinds.ts';

const nowhere = ['127.0.0.1', 1] as const;
const back = { withinMs: 12_000 };
const taken = 'worker takes jobs';

function startTaking(url: string, handle = nothing, more: Partial<JobTakingOptions> = {}) {
  const { prefix, queue, log, lines } = setUp(url);
  const faults: string[] = [];
  let stuck = 0;
  const taking: JobTaking = startTakingJobs({
    config: { redisUrl: url, queuePrefix: prefix, workerConcurrency: 5 },
    handlers: [checkKind(handle)],
    queue,
    log,
    name: 'test',
    random: () => 0,
    onFault: (fault) => faults.push(fault),
    onStuck: () => (stuck += 1),
    progressTimes: { lateAfterMs: 200, unhealthyAfterMs: 500, endAfterMs: 1500 },
    checkIntervalMs: 100,
    ...more,
  });
  onTestFinished(() => taking.close());
  const said = () => lines.map(({ message }) => message);
  return { taking, queue, lines, said, faults, stuck: () => stuck };
}

describe('a worker', () => {
  it('waits for an unavailable Redis, says why, and takes jobs when it is available', async () => {
    const port = await freePort();
    let runs = 0;
    const { taking, queue, said, faults } = startTaking(`redis://127.0.0.1:${port}`, () => {
      runs += 1;
      return nothing();
    });
    await eventually(() => taking.problem()?.includes('waits for Redis: connect ECONNREFUSED'));
    expect([taking.isHealthy(), said().includes(taken)]).toEqual([true, false]);
    await startRedis({ port });
    await eventually(() => said().includes(taken), undefined, back);
    await eventually(() => queue.scheduleTrainingCheck(aRun('job-1'), 0).then(() => true), undefined, back);
    await eventually(() => runs === 1);
    expect([taking.problem(), faults]).toEqual([null, []]);
  });

  it('does not begin beside a full memory, and is no case for a restart meanwhile', async () => {
    const server = await startRedis();
    const admin = openRedis(server.url);
    await admin.config('SET', 'maxmemory', '1');
    const { taking, said, stuck } = startTaking(server.url);
    await eventually(() => taking.problem()?.includes('OOM'));
    const connections = async () => Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))?.[1]);
    const before = await connections();
    await eventually(async () => (await connections()) > before + 1, undefined, back);
    expect([taking.isHealthy(), said().includes(taken), stuck()]).toEqual([true, false, 0]);
    await admin.config('SET', 'maxmemory', '0');
    await eventually(() => said().includes(taken), undefined, back);
  });

  it('finds out what is wrong with a Redis that comes later', async () => {
    const port = await freePort();
    const { said, faults } = startTaking(`redis://app:pass@127.0.0.1:${port}`);
    const server = await startRedis({ port });
    await eventually(() => faults.length === 1, undefined, back);
    expect(faults[0]).toContain('WRONGPASS');
    expect(said()).not.toContain(taken);
    await server.stop();
  });
});

describe('a worker that takes no due jobs', () => {
  it('says so, turns unhealthy, and asks for a restart', async () => {
    const server = await startRedis();
    const { taking, queue, lines, said, stuck } = startTaking(server.url, () => Promise.resolve(snooze(300)));
    await eventually(() => said().includes(taken), undefined, back);
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await eventually(async () => (await queue.depths())['check-training']?.delayed === 1);
    expect(taking.isHealthy()).toBe(true);
    await openRedis(server.url).replicaof(...nowhere);
    await eventually(() => !taking.isHealthy(), undefined, back);
    expect(taking.problem()).toMatch(/^takes no jobs from check-training, where 1 are due, for \d+ s$/);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'worker takes no due jobs' }));
    await eventually(() => stuck() > 0, undefined, back);
    expect(said()).toContain('worker takes no due jobs; the process ends');
  });

  it('is well again when it takes them', async () => {
    const server = await startRedis();
    const started = startTaking(server.url, () => Promise.resolve(snooze(300)), {
      progressTimes: { lateAfterMs: 200, unhealthyAfterMs: 500, endAfterMs: 60_000 },
    });
    await eventually(() => started.said().includes(taken), undefined, back);
    await started.queue.scheduleTrainingCheck(aRun('job-1'), 0);
    await eventually(async () => (await started.queue.depths())['check-training']?.delayed === 1);
    await openRedis(server.url).replicaof(...nowhere);
    await eventually(() => !started.taking.isHealthy(), undefined, back);
    await openRedis(server.url).replicaof('NO', 'ONE');
    await eventually(() => started.taking.isHealthy(), undefined, back);
    expect(started.said()).toContain('worker takes jobs again');
    expect(started.stuck()).toBe(0);
  });

  it('because it is on hold is not stuck', async () => {
    const server = await startRedis();
    const { taking, queue, said, stuck } = startTaking(server.url);
    await eventually(() => said().includes(taken), undefined, back);
    taking.hold('another database');
    await queue.scheduleTrainingCheck(aRun('job-1'), 0);
    const due = async () => Date.now() - ((await queue.due())['check-training']?.oldest?.since ?? Infinity);
    await eventually(async () => (await due()) > 2500, undefined, back);
    expect([taking.isHealthy(), taking.problem(), stuck()]).toEqual([true, 'another database', 0]);
    taking.hold(null);
    await eventually(async () => (await queue.depths())['check-training']?.completed === 1, undefined, back);
    expect(taking.problem()).toBeNull();
  });
});
