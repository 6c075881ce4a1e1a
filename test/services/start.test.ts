import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../src/core/errors.ts';
import { startLeaseMs } from '../../src/core/training/training-run.ts';
import { bootstrap } from '../../src/services/training/create-run.ts';
import { observeTraining } from '../../src/services/training/observe-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { stopTraining } from '../../src/services/training/stop-run.ts';
import type { Operation } from 'sagemaker-simulator';
import { training } from '../../tools/testkit/simulator.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startWorld, type World } from './harness.ts';

const request = (more: object = {}) => ({ autoDeploy: true, idempotencyKey: null, body: {}, ...more });
const codeOf = (error: unknown): string => (error instanceof ServiceError ? error.code : String(error));
const refused = (call: Promise<unknown>): Promise<string> => call.then(() => 'accepted', codeOf);

const awayForever = (operation: Operation | Operation[]) =>
  ({ kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'away', match: { operation }, times: 'forever' }) as const;

const look = (world: World, job: string) => observeTraining(world.services, job, { actor: 'poll', troubleSince: null });

describe('bootstrap', () => {
  it('throttled: is accepted, and a later look starts the training once', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' }, times: 3 });
    const { run } = await bootstrap(world.services, request());
    expect(run.status).toBe('requested');
    await world.settle();
    expect(await world.store.findRun(run.trainingJobName)).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
    expect(world.effects()).toMatchObject({ training_job_created: 1 });
  });

  it.each([
    ['invalid', { code: 'ValidationException', message: 'no such role' }, 'sagemaker_rejected'],
    ['access denied', { code: 'AccessDeniedException', message: 'denied' }, 'sagemaker_rejected'],
    ['over the quota', { code: 'ResourceLimitExceeded', message: 'limit is 0' }, 'quota_exceeded'],
  ])('%s: is refused with SageMaker’s words, and leaves nothing behind', async (_, error, code) => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'error', status: 400, ...error, match: { operation: 'CreateTrainingJob' } });
    const again = request({ idempotencyKey: 'key', body: { trainingJobName: 'named' } });
    await expect(bootstrap(world.services, again)).rejects.toMatchObject({ code, message: error.message });
    expect(await world.store.findRun('named')).toBeNull();
    // The same key and name may be used again.
    expect((await bootstrap(world.services, again)).created).toBe(true);
  });

  it('SageMaker unreachable: 503, nothing behind', async () => {
    const world = await startWorld();
    await world.simulator.close();
    expect(await refused(bootstrap(world.services, request({ body: { trainingJobName: 'named' } })))).toBe(
      'sagemaker_unavailable',
    );
    expect(await world.store.findRun('named')).toBeNull();
  });

  it('a lost answer with SageMaker away after it: 503, and the training that came about is stopped', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
    world.simulator.addFault(awayForever('DescribeTrainingJob'));
    const named = request({ body: { trainingJobName: 'named' } });
    expect(await refused(bootstrap(world.services, named))).toBe('sagemaker_unavailable');
    // Until it is known what became of it, the name is not to be had.
    expect(await refused(bootstrap(world.services, named))).toBe('sagemaker_unavailable');
    world.simulator.clearFaults();
    await world.settle();
    expect(await world.store.findRun('named')).toMatchObject({ status: 'stopped', deploymentStatus: 'none' });
    expect(world.effects()).toMatchObject({ training_job_created: 1, training_job_stop_requested: 1 });
    expect(world.effects()).not.toHaveProperty('model_created');
  }, 40_000);

  describe.each([
    ['is not visible', 'trainingJobVisibleAfterMs', 'DescribeTrainingJob'],
    ['has no tags', 'trainingJobTagsVisibleAfterMs', 'ListTags'],
  ] as const)('a lost answer, and a training that %s yet', (_, setting, looked) => {
    async function startUnseen(): Promise<World> {
      const world = await startWorld();
      world.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
      world.simulator.changeSettings({ [setting]: 30_000 });
      return world;
    }
    const theOne = { status: 'completed', deploymentStatus: 'deployed' };

    it('for a moment: is found to be the one that was asked for', async () => {
      const world = await startUnseen();
      const started = bootstrap(world.services, request({ body: { trainingJobName: 'named' } }));
      await eventually(() => world.simulator.calls({ operation: looked }).length === 1);
      world.clock.advance(31);
      expect((await started).run).toMatchObject({ status: 'training' });
      await world.settle();
      expect(await world.store.findRun('named')).toMatchObject(theOne);
      expect(world.effects()).toMatchObject({ training_job_created: 1 });
    });

    it('for longer, with an Idempotency-Key: 503, and its repetition gets the same run', async () => {
      const world = await startUnseen();
      const keyed = request({ idempotencyKey: 'key' });
      expect(await refused(bootstrap(world.services, keyed))).toBe('sagemaker_unavailable');
      world.clock.advance(31);
      const { run, created } = await bootstrap(world.services, keyed);
      expect(created).toBe(false);
      await world.settle();
      expect(await world.store.findRun(run.trainingJobName)).toMatchObject(theOne);
      expect(world.effects()).toMatchObject({ training_job_created: 1 });
    }, 20_000);

    it('for longer, without one: 503, and the training is stopped', async () => {
      const world = await startUnseen();
      expect(await refused(bootstrap(world.services, request({ body: { trainingJobName: 'named' } })))).toBe(
        'sagemaker_unavailable',
      );
      world.clock.advance(31);
      await world.settle();
      expect(await world.store.findRun('named')).toMatchObject({ status: 'stopped', deploymentStatus: 'none' });
      expect(world.effects()).toMatchObject({ training_job_created: 1, training_job_stop_requested: 1 });
    }, 20_000);

    it.each([0, 600_000])(
      'for longer, when a worker whose clock is %d ms ahead starts it: it goes on with it',
      async (aheadMs) => {
        const world = await startWorld();
        world.services.now = () => world.clock.now + aheadMs;
        world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' }, times: 1 });
        const { run } = await bootstrap(world.services, request());
        expect(run.status).toBe('requested');
        world.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
        world.simulator.changeSettings({ [setting]: 20_000 });
        await look(world, run.trainingJobName);
        expect(await world.store.findRun(run.trainingJobName)).toMatchObject({ status: 'requested' });
        world.clock.advance(21);
        await world.settle();
        expect(await world.store.findRun(run.trainingJobName)).toMatchObject(theOne);
        expect(world.effects()).toMatchObject({ training_job_created: 1 });
      },
      20_000,
    );
  });

  it('with an Idempotency-Key a lost answer is cleared up by its repetition: the same run, no second training', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
    world.simulator.addFault(awayForever('DescribeTrainingJob'));
    const keyed = request({ idempotencyKey: 'key' });
    expect(await refused(bootstrap(world.services, keyed))).toBe('sagemaker_unavailable');
    world.simulator.clearFaults();
    world.clock.advance(startLeaseMs / 1000 + 1);
    const { run, created } = await bootstrap(world.services, keyed);
    expect(created).toBe(false);
    await world.settle();
    expect(await world.store.findRun(run.trainingJobName)).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
    expect(world.effects()).toMatchObject({ training_job_created: 1, model_created: 1 });
  }, 40_000);

  it('SageMaker answering everything with 503: refused, and the name is free again when that is known', async () => {
    const world = await startWorld();
    world.simulator.addFault(awayForever(['CreateTrainingJob', 'DescribeTrainingJob']));
    const named = request({ body: { trainingJobName: 'named' } });
    expect(await refused(bootstrap(world.services, named))).toBe('sagemaker_unavailable');
    world.simulator.clearFaults();
    world.clock.advance(startLeaseMs / 1000 + 1);
    await look(world, 'named');
    expect(await world.store.findRun('named')).toBeNull();
    expect((await bootstrap(world.services, named)).created).toBe(true);
    expect(world.effects()).toMatchObject({ training_job_created: 1 });
  }, 40_000);

  it('a name that SageMaker has from somebody else: training_job_exists, and theirs is left alone', async () => {
    const world = await startWorld();
    await world.sdk.createTrainingJob(training('theirs'));
    expect(await refused(bootstrap(world.services, request({ body: { trainingJobName: 'theirs' } })))).toBe(
      'training_job_exists',
    );
    expect(await world.store.findRun('theirs')).toBeNull();
    expect(world.effects()).toEqual({ training_job_created: 1 });
  });

  it('20 requests of one key at once: one run, one training', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'delay', ms: 200, match: { operation: 'CreateTrainingJob' } });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => bootstrap(world.services, request({ idempotencyKey: 'key' }))),
    );
    expect(new Set(answers.map(({ run }) => run.trainingJobName)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(answers.every(({ run }) => run.status === 'training')).toBe(true);
    expect(world.effects()).toEqual({ training_job_created: 1 });
  });

  it('the same key with another body or query is a conflict', async () => {
    const world = await startWorld();
    await bootstrap(world.services, request({ idempotencyKey: 'key', body: { hyperparameters: { a: '1', b: '2' } } }));
    const conflict = { idempotencyKey: 'key', body: { hyperparameters: { a: '1', b: '3' } } };
    expect(await refused(bootstrap(world.services, request(conflict)))).toBe('idempotency_conflict');
    const sameInOtherOrder = { idempotencyKey: 'key', body: { hyperparameters: { b: '2', a: '1' } } };
    expect((await bootstrap(world.services, request(sameInOtherOrder))).created).toBe(false);
    expect(await refused(bootstrap(world.services, request({ ...sameInOtherOrder, autoDeploy: false })))).toBe(
      'idempotency_conflict',
    );
  });

  it('a process that died between recording and starting: another one starts the training, once', async () => {
    const world = await startWorld();
    const { services } = world;
    // What the dead process has left: a row, and a start that was about to be sent.
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const { run } = await bootstrap(services, request({ idempotencyKey: 'key' }));
    await services.store.beginStart(run.trainingJobName, world.clock.now);
    expect(await look(world, run.trainingJobName)).toMatchObject({ kind: 'again' });
    expect(world.effects()).toEqual({});
    world.clock.advance(startLeaseMs / 1000 + 1);
    await look(world, run.trainingJobName);
    const repeated = await bootstrap(services, request({ idempotencyKey: 'key' }));
    expect(repeated).toMatchObject({ created: false, run: { trainingJobName: run.trainingJobName, status: 'training' } });
    expect(world.effects()).toEqual({ training_job_created: 1 });
  });

  it('a process that died between starting and recording: the training is found and adopted', async () => {
    const world = await startWorld();
    const { services } = world;
    const { store } = services;
    services.store = { ...store, markTraining: () => Promise.reject(new Error('killed')) };
    await expect(bootstrap(services, request({ body: { trainingJobName: 'named' } }))).rejects.toThrow('killed');
    services.store = store;
    expect(await services.store.findRun('named')).toMatchObject({ status: 'requested' });
    world.clock.advance(startLeaseMs / 1000 + 1);
    await look(world, 'named');
    expect(await services.store.findRun('named')).toMatchObject({ status: 'training' });
    expect(world.effects()).toEqual({ training_job_created: 1 });
  });

  it('a start that is denied is tried for five minutes from the first denial, however long it was throttled before', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const { run } = await bootstrap(world.services, request());
    const name = run.trainingJobName;
    world.clock.advance(3600);
    world.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'denied',
      match: { operation: 'CreateTrainingJob' },
      times: 'forever',
    });
    const first = await look(world, name);
    expect(first).toMatchObject({ kind: 'again', troubleSince: world.clock.now });
    world.clock.advance(300);
    const troubleSince = first.kind === 'again' ? first.troubleSince : null;
    await observeTraining(world.services, name, { actor: 'poll', troubleSince });
    expect(await world.store.findRun(name)).toMatchObject({ status: 'requested', overdueSince: world.clock.now });
    world.clock.advance(60);
    await observeTraining(world.services, name, { actor: 'poll', troubleSince });
    expect(await world.store.findRun(name)).toMatchObject({
      status: 'failed',
      failureReason: 'denied',
      failureKind: 'access_denied',
    });
  });

  it('a start for which our credentials are refused waits until they are good again', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const { run } = await bootstrap(world.services, request());
    world.simulator.addFault({ kind: 'error', status: 400, code: 'ExpiredTokenException', message: 'expired', times: 'forever' });
    for (let count = 0; count < 3; count += 1) {
      expect(await look(world, run.trainingJobName)).toMatchObject({ kind: 'again', troubleSince: null });
      world.clock.advance(600);
    }
    world.simulator.clearFaults();
    await look(world, run.trainingJobName);
    expect(await world.store.findRun(run.trainingJobName)).toMatchObject({ status: 'training' });
  });

  it('where tags can’t be read, a training is taken for ours only when it is all that was asked for', async () => {
    const world = await startWorld();
    const noTags = {
      kind: 'error',
      status: 400,
      code: 'UnknownOperationException',
      match: { operation: 'ListTags' },
      times: 'forever',
    } as const;
    world.simulator.addFault(noTags);
    world.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
    expect(await bootstrap(world.services, request({ body: { hyperparameters: { epochs: '3' } } }))).toMatchObject({
      run: { status: 'training' },
    });
    await world.sdk.createTrainingJob(training('theirs', { HyperParameters: { epochs: '4' } }));
    expect(await refused(bootstrap(world.services, request({ body: { trainingJobName: 'theirs' } })))).toBe(
      'training_job_exists',
    );
    expect(world.effects()).toMatchObject({ training_job_created: 2 });
    // Nor do they keep a training that somebody else started from being deployed.
    world.clock.advance(200);
    await requestDeployment(world.services, { trainingJobName: 'theirs', force: false, trigger: 'api' });
    await world.settle();
    expect(await world.store.findRun('theirs')).toMatchObject({ deploymentStatus: 'deployed' });
  });

  it('what a worker starts is refused for good: the run fails with SageMaker’s words', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const { run } = await bootstrap(world.services, request());
    world.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'ValidationException',
      message: 'no such role',
      match: { operation: 'CreateTrainingJob' },
    });
    expect(await look(world, run.trainingJobName)).toEqual({ kind: 'done' });
    expect(await world.store.findRun(run.trainingJobName)).toMatchObject({ status: 'failed', failureReason: 'no such role' });
  });
});

