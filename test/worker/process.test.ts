import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aDeployment, newPrefix, openQueue } from '../queue/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { freePort } from '../../tools/dev/ports.ts';
import { startProgram } from '../../tools/testkit/processes.ts';
import { redisUrl, startRedis } from '../../tools/testkit/redis.ts';
import { Pipe, startInto } from '../../tools/testkit/unread.ts';
import { nothing, setUp } from './harness.ts';
import { deployKind } from './kinds.ts';

const startWorker = (redis: string, queuePrefix: string, more: Record<string, string | undefined> = {}) =>
  startProgram(['src/worker/main.ts'], environment(redis, queuePrefix, more));

function environment(redis: string, queuePrefix: string, more: Record<string, string | undefined> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'autodeploy-worker-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    REDIS_URL: redis,
    QUEUE_PREFIX: queuePrefix,
    DATABASE_URL: `file:${join(folder, 'autodeploy.db')}`,
    EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/sagemaker',
    TRAINING_IMAGE: 'training:1',
    MODEL_OUTPUT_S3_URI: 's3://bucket/models',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:9',
    ...more,
  };
}

describe('the worker process', () => {
  it('applies migrations, takes jobs, and ends in order at SIGTERM', async () => {
    const prefix = newPrefix();
    const queue = openQueue(redisUrl(), prefix);
    const worker = startWorker(redisUrl(), prefix);
    await worker.logged(({ msg }) => msg === 'worker takes jobs');
    await queue.deploy(aDeployment('of-no-row'), 0);
    await eventually(
      () => queue.depths(),
      ({ deploy }) => deploy?.completed === 1,
    );
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    expect(worker.log.at(-1)).toMatchObject({ component: 'auto-deploy', msg: 'stopped' });
    // SageMaker is nowhere here: a slow machine finds that out before the end.
    const complaints = worker.log.filter(
      ({ level, event }) => ['error', 'warn'].includes(String(level)) && event !== 'orphans.list_failed',
    );
    expect(complaints).toEqual([]);
  });

  it('stays up without Redis, says so once, does not say that it takes jobs, and ends with 0 within 10 s', async () => {
    const url = `redis://:hunter2pass@127.0.0.1:${await freePort()}`;
    const worker = startWorker(url, newPrefix());
    const away = () => worker.log.filter(({ msg }) => String(msg).startsWith('Redis unavailable'));
    await eventually(() => away().length === 1);
    await worker.logged(({ msg }) => msg === 'worker started');
    const startedAt = performance.now();
    expect(await worker.stop(10_000)).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(away()).toHaveLength(1);
    expect(worker.log.map(({ msg }) => msg)).not.toContain('worker takes jobs');
    expect(worker.output.join('\n')).not.toContain('hunter2pass');
  });

  it('does not start without a region, and says in one line which variable is missing', async () => {
    const worker = startWorker(redisUrl(), newPrefix(), { AWS_REGION: '', AWS_CONFIG_FILE: '/dev/null' });
    expect(await worker.exited).toEqual({ code: 78, signal: null });
    expect(worker.output).toEqual([expect.stringMatching(/^AWS_REGION is empty; it must hold/)]);
  });

  it("finds the region in a profile, by the SDK's own rules", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'autodeploy-aws-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'config'), '[profile ml]\nregion = eu-central-1\n');
    const profile = { AWS_REGION: undefined, AWS_PROFILE: 'ml', AWS_CONFIG_FILE: join(folder, 'config') };
    const worker = startWorker(redisUrl(), newPrefix(), profile);
    expect(await worker.logged(({ msg }) => msg === 'worker takes jobs')).toBeDefined();
  });

  it('takes jobs and ends in time while its log has no reader', async () => {
    const pipe = new Pipe();
    const { prefix, queue, deploy } = setUp(redisUrl());
    await queue.probe();
    const worker = startInto(pipe.path, ['src/worker/main.ts'], environment(redisUrl(), prefix));
    const jobs = 200;
    // Each is worth a line.
    const data = { not: 'understood'.repeat(20) };
    await deploy.addBulk(Array.from({ length: jobs }, (_, count) => ({ name: 'deploy', data, opts: { jobId: `bad-${count}` } })));
    await eventually(
      () => queue.depths(),
      (depths) => depths['deploy']?.completed === jobs,
    );
    const startedAt = performance.now();
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(9000);
  });

  it('exits at once at a second signal', async () => {
    const redis = await startRedis();
    const worker = startWorker(redis.url, newPrefix());
    await worker.logged(({ msg }) => msg === 'worker takes jobs');
    // It waits for a goodbye that does not come.
    redis.child.signal('SIGSTOP');
    worker.signal('SIGINT');
    await worker.logged(({ msg }) => msg === 'stopping');
    const startedAt = performance.now();
    worker.signal('SIGTERM');
    expect(await worker.exited).toEqual({ code: 1, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe('a process that is frozen and woken up', () => {
  it('loses its job to another, and does not disturb it there', async () => {
    const { prefix, queue, deploy, start } = setUp(redisUrl());
    const frozen = startProgram(['test/worker/worker-program.ts'], {
      REDIS_URL: redisUrl(),
      QUEUE_PREFIX: prefix,
      RUN_MS: '1000',
    });
    await frozen.logged(({ msg }) => msg === 'ready');
    await queue.deploy(aDeployment('d-1'), 0);
    await frozen.logged(({ msg }) => msg === 'started');
    frozen.signal('SIGSTOP');

    const release = Promise.withResolvers<void>();
    let runs = 0;
    let stopRequested = false;
    start([
      deployKind(async (_data, { signal }) => {
        runs += 1;
        signal.addEventListener('abort', () => (stopRequested = true));
        await release.promise;
        return nothing();
      }),
    ]);
    await eventually(() => runs === 1);
    frozen.signal('SIGCONT');
    await frozen.logged(({ msg }) => msg === 'ended');
    await frozen.logged(({ msg }) => msg === 'job lock lost; another worker will resume it');
    expect(await deploy.getJobState('deploy-d-1')).toBe('active');
    release.resolve();
    await eventually(async () => (await deploy.getJobState('deploy-d-1')) === 'completed');
    expect([runs, stopRequested]).toEqual([1, false]);
    expect(frozen.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('that is killed loses no job', async () => {
    const { prefix, queue, start } = setUp(redisUrl());
    const killed = startProgram(['test/worker/worker-program.ts'], {
      REDIS_URL: redisUrl(),
      QUEUE_PREFIX: prefix,
      RUN_MS: '60000',
    });
    await killed.logged(({ msg }) => msg === 'ready');
    await queue.deploy(aDeployment('d-1'), 0);
    await killed.logged(({ msg }) => msg === 'started');
    await killed.kill();
    start([deployKind(nothing)]);
    const depths = await eventually(
      () => queue.depths(),
      ({ deploy }) => deploy?.completed === 1,
    );
    expect(depths['deploy']).toMatchObject({ active: 0, failed: 0, waiting: 0 });
  });
});
