import { describe, expect, it } from 'vitest';
import { adoptLost } from '../../src/services/adoption/adopt-orphans.ts';
import { newSearch } from '../../src/services/adoption/orphan-search.ts';
import { reconcile } from '../../src/services/system/reconcile.ts';
import { timedOut } from '../db/samples.ts';
import { image, training } from '../../tools/testkit/simulator.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { endpointName, startWorld, type World } from './harness.ts';

const adopt = (world: World): Promise<number> => adoptLost(world.services, newSearch());

describe('reconciling', () => {
  it('puts back the jobs of runs and deployments that have none, and only those', async () => {
    const world = await startWorld();
    const done = await world.start();
    await world.settle();
    const watched = await world.start();
    const [check] = world.services.queue.queues;
    await eventually(() => check?.getJob(`check-${watched}`));
    await check?.obliterate({ force: true });
    world.clock.advance(10);
    expect(await reconcile(world.services)).toEqual({ restoredChecks: 1, restoredDeployments: 0 });
    expect(await check?.getJob(`check-${watched}`)).toBeDefined();
    expect(await check?.getJob(`check-${done}`)).toBeUndefined();
    expect(await reconcile(world.services)).toEqual({ restoredChecks: 0, restoredDeployments: 0 });

    const deploymentId = await world.untilQueued(watched);
    const [, deploy] = world.services.queue.queues;
    await deploy?.obliterate({ force: true });
    world.clock.advance(10);
    expect(await reconcile(world.services)).toMatchObject({ restoredDeployments: 1 });
    expect(await deploy?.getJob(`deploy-${deploymentId}`)).toBeDefined();
  });

  it('lets very many go on one after the other', async () => {
    const world = await startWorld();
    const run = await world.store.findRun(await world.start());
    for (let number = 1; number <= 200; number += 1) {
      const runId = `run-${number}`;
      const own = { runId, trainingJobName: runId, project: 'p', endpointName, autoDeploy: true, servingImage: image };
      await world.store.insertRun(
        { ...own, request: run!.request!, idempotencyKey: null, idempotencyHash: null },
        world.clock.now,
      );
    }
    world.clock.advance(10);
    expect(await reconcile(world.services)).toMatchObject({ restoredChecks: 200 });
    const [check] = world.services.queue.queues;
    const requested = ((await check?.getDelayed()) ?? []).filter(({ name }) => name.startsWith('run-'));
    const latestMs = Math.max(...requested.map(({ opts }) => opts.delay ?? 0));
    expect(latestMs).toBeGreaterThan(2000);
    expect(latestMs).toBeLessThanOrEqual(4000);
  });

  it('passes over a row of which no job can be made, says so once, and puts back the others', async () => {
    const world = await startWorld();
    const watched = await world.start();
    // As an older version adopted it, whose tags nobody had checked.
    const adopted = {
      project: 'p',
      autoDeploy: true,
      servingImage: null,
      secondaryStatus: null,
      createdAt: 0,
      foundEnded: false,
    };
    const bad = { ...adopted, runId: 'run-bad', trainingJobName: 'bad', trainingJobArn: 'arn', endpointName: 'bad name' };
    await world.store.adoptRun(bad, 'reconcile', world.clock.now);
    const [check] = world.services.queue.queues;
    await eventually(() => check?.getJob(`check-${watched}`));
    for (const count of [1, 2]) {
      await check?.obliterate({ force: true });
      world.clock.advance(30);
      expect(await reconcile(world.services)).toMatchObject({ restoredChecks: 1 });
      expect(await check?.getJob(`check-${watched}`)).toBeDefined();
      expect(await world.store.passedOver()).toMatchObject([{ kind: 'run', name: 'bad', count }]);
    }
    expect(world.lines.filter((line) => line.includes('is passed over'))).toHaveLength(1);
    await world.store.finishRun('bad', timedOut, null, 'poll', world.clock.now);
    await reconcile(world.services);
    expect(await world.store.passedOver()).toEqual([]);
  });

  it('leaves alone what was recorded this very moment', async () => {
    const world = await startWorld();
    const job = await world.start();
    const [check] = world.services.queue.queues;
    await eventually(() => check?.getJob(`check-${job}`));
    await check?.obliterate({ force: true });
    expect(await reconcile(world.services)).toEqual({ restoredChecks: 0, restoredDeployments: 0 });
  });
});

describe('a start that SageMaker is slow to answer', () => {
  const restoredLines = (world: World): string[] => world.lines.filter((line) => line.includes('no job in the queue'));

  it('is no lost job, and is watched all the same', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'delay', ms: 1000, match: { operation: 'CreateTrainingJob' } });
    const started = world.start({ trainingJobName: 'slow' });
    await eventually(() => world.store.findRun('slow'));
    world.clock.advance(5);
    expect(await reconcile(world.services)).toMatchObject({ restoredChecks: 0 });
    const [check] = world.services.queue.queues;
    expect(await check?.getJob('check-slow')).toBeDefined();
    await started;
    expect(restoredLines(world)).toEqual([]);
  });

  it('has told nobody yet when the answer has just come', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'delay', ms: 500, match: { operation: 'CreateTrainingJob' } });
    const started = world.start({ trainingJobName: 'slow' });
    await eventually(() => world.store.findRun('slow'));
    world.clock.advance(8);
    await started;
    const [check] = world.services.queue.queues;
    await eventually(() => check?.getJob('check-slow'));
    await check?.obliterate({ force: true });
    expect(await reconcile(world.services)).toMatchObject({ restoredChecks: 0 });
    world.clock.advance(3);
    expect(await reconcile(world.services)).toMatchObject({ restoredChecks: 1 });
    expect(restoredLines(world)).toHaveLength(1);
  });
});

