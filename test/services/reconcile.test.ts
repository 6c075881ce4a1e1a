import { describe, expect, it } from 'vitest';
import { adoptOrphans } from '../../src/services/adoption/adopt-orphans.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { reconcile } from '../../src/services/system/reconcile.ts';
import { timedOut } from '../db/samples.ts';
import { image, training } from '../../tools/testkit/simulator.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { endpointName, startTestContext, type TestContext } from './harness.ts';

const adopt = (context: TestContext): Promise<number> => adoptOrphans(context.ctx, { search: newSearch() });

describe('reconcile', () => {
  it('restores the jobs of runs and deployments that have none, and only those', async () => {
    const context = await startTestContext();
    const done = await context.start();
    await context.settle();
    const watched = await context.start();
    const [check] = context.ctx.queue.queues;
    await eventually(() => check?.getJob(`check-${watched}`));
    await check?.obliterate({ force: true });
    context.clock.advance(10);
    expect(await reconcile(context.ctx)).toEqual({ restoredChecks: 1, restoredDeployments: 0 });
    expect(await check?.getJob(`check-${watched}`)).toBeDefined();
    expect(await check?.getJob(`check-${done}`)).toBeUndefined();
    expect(await reconcile(context.ctx)).toEqual({ restoredChecks: 0, restoredDeployments: 0 });

    const deploymentId = await context.untilQueued(watched);
    const [, deploy] = context.ctx.queue.queues;
    await deploy?.obliterate({ force: true });
    context.clock.advance(10);
    expect(await reconcile(context.ctx)).toMatchObject({ restoredDeployments: 1 });
    expect(await deploy?.getJob(`deploy-${deploymentId}`)).toBeDefined();
  });

  it('spreads very many restored jobs', async () => {
    const context = await startTestContext();
    const run = await context.store.runs.find(await context.start());
    for (let number = 1; number <= 200; number += 1) {
      const runId = `run-${number}`;
      const own = { runId, trainingJobName: runId, project: 'p', endpointName, autoDeploy: true, servingImage: image };
      await context.store.runs.insert({
        run: { ...own, shapes: run!.shapes!, request: run!.request, idempotencyKey: null, idempotencyHash: null },
        now: context.clock.now,
      });
    }
    context.clock.advance(10);
    expect(await reconcile(context.ctx)).toMatchObject({ restoredChecks: 200 });
    const [check] = context.ctx.queue.queues;
    const requested = ((await check?.getDelayed()) ?? []).filter(({ name }) => name.startsWith('run-'));
    const latestMs = Math.max(...requested.map(({ opts }) => opts.delay ?? 0));
    expect(latestMs).toBeGreaterThan(2000);
    expect(latestMs).toBeLessThanOrEqual(4000);
  });

  it('skips a row of which no job can be made, logs it once, and restores the others', async () => {
    const context = await startTestContext();
    const watched = await context.start();
    // As an older version adopted it, which did not check the tags.
    const adopted = {
      project: 'p',
      autoDeploy: true,
      servingImage: null,
      secondaryStatus: null,
      createdAt: 0,
      foundEnded: false,
    };
    const bad = { ...adopted, runId: 'run-bad', trainingJobName: 'bad', trainingJobArn: 'arn', endpointName: 'bad name' };
    await context.store.runs.adopt({ run: bad, actor: 'reconcile', now: context.clock.now });
    const [check] = context.ctx.queue.queues;
    await eventually(() => check?.getJob(`check-${watched}`));
    for (const count of [1, 2]) {
      await check?.obliterate({ force: true });
      context.clock.advance(30);
      expect(await reconcile(context.ctx)).toMatchObject({ restoredChecks: 1 });
      expect(await check?.getJob(`check-${watched}`)).toBeDefined();
      expect(await context.store.skipped.list()).toMatchObject([{ kind: 'run', name: 'bad', count }]);
    }
    expect(context.lines.filter((line) => line.includes('"event":"skipped"'))).toHaveLength(1);
    await context.store.runs.finish({
      trainingJobName: 'bad',
      outcome: timedOut,
      deployment: null,
      actor: 'poll',
      now: context.clock.now,
    });
    await reconcile(context.ctx);
    expect(await context.store.skipped.list()).toEqual([]);
  });

  it('leaves alone what was recorded a moment ago', async () => {
    const context = await startTestContext();
    const job = await context.start();
    const [check] = context.ctx.queue.queues;
    await eventually(() => check?.getJob(`check-${job}`));
    await check?.obliterate({ force: true });
    expect(await reconcile(context.ctx)).toEqual({ restoredChecks: 0, restoredDeployments: 0 });
  });
});

describe('reconcile, while SageMaker is slow to start a training', () => {
  const restoredLines = (context: TestContext): string[] =>
    context.lines.filter((line) => line.includes('"event":"queue.job_restored"'));

  it('adds a check without logging a missing job', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'delay', ms: 1000, match: { operation: 'CreateTrainingJob' } });
    const started = context.start({ trainingJobName: 'slow' });
    await eventually(() => context.store.runs.find('slow'));
    context.clock.advance(5);
    expect(await reconcile(context.ctx)).toMatchObject({ restoredChecks: 0 });
    const [check] = context.ctx.queue.queues;
    expect(await check?.getJob('check-slow')).toBeDefined();
    await started;
    expect(restoredLines(context)).toEqual([]);
  });

  it('restores nothing for a run that was started a moment ago', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'delay', ms: 500, match: { operation: 'CreateTrainingJob' } });
    const started = context.start({ trainingJobName: 'slow' });
    await eventually(() => context.store.runs.find('slow'));
    context.clock.advance(8);
    await started;
    const [check] = context.ctx.queue.queues;
    await eventually(() => check?.getJob('check-slow'));
    await check?.obliterate({ force: true });
    expect(await reconcile(context.ctx)).toMatchObject({ restoredChecks: 0 });
    context.clock.advance(3);
    expect(await reconcile(context.ctx)).toMatchObject({ restoredChecks: 1 });
    expect(restoredLines(context)).toHaveLength(1);
  });
});