describe('stopping', () => {
  it('stops the training at SageMaker, and nothing is deployed', async () => {
    const world = await startWorld();
    const job = await world.start();
    await stopTraining(world.services, job);
    await world.settle();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'stopped', deploymentStatus: 'none' });
    expect(world.effects()).toMatchObject({ training_job_stop_requested: 1 });
  });

  it('asks again when SageMaker did not hear it', async () => {
    const world = await startWorld();
    const job = await world.start();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'StopTrainingJob' }, times: 'forever' });
    await stopTraining(world.services, job);
    world.simulator.clearFaults();
    await world.settle();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'stopped' });
  }, 40_000);

  it('stops the training of a run whose monitoring has timed out, and says so when SageMaker does not take it', async () => {
    const world = await startWorld({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await world.start();
    world.clock.advance(80);
    await world.round();
    world.clock.advance(10);
    await world.round();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'timed_out' });
    world.simulator.addFault(awayForever('StopTrainingJob'));
    await expect(stopTraining(world.services, job)).rejects.toMatchObject({
      code: 'sagemaker_unavailable',
      message: expect.stringMatching(/^SageMaker does not say whether it stops .*: ask again\./),
    });
    world.simulator.clearFaults();
    const run = await stopTraining(world.services, job);
    expect(run).toMatchObject({ status: 'timed_out', stopRequestedAt: expect.any(Number) });
    expect(world.effects()).toMatchObject({ training_job_stop_requested: 1 });
  });

  it('a run that was never started is stopped without a training', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const job = await world.start();
    await stopTraining(world.services, job);
    await world.settle();
    expect(await world.store.findRun(job)).toMatchObject({
      status: 'stopped',
      failureReason: 'stopped before the training was started',
    });
    expect(world.effects()).toEqual({});
  });

  it('an unknown one is not found, one that is stopped is stopped', async () => {
    const world = await startWorld();
    expect(await refused(stopTraining(world.services, 'nobody'))).toBe('not_found');
    const job = await world.start();
    expect(await stopTraining(world.services, job)).toMatchObject({ status: 'training' });
    await world.settle();
    expect(await stopTraining(world.services, job)).toMatchObject({ status: 'stopped' });
    expect(world.effects()).toMatchObject({ training_job_stop_requested: 1 });
  });

  it('one that completed: withdraws the deployment that waits, and the next one goes', async () => {
    const world = await startWorld();
    const jobs = [await world.start(), await world.start(), await world.start()];
    const [first, second, third] = jobs as [string, string, string];
    world.clock.advance(200);
    const deploymentId = await world.untilQueued(third);
    expect(await stopTraining(world.services, third)).toMatchObject({ status: 'completed', deploymentStatus: 'failed' });
    const reason = 'withdrawn before its turn came: a stop of its training was asked for';
    expect(await world.store.findDeployment(deploymentId)).toMatchObject({ failureReason: reason, failureKind: 'other' });
    expect((await world.store.history(third)).at(-1)).toMatchObject({
      from: 'queued',
      to: 'failed',
      actor: 'api',
      detail: reason,
    });
    expect(await world.tagsOf(third)).toMatchObject({ 'autodeploy:turned-down': 'stopped' });
    await world.settle();
    expect((await world.store.findRun(second))?.deploymentStatus).toBe('deployed');
    expect((await world.store.findRun(first))?.deploymentStatus).toBe('superseded');
    // Whoever wants it after all may ask for it.
    expect(await requestDeployment(world.services, { trainingJobName: third, force: false, trigger: 'api' })).toMatchObject({
      created: true,
      deployment: { attempts: 2 },
    });
  });

  it('one whose deployment is in progress or over can’t be, and says so', async () => {
    const world = await startWorld();
    const job = await world.start();
    await world.untilQueued(job);
    await world.round();
    expect(await refused(stopTraining(world.services, job))).toBe('deployment_in_progress');
    await world.settle();
    expect(await refused(stopTraining(world.services, job))).toBe('nothing_to_stop');
    expect(await world.store.findRun(job)).toMatchObject({ stopRequestedAt: null, deploymentStatus: 'deployed' });
    world.simulator.addFault({ kind: 'fail_training', during: 'Training', reason: 'out of memory' });
    const failed = await world.start();
    await world.settle();
    expect(await refused(stopTraining(world.services, failed))).toBe('nothing_to_stop');
    expect(world.effects()['training_job_stop_requested']).toBeUndefined();
  });

  it('one that completes in that very moment is not deployed, whoever is first', async () => {
    const world = await startWorld();
    const job = await world.start();
    world.clock.advance(200);
    const { store } = world;
    const requestStop = store.requestStop.bind(store);
    store.requestStop = async (name, now) => {
      // A worker records the end between the look and the stop.
      store.requestStop = requestStop;
      await world.untilQueued(job);
      return requestStop(name, now);
    };
    const run = await stopTraining(world.services, job);
    expect(run).toMatchObject({ status: 'completed', deploymentStatus: 'failed' });
    await world.settle();
    expect(Object.keys(world.effects())).not.toContain('model_created');
  });
});

