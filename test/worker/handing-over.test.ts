import { describe, expect, it } from 'vitest';
import { complete, type JobResult } from '../../src/services/job-result.ts';
import { aDeployment, openRedis } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { redisUrl } from '../../tools/testkit/redis.ts';
import { nothing, setUp } from './harness.ts';
import { deployKind } from './kinds.ts';

const untilAborted = (signal: AbortSignal): Promise<JobResult> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('a worker that shuts down', () => {
  it('releases its active jobs, and another worker resumes them within a second', async () => {
    const { queue, lines, start } = setUp(redisUrl());
    const events: { what: string; at: number }[] = [];
    const note = (what: string): void => void events.push({ what, at: performance.now() });
    const first = start([
      deployKind((_data, { signal }) => {
        note('started');
        signal.addEventListener('abort', () => note('stopped'));
        return untilAborted(signal);
      }),
    ]);
    await queue.deploy(aDeployment('d-1'), 0);
    await eventually(() => events.length === 1);
    start([
      deployKind(() => {
        note('taken over');
        return nothing();
      }),
    ]);
    await first.close();
    await eventually(() => events.length === 3);
    expect(events.map(({ what }) => what)).toEqual(['started', 'stopped', 'taken over']);
    expect(Number(events[2]?.at) - Number(events[1]?.at)).toBeLessThan(1000);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('lets a job that ends in time end', async () => {
    const { queue, deploy, start } = setUp(redisUrl());
    const release = Promise.withResolvers<JobResult>();
    let started = false;
    let aborted = false;
    const runtime = start(
      [
        deployKind((_data, { signal }) => {
          started = true;
          signal.addEventListener('abort', () => (aborted = true));
          return release.promise;
        }),
      ],
      { closing: { releaseJobsMs: 5000, forceCloseMs: 6000 } },
    );
    await queue.deploy(aDeployment('d-1'), 0);
    await eventually(() => started);
    const closed = runtime.close();
    release.resolve(complete);
    await closed;
    expect(await deploy.getJobState('deploy-d-1')).toBe('completed');
    expect(aborted).toBe(false);
  });

  it('leaves a job that does not heed, and another takes it when its lock has run out', async () => {
    const { queue, lines, start } = setUp(redisUrl());
    const release = Promise.withResolvers<JobResult>();
    let runs = 0;
    const kind = deployKind(() => {
      runs += 1;
      return runs === 1 ? release.promise : nothing();
    });
    const first = start([kind]);
    await queue.deploy(aDeployment('d-1'), 0);
    await eventually(() => runs === 1);
    await first.close();
    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', jobs: 1 }));
    start([kind]);
    await eventually(() => runs === 2);
    release.resolve(complete);
  });
});

describe('a job whose lock is lost', () => {
  it('survives that 25 times, ends each run that has lost it, and is done once', async () => {
    const { queue, deploy, prefix, start } = setUp(redisUrl());
    const redis = openRedis(redisUrl());
    let runs = 0;
    let ended = 0;
    start(
      [
        deployKind(async (_data, { signal }) => {
          runs += 1;
          if (runs > 25) return complete;
          await redis.del(`${prefix}:deploy:deploy-d-1:lock`);
          return untilAborted(signal).finally(() => (ended += 1));
        }),
      ],
      { times: { lockMs: 400, lockRenewMs: 200, stalledIntervalMs: 50 } },
    );
    await queue.deploy(aDeployment('d-1'), 0);
    await eventually(async () => (await deploy.getJobState('deploy-d-1')) === 'completed', undefined, { withinMs: 20_000 });
    expect(runs).toBe(26);
    expect(ended).toBe(25);
    expect(await queue.depths()).toMatchObject({ deploy: { failed: 0, completed: 1, waiting: 0, active: 0, delayed: 0 } });
  });
});