describe('jobs that a clock which was put back has left in the future', () => {
  const hour = 3_600_000;

  it('are due at once, and very many within an interval', async () => {
    const world = await startWorld();
    const { queue } = world.services;
    const aRun = (trainingJobName: string) => ({ trainingJobName, endpointName });
    await queue.watchTraining(aRun('near'), 70_000);
    await queue.watchTraining(aRun('far'), hour);
    await reconcile(world.services);
    const [check] = queue.queues;
    const delayOf = async (name: string): Promise<number> => (await check?.getJob(`check-${name}`))?.delay ?? Number.NaN;
    expect(await delayOf('near')).toBe(70_000);
    expect(await delayOf('far')).toBeLessThan(50);

    const many = Array.from({ length: 3000 }, (_, number) => `many-${number}`);
    await queue.restore({ runs: many.map(aRun), deployments: [] }, () => hour);
    await reconcile(world.services);
    const delays = ((await check?.getDelayed(0, -1)) ?? [])
      .filter(({ name }) => name.startsWith('many-'))
      .map(({ delay }) => delay);
    expect(delays).toHaveLength(3000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
    expect(Math.max(...delays)).toBeGreaterThan(25_000);
    const said = world.lines.filter((line) => line.includes('too far in the future')).map((line) => JSON.parse(line) as object);
    expect(said).toMatchObject([{ level: 'warn', jobs: 1 }, { jobs: 3000 }]);
  });
});

describe('a database that was lost', () => {
  it('gets its trainings back from SageMaker, with endpoint and auto-deploy choice, and repeats nothing', async () => {
    const world = await startWorld();
    const live = await world.start({ endpointName: 'one' });
    await world.settle();
    const named = await world.start({ trainingJobName: 'named', endpointName: 'two' });
    const notDeployed = await world.start({}, false);
    await world.sdk.createTrainingJob(training('ml-sentiment-training-of-somebody'));
    await world.loseDatabase();

    expect(await adopt(world)).toBe(3);
    expect(await world.store.findRun(named)).toMatchObject({ endpointName: 'two', autoDeploy: true, status: 'training' });
    expect(await world.store.findRun(notDeployed)).toMatchObject({ autoDeploy: false });
    expect(await world.store.findRun('ml-sentiment-training-of-somebody')).toBeNull();
    await world.settle();
    expect(await world.store.findRun(live)).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
    expect(await world.store.findRun(named)).toMatchObject({ deploymentStatus: 'deployed' });
    expect(await world.store.findRun(notDeployed)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
    expect(world.effects()).toMatchObject({
      model_created: 2,
      endpoint_config_created: 2,
      endpoint_create_requested: 2,
      training_job_created: 4,
    });
    expect(world.effects()).not.toHaveProperty('endpoint_update_requested');
  });

  it('does not bring an older training back over a newer one that is live', async () => {
    const world = await startWorld();
    const older = await world.start();
    await world.settle();
    const newer = await world.start();
    await world.settle();
    const before = world.effects();
    await world.loseDatabase();
    await adopt(world);
    await world.settle();
    expect(await world.deploymentsOf(newer)).toMatchObject([{ status: 'deployed' }]);
    expect(await world.deploymentsOf(older)).toMatchObject([{ status: 'superseded', supersededBy: newer }]);
    expect(world.effects()).toEqual(before);
  });

  it('is looked for by one process at a time, and again from where the last look began', async () => {
    const world = await startWorld();
    await world.start();
    await adopt(world);
    await adopt(world);
    expect(world.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(1);
    world.clock.advance(31);
    await adopt(world);
    expect(world.simulator.calls({ operation: 'ListTrainingJobs' })).toHaveLength(2);
    expect(world.simulator.calls({ operation: 'ListTags' })).toHaveLength(0);
  });

  it('reads the tags of somebody else’s trainings once', async () => {
    const world = await startWorld();
    await world.sdk.createTrainingJob(training('theirs'));
    const search = newSearch();
    await adoptLost(world.services, search);
    world.clock.advance(31);
    await adoptLost(world.services, search);
    expect(world.simulator.calls({ operation: 'ListTags' })).toHaveLength(1);
  });

  it('leaves the trainings of another installation alone', async () => {
    const world = await startWorld();
    await world.start();
    await world.loseDatabase();
    world.services.settings.projectName = 'other';
    expect(await adopt(world)).toBe(0);
  });

  it('goes through many pages, and begins anew when SageMaker was away', async () => {
    const world = await startWorld();
    const run = await world.start();
    for (let index = 0; index < 2; index += 1) {
      await fetch(`${world.simulator.url}/_control/training-jobs/seed`, {
        method: 'POST',
        body: JSON.stringify({ count: 100, namePrefix: `seed-${index}`, status: 'completed' }),
      });
    }
    await world.loseDatabase();
    world.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'denied',
      match: { operation: 'ListTrainingJobs' },
    });
    expect(await adopt(world)).toBe(0);
    world.clock.advance(31);
    expect(await adopt(world)).toBe(1);
    expect(await world.store.findRun(run)).not.toBeNull();
    expect(world.simulator.calls({ operation: 'ListTrainingJobs', code: 'OK' })).toHaveLength(3);
  });
});