describe('reconcile, after a clock was put back', () => {
  const hour = 3_600_000;

  it('pulls delayed jobs forward, at once or, for very many, within an interval', async () => {
    const context = await startTestContext();
    // By which BullMQ delays jobs.
    context.clock.now = Date.now();
    const { queue } = context.ctx;
    const aRun = (trainingJobName: string) => ({ trainingJobName, endpointName });
    await queue.scheduleTrainingCheck(aRun('near'), 70_000);
    await queue.scheduleTrainingCheck(aRun('far'), hour);
    await reconcile(context.ctx);
    const [check] = queue.queues;
    const delayOf = async (name: string): Promise<number> => (await check?.getJob(`check-${name}`))?.delay ?? Number.NaN;
    expect(await delayOf('near')).toBe(70_000);
    expect(await delayOf('far')).toBeLessThan(50);

    const many = Array.from({ length: 3000 }, (_, number) => `many-${number}`);
    await queue.restore({ runs: many.map(aRun), deployments: [] }, () => hour);
    await reconcile(context.ctx);
    const delays = ((await check?.getDelayed(0, -1)) ?? [])
      .filter(({ name }) => name.startsWith('many-'))
      .map(({ delay }) => delay);
    expect(delays).toHaveLength(3000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
    expect(Math.max(...delays)).toBeGreaterThan(25_000);
    const said = context.lines
      .filter((line) => line.includes('"event":"queue.jobs_pulled_forward"'))
      .map((line) => JSON.parse(line) as object);
    expect(said).toMatchObject([{ level: 'warn', jobs: 1 }, { jobs: 3000 }]);
  });
});

describe('adoptOrphans', () => {
  it('adopts trainings with their endpoint and auto-deploy choice, and repeats nothing', async () => {
    const context = await startTestContext();
    const live = await context.start({ endpointName: 'one' });
    await context.settle();
    const named = await context.start({ trainingJobName: 'named', endpointName: 'two' });
    const notDeployed = await context.start({}, false);
    await context.sdk.createTrainingJob(training('ml-sentiment-training-foreign'));
    await context.loseDatabase();

    expect(await adopt(context)).toBe(3);
    expect(await context.store.runs.find(named)).toMatchObject({ endpointName: 'two', autoDeploy: true, status: 'training' });
    expect(await context.store.runs.find(notDeployed)).toMatchObject({ autoDeploy: false });
    expect(await context.store.runs.find('ml-sentiment-training-foreign')).toBeNull();
    await context.settle();
    expect(await context.store.runs.find(live)).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
    expect(await context.store.runs.find(named)).toMatchObject({ deploymentStatus: 'deployed' });
    expect(await context.store.runs.find(notDeployed)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
    expect(context.effects()).toMatchObject({
      model_created: 2,
      endpoint_config_created: 2,
      endpoint_create_requested: 2,
      training_job_created: 4,
    });
    expect(context.effects()).not.toHaveProperty('endpoint_update_requested');
  });

  it('does not bring an older training back over a newer one that is live', async () => {
    const context = await startTestContext();
    const older = await context.start();
    await context.settle();
    const newer = await context.start();
    await context.settle();
    const before = context.effects();
    await context.loseDatabase();
    await adopt(context);
    await context.settle();
    expect(await context.deploymentsOf(newer)).toMatchObject([{ status: 'deployed' }]);
    expect(await context.deploymentsOf(older)).toMatchObject([{ status: 'superseded', supersededBy: newer }]);
    expect(context.effects()).toEqual(before);
  });

  it('searches in one process at a time, down to where the last search began', async () => {
    const context = await startTestContext();
    await context.start();
    await adopt(context);
    await adopt(context);
    expect(context.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(1);
    context.clock.advance(31);
    await adopt(context);
    expect(context.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(2);
    expect(context.simulator.calls({ operation: 'ListTags' })).toHaveLength(0);
  });

  it('reads the tags of a foreign training once', async () => {
    const context = await startTestContext();
    await context.sdk.createTrainingJob(training('foreign'));
    const search = newSearch();
    await adoptOrphans(context.ctx, { search: search });
    context.clock.advance(31);
    await adoptOrphans(context.ctx, { search: search });
    expect(context.simulator.calls({ operation: 'ListTags' })).toHaveLength(1);
  });

  it('leaves the trainings of another installation alone', async () => {
    const context = await startTestContext();
    await context.start();
    await context.loseDatabase();
    context.ctx.settings.projectName = 'other';
    expect(await adopt(context)).toBe(0);
  });

  it('walks through many pages, and begins again after an error of SageMaker', async () => {
    const context = await startTestContext();
    const run = await context.start();
    for (let index = 0; index < 2; index += 1) {
      await fetch(`${context.simulator.url}/_control/training-jobs/seed`, {
        method: 'POST',
        body: JSON.stringify({ count: 100, namePrefix: `seed-${index}`, status: 'completed' }),
      });
    }
    await context.loseDatabase();
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'denied',
      match: { operation: 'ListTrainingJobs' },
    });
    expect(await adopt(context)).toBe(0);
    context.clock.advance(31);
    expect(await adopt(context)).toBe(1);
    expect(await context.store.runs.find(run)).not.toBeNull();
    expect(context.simulator.calls({ operation: 'ListTrainingJobs', code: 'OK' })).toHaveLength(3);
  });
});