describe('a deployment that is asked for', () => {
  const deploy = (world: World, trainingJobName: string, force = false) =>
    requestDeployment(world.services, { trainingJobName, force, trigger: 'api' });

  it('adopts a training that somebody else started', async () => {
    const world = await startWorld();
    await world.sdk.createTrainingJob(training('theirs'));
    expect(await refused(deploy(world, 'theirs'))).toBe('training_not_completed');
    expect(await world.store.findRun('theirs')).toBeNull();
    world.clock.advance(200);
    expect(await deploy(world, 'theirs')).toMatchObject({ created: true, deployment: { status: 'queued', trigger: 'api' } });
    await world.settle();
    expect(await deploy(world, 'theirs')).toMatchObject({ created: false, deployment: { status: 'deployed' } });
    expect(await refused(deploy(world, 'nobody'))).toBe('not_found');
  });

  it('needs no poll, and 20 requests at once make one deployment', async () => {
    const world = await startWorld();
    const job = await world.start();
    world.clock.advance(200);
    const answers = await Promise.all(Array.from({ length: 20 }, () => deploy(world, job)));
    expect(new Set(answers.map(({ deployment }) => deployment.deploymentId)).size).toBe(1);
    await world.settle();
    expect(world.effects()).toMatchObject({ model_created: 1, endpoint_create_requested: 1 });
    expect(await world.store.history(job)).toContainEqual(expect.objectContaining({ to: 'completed', actor: 'api' }));
  });

  it('is refused for a training that failed or was stopped', async () => {
    const world = await startWorld();
    world.simulator.addFault({ kind: 'fail_training', reason: 'AlgorithmError' });
    const job = await world.start();
    await world.settle();
    expect(await world.store.findRun(job)).toMatchObject({ status: 'failed', failureReason: 'AlgorithmError' });
    expect(await refused(deploy(world, job))).toBe('training_not_completed');
  });

  it('does not replace a newer training, unless forced', async () => {
    const world = await startWorld();
    const older = await world.start({}, false);
    const newer = await world.start();
    await world.settle();
    expect(await refused(deploy(world, older))).toBe('superseded');
    expect(await deploy(world, older, true)).toMatchObject({ created: true, deployment: { forced: true } });
    await world.settle();
    expect(await world.deploymentsOf(older)).toMatchObject([{ status: 'deployed' }]);
    const newest = await world.start();
    await world.settle();
    expect(await world.deploymentsOf(newest)).toMatchObject([{ status: 'deployed' }]);
    expect(await world.deploymentsOf(newer)).toHaveLength(1);
  });

  it('of a training that was live and was replaced is superseded; while it is live it is there already', async () => {
    const world = await startWorld();
    const older = await world.start();
    await world.settle();
    expect(await deploy(world, older)).toMatchObject({ created: false, deployment: { status: 'deployed' } });
    await world.start();
    await world.settle();
    expect(await refused(deploy(world, older))).toBe('superseded');
  });

  it('tries one that was rolled back again, as a new attempt', async () => {
    const world = await startWorld();
    await world.start();
    await world.settle();
    world.simulator.addFault({ kind: 'roll_back_update' });
    const job = await world.start();
    await world.settle();
    expect(await deploy(world, job)).toMatchObject({ created: true, deployment: { attempts: 2 } });
    await world.settle();
    expect(await world.deploymentsOf(job)).toMatchObject([
      { attempts: 2, status: 'deployed' },
      { attempts: 1, status: 'rolled_back' },
    ]);
  });

  it('takes up a run whose monitoring has timed out', async () => {
    const world = await startWorld({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await world.start();
    await world.settle({ everySeconds: 10 });
    expect(await world.store.findRun(job)).toMatchObject({ status: 'timed_out' });
    expect(await refused(deploy(world, job))).toBe('training_not_completed');
    world.clock.advance(200);
    expect(await deploy(world, job)).toMatchObject({ created: true });
    await world.settle();
    expect(await world.store.findRun(job)).toMatchObject({
      status: 'completed',
      failureReason: null,
      deploymentStatus: 'deployed',
    });
  });
});
