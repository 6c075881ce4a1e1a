import { describe, expect, it } from 'vitest';
import { SageMakerError, ServiceError } from '../../src/core/errors.ts';
import { startTiming } from '../../src/core/timing.ts';
import { createRun } from '../../src/services/training/create-run.ts';
import { observeRun } from '../../src/services/training/observe-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { stopRun } from '../../src/services/training/stop-run.ts';
import type { Operation } from 'sagemaker-simulator';
import { training } from '../../tools/testkit/simulator.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { startTestContext, type TestContext } from './harness.ts';

const request = (more: object = {}) => ({ autoDeploy: true, idempotencyKey: null, body: {}, ...more });
const codeOf = (error: unknown): string => (error instanceof ServiceError ? error.code : String(error));
const refused = (call: Promise<unknown>): Promise<string> => call.then(() => 'accepted', codeOf);

const awayForever = (operation: Operation | Operation[]) =>
  ({ kind: 'error', status: 503, code: 'ServiceUnavailable', message: 'away', match: { operation }, times: 'forever' }) as const;

const unavailable = new SageMakerError({
  kind: 'unavailable',
  operation: 'DescribeTrainingJob',
  resource: 'training_job',
  message: 'away',
  effect: 'none',
  possiblyInFlight: false,
  code: 'ServiceUnavailable',
  requestId: null,
});

const observe = (context: TestContext, job: string) =>
  observeRun(context.ctx, { trainingJobName: job, actor: 'poll', failingSince: null });

describe('createRun', () => {
  it('accepts a throttled request, and a worker starts the training once', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' }, times: 3 });
    const { run } = await createRun(context.ctx, request());
    expect(run.status).toBe('requested');
    await context.settle();
    expect(await context.store.runs.find(run.trainingJobName)).toMatchObject({
      status: 'completed',
      deploymentStatus: 'deployed',
    });
    expect(context.effects()).toMatchObject({ training_job_created: 1 });
  });

  it.each([
    ['invalid', { code: 'ValidationException', message: 'no such role' }, 'sagemaker_rejected'],
    ['access denied', { code: 'AccessDeniedException', message: 'denied' }, 'sagemaker_rejected'],
    ['over the quota', { code: 'ResourceLimitExceeded', message: 'limit is 0' }, 'quota_exceeded'],
  ])("refuses a request that is %s with SageMaker's text, and leaves nothing behind", async (_, error, code) => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'error', status: 400, ...error, match: { operation: 'CreateTrainingJob' } });
    const named = request({ idempotencyKey: 'key', body: { trainingJobName: 'named' } });
    await expect(createRun(context.ctx, named)).rejects.toMatchObject({ code, message: error.message });
    expect(await context.store.runs.find('named')).toBeNull();
    // The same key and name may be used again.
    expect((await createRun(context.ctx, named)).created).toBe(true);
  });

  it('refuses a request while SageMaker cannot be reached, and leaves nothing behind', async () => {
    const context = await startTestContext();
    await context.simulator.close();
    expect(await refused(createRun(context.ctx, request({ body: { trainingJobName: 'named' } })))).toBe('sagemaker_unavailable');
    expect(await context.store.runs.find('named')).toBeNull();
  });

  it('stops the training of a lost response while SageMaker is unavailable after it', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
    context.simulator.addFault(awayForever('DescribeTrainingJob'));
    const named = request({ body: { trainingJobName: 'named' } });
    expect(await refused(createRun(context.ctx, named))).toBe('sagemaker_unavailable');
    // The name is in use until a worker knows whether the training was started.
    expect(await refused(createRun(context.ctx, named))).toBe('sagemaker_unavailable');
    context.simulator.clearFaults();
    await context.settle();
    expect(await context.store.runs.find('named')).toMatchObject({ status: 'stopped', deploymentStatus: 'none' });
    expect(context.effects()).toMatchObject({ training_job_created: 1, training_job_stop_requested: 1 });
    expect(context.effects()).not.toHaveProperty('model_created');
  }, 40_000);

  it.each([
    ['without a key', null],
    ['with a key', 'key'],
  ])('returns the run that a worker started meanwhile, %s', async (_, idempotencyKey) => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
    const { sagemaker } = context.ctx;
    // An event leads to a check while the API's own search fails.
    const inRequest = {
      ...context.ctx,
      sagemaker: {
        ...sagemaker,
        describeTrainingJob: async () => {
          await observe(context, 'named');
          throw unavailable;
        },
      },
    };
    const named = request({ idempotencyKey, body: { trainingJobName: 'named' } });
    if (idempotencyKey === null) {
      expect(await createRun(inRequest, named)).toMatchObject({ created: true, run: { status: 'training', abandonedAt: null } });
    } else expect(await refused(createRun(inRequest, named))).toBe('sagemaker_unavailable');
    await context.settle();
    expect(await context.store.runs.find('named')).toMatchObject({ status: 'completed', deploymentStatus: 'deployed' });
    expect(context.effects()).toMatchObject({ training_job_created: 1 });
  });

  it('returns the run that a worker started after the lease, in place of the refusal', async () => {
    const context = await startTestContext();
    const { runs } = context.store;
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'ValidationException',
      message: 'no such role',
      match: { operation: 'CreateTrainingJob' },
    });
    const discard = runs.discard.bind(runs);
    runs.discard = async (params) => {
      // The API was paused for longer than its lease, and a worker started the training.
      context.clock.advance(startTiming.leaseMs / 1000 + 1);
      await observe(context, params.trainingJobName);
      return discard(params);
    };
    expect(await createRun(context.ctx, request())).toMatchObject({ created: true, run: { status: 'training' } });
  });

  describe.each([
    ['is not visible', 'trainingJobVisibleAfterMs', 'DescribeTrainingJob'],
    ['has no tags', 'trainingJobTagsVisibleAfterMs', 'ListTags'],
  ] as const)('createRun, after a lost response, with a training that %s yet', (_, setting, observed) => {
    async function startUnseen(): Promise<TestContext> {
      const context = await startTestContext();
      context.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
      context.simulator.changeSettings({ [setting]: 30_000 });
      return context;
    }
    const theOne = { status: 'completed', deploymentStatus: 'deployed' };

    it('finds the training within a moment', async () => {
      const context = await startUnseen();
      const started = createRun(context.ctx, request({ body: { trainingJobName: 'named' } }));
      await eventually(() => context.simulator.calls({ operation: observed }).length === 1);
      context.clock.advance(31);
      expect((await started).run).toMatchObject({ status: 'training' });
      await context.settle();
      expect(await context.store.runs.find('named')).toMatchObject(theOne);
      expect(context.effects()).toMatchObject({ training_job_created: 1 });
    });

    it('refuses after longer, and returns the same run when the Idempotency-Key is repeated', async () => {
      const context = await startUnseen();
      const keyed = request({ idempotencyKey: 'key' });
      expect(await refused(createRun(context.ctx, keyed))).toBe('sagemaker_unavailable');
      context.clock.advance(31);
      const { run, created } = await createRun(context.ctx, keyed);
      expect(created).toBe(false);
      await context.settle();
      expect(await context.store.runs.find(run.trainingJobName)).toMatchObject(theOne);
      expect(context.effects()).toMatchObject({ training_job_created: 1 });
    }, 20_000);

    it('refuses after longer without a key, and a worker stops the training', async () => {
      const context = await startUnseen();
      expect(await refused(createRun(context.ctx, request({ body: { trainingJobName: 'named' } })))).toBe(
        'sagemaker_unavailable',
      );
      context.clock.advance(31);
      await context.settle();
      expect(await context.store.runs.find('named')).toMatchObject({ status: 'stopped', deploymentStatus: 'none' });
      expect(context.effects()).toMatchObject({ training_job_created: 1, training_job_stop_requested: 1 });
    }, 20_000);

    it.each([0, 600_000])(
      'continues with it after longer, when a worker whose clock is %d ms ahead started it',
      async (aheadMs) => {
        const context = await startTestContext();
        context.ctx.now = () => context.clock.now + aheadMs;
        context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' }, times: 1 });
        const { run } = await createRun(context.ctx, request());
        expect(run.status).toBe('requested');
        context.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
        context.simulator.changeSettings({ [setting]: 20_000 });
        await observe(context, run.trainingJobName);
        expect(await context.store.runs.find(run.trainingJobName)).toMatchObject({ status: 'requested' });
        context.clock.advance(21);
        await context.settle();
        expect(await context.store.runs.find(run.trainingJobName)).toMatchObject(theOne);
        expect(context.effects()).toMatchObject({ training_job_created: 1 });
      },
      20_000,
    );
  });

  it('resolves a lost response when the Idempotency-Key is repeated, without a second training', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
    context.simulator.addFault(awayForever('DescribeTrainingJob'));
    const keyed = request({ idempotencyKey: 'key' });
    expect(await refused(createRun(context.ctx, keyed))).toBe('sagemaker_unavailable');
    context.simulator.clearFaults();
    context.clock.advance(startTiming.leaseMs / 1000 + 1);
    const { run, created } = await createRun(context.ctx, keyed);
    expect(created).toBe(false);
    await context.settle();
    expect(await context.store.runs.find(run.trainingJobName)).toMatchObject({
      status: 'completed',
      deploymentStatus: 'deployed',
    });
    expect(context.effects()).toMatchObject({ training_job_created: 1, model_created: 1 });
  }, 40_000);

  it('frees the name of a request that SageMaker refused with 503, once that is known', async () => {
    const context = await startTestContext();
    context.simulator.addFault(awayForever(['CreateTrainingJob', 'DescribeTrainingJob']));
    const named = request({ body: { trainingJobName: 'named' } });
    expect(await refused(createRun(context.ctx, named))).toBe('sagemaker_unavailable');
    context.simulator.clearFaults();
    context.clock.advance(startTiming.leaseMs / 1000 + 1);
    await observe(context, 'named');
    expect(await context.store.runs.find('named')).toBeNull();
    expect((await createRun(context.ctx, named)).created).toBe(true);
    expect(context.effects()).toMatchObject({ training_job_created: 1 });
  }, 40_000);

  it('refuses the name of a foreign training, and leaves that training alone', async () => {
    const context = await startTestContext();
    await context.sdk.createTrainingJob(training('foreign'));
    expect(await refused(createRun(context.ctx, request({ body: { trainingJobName: 'foreign' } })))).toBe('training_job_exists');
    expect(await context.store.runs.find('foreign')).toBeNull();
    expect(context.effects()).toEqual({ training_job_created: 1 });
  });

  it('creates one run and one training for 20 requests with one key at once', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'delay', ms: 200, match: { operation: 'CreateTrainingJob' } });
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => createRun(context.ctx, request({ idempotencyKey: 'key' }))),
    );
    expect(new Set(responses.map(({ run }) => run.trainingJobName)).size).toBe(1);
    expect(responses.filter(({ created }) => created)).toHaveLength(1);
    expect(responses.every(({ run }) => run.status === 'training')).toBe(true);
    expect(context.effects()).toEqual({ training_job_created: 1 });
  });

  it('refuses the same key with another body or query', async () => {
    const context = await startTestContext();
    await createRun(context.ctx, request({ idempotencyKey: 'key', body: { hyperparameters: { a: '1', b: '2' } } }));
    const conflict = { idempotencyKey: 'key', body: { hyperparameters: { a: '1', b: '3' } } };
    expect(await refused(createRun(context.ctx, request(conflict)))).toBe('idempotency_conflict');
    const sameInOtherOrder = { idempotencyKey: 'key', body: { hyperparameters: { b: '2', a: '1' } } };
    expect((await createRun(context.ctx, request(sameInOtherOrder))).created).toBe(false);
    expect(await refused(createRun(context.ctx, request({ ...sameInOtherOrder, autoDeploy: false })))).toBe(
      'idempotency_conflict',
    );
  });

  it('starts the training once after a process died between the record and the start', async () => {
    const context = await startTestContext();
    const { ctx } = context;
    // What the dead process leaves: a row, and a start lease.
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const { run } = await createRun(ctx, request({ idempotencyKey: 'key' }));
    await ctx.store.runs.acquireStartLease({ trainingJobName: run.trainingJobName, now: context.clock.now });
    expect(await observe(context, run.trainingJobName)).toMatchObject({ kind: 'snooze' });
    expect(context.effects()).toEqual({});
    context.clock.advance(startTiming.leaseMs / 1000 + 1);
    await observe(context, run.trainingJobName);
    const repeated = await createRun(ctx, request({ idempotencyKey: 'key' }));
    expect(repeated).toMatchObject({ created: false, run: { trainingJobName: run.trainingJobName, status: 'training' } });
    expect(context.effects()).toEqual({ training_job_created: 1 });
  });

  it('finds the training after a process died between the start and the record', async () => {
    const context = await startTestContext();
    const { ctx } = context;
    const { store } = ctx;
    ctx.store = { ...store, runs: { ...store.runs, markStarted: () => Promise.reject(new Error('killed')) } };
    await expect(createRun(ctx, request({ body: { trainingJobName: 'named' } }))).rejects.toThrow('killed');
    ctx.store = store;
    expect(await ctx.store.runs.find('named')).toMatchObject({ status: 'requested' });
    context.clock.advance(startTiming.leaseMs / 1000 + 1);
    await observe(context, 'named');
    expect(await ctx.store.runs.find('named')).toMatchObject({ status: 'training' });
    expect(context.effects()).toEqual({ training_job_created: 1 });
  });

  it('retries a denied start for five minutes from the first denial, after any time of throttling', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const { run } = await createRun(context.ctx, request());
    const name = run.trainingJobName;
    context.clock.advance(3600);
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'denied',
      match: { operation: 'CreateTrainingJob' },
      times: 'forever',
    });
    const first = await observe(context, name);
    expect(first).toMatchObject({ kind: 'snooze', failingSince: context.clock.now });
    context.clock.advance(300);
    await observe(context, name);
    expect(await context.store.runs.find(name)).toMatchObject({ status: 'requested', overdueSince: context.clock.now });
    context.clock.advance(60);
    await observe(context, name);
    expect(await context.store.runs.find(name)).toMatchObject({
      status: 'failed',
      failureReason: 'denied',
      failureKind: 'access_denied',
    });
  });

  it('waits with a start until AWS accepts the credentials again', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const { run } = await createRun(context.ctx, request());
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'ExpiredTokenException',
      message: 'expired',
      times: 'forever',
    });
    for (let count = 0; count < 3; count += 1) {
      expect(await observe(context, run.trainingJobName)).toMatchObject({ kind: 'snooze', failingSince: null });
      context.clock.advance(600);
    }
    context.simulator.clearFaults();
    await observe(context, run.trainingJobName);
    expect(await context.store.runs.find(run.trainingJobName)).toMatchObject({ status: 'training' });
  });

  it('where tags cannot be read, takes only a training with the requested content for its own', async () => {
    const context = await startTestContext();
    const noTags = {
      kind: 'error',
      status: 400,
      code: 'UnknownOperationException',
      match: { operation: 'ListTags' },
      times: 'forever',
    } as const;
    context.simulator.addFault(noTags);
    context.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
    expect(await createRun(context.ctx, request({ body: { hyperparameters: { epochs: '3' } } }))).toMatchObject({
      run: { status: 'training' },
    });
    await context.sdk.createTrainingJob(training('foreign', { HyperParameters: { epochs: '4' } }));
    expect(await refused(createRun(context.ctx, request({ body: { trainingJobName: 'foreign' } })))).toBe('training_job_exists');
    expect(context.effects()).toMatchObject({ training_job_created: 2 });
    // Unreadable tags do not keep a foreign training from being deployed.
    context.clock.advance(200);
    await requestDeployment(context.ctx, { trainingJobName: 'foreign', force: false, trigger: 'api' });
    await context.settle();
    expect(await context.store.runs.find('foreign')).toMatchObject({ deploymentStatus: 'deployed' });
  });

  it("fails the run with SageMaker's text when a worker's start is rejected for good", async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const { run } = await createRun(context.ctx, request());
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'ValidationException',
      message: 'no such role',
      match: { operation: 'CreateTrainingJob' },
    });
    expect(await observe(context, run.trainingJobName)).toEqual({ kind: 'complete', summary: 'done' });
    expect(await context.store.runs.find(run.trainingJobName)).toMatchObject({ status: 'failed', failureReason: 'no such role' });
  });
});

describe('stopRun', () => {
  it('stops the training at SageMaker, and nothing is deployed', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await stopRun(context.ctx, { trainingJobName: job });
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'stopped', deploymentStatus: 'none' });
    expect(context.effects()).toMatchObject({ training_job_stop_requested: 1 });
  });

  it('sends the stop again when SageMaker did not take it', async () => {
    const context = await startTestContext();
    const job = await context.start();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'StopTrainingJob' }, times: 'forever' });
    await stopRun(context.ctx, { trainingJobName: job });
    context.simulator.clearFaults();
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'stopped' });
  }, 40_000);

  it('stops the training of a run that timed out, and reports when SageMaker does not take it', async () => {
    const context = await startTestContext({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await context.start();
    context.clock.advance(80);
    await context.round();
    context.clock.advance(10);
    await context.round();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'timed_out' });
    context.simulator.addFault(awayForever('StopTrainingJob'));
    await expect(stopRun(context.ctx, { trainingJobName: job })).rejects.toMatchObject({
      code: 'sagemaker_unavailable',
      message: expect.stringMatching(/^SageMaker does not say whether it stops .*: repeat the request\./),
    });
    context.simulator.clearFaults();
    const run = await stopRun(context.ctx, { trainingJobName: job });
    expect(run).toMatchObject({ status: 'timed_out', stopRequestedAt: expect.any(Number) });
    expect(context.effects()).toMatchObject({ training_job_stop_requested: 1 });
  });

  it('stops a run that was never started, without a training', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    const job = await context.start();
    await stopRun(context.ctx, { trainingJobName: job });
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({
      status: 'stopped',
      failureReason: 'stopped before the training was started',
    });
    expect(context.effects()).toEqual({});
  });

  it('stops a training whose response was lost, after a later attempt was throttled', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'lose_response', match: { operation: 'CreateTrainingJob' }, times: 1 });
    context.simulator.addFault(awayForever('DescribeTrainingJob'));
    const named = request({ idempotencyKey: 'key', body: { trainingJobName: 'named' } });
    expect(await refused(createRun(context.ctx, named))).toBe('sagemaker_unavailable');
    context.simulator.clearFaults();
    context.clock.advance(startTiming.leaseMs / 1000 + 1);
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' }, times: 1 });
    await observe(context, 'named');
    expect(await context.store.runs.find('named')).toMatchObject({ status: 'requested', startAttemptedAt: null });
    await stopRun(context.ctx, { trainingJobName: 'named' });
    await context.settle();
    expect(await context.store.runs.find('named')).toMatchObject({ status: 'stopped' });
    expect(context.effects()).toMatchObject({ training_job_created: 1, training_job_stop_requested: 1 });
  }, 40_000);

  it('returns not_found for an unknown name, and a stopped run as it is', async () => {
    const context = await startTestContext();
    expect(await refused(stopRun(context.ctx, { trainingJobName: 'unknown' }))).toBe('not_found');
    const job = await context.start();
    expect(await stopRun(context.ctx, { trainingJobName: job })).toMatchObject({ status: 'training' });
    await context.settle();
    expect(await stopRun(context.ctx, { trainingJobName: job })).toMatchObject({ status: 'stopped' });
    expect(context.effects()).toMatchObject({ training_job_stop_requested: 1 });
  });

  it('withdraws the waiting deployment of a completed training, and the next one is queued', async () => {
    const context = await startTestContext();
    const jobs = [await context.start(), await context.start(), await context.start()];
    const [first, second, third] = jobs as [string, string, string];
    context.clock.advance(200);
    const deploymentId = await context.untilQueued(third);
    expect(await stopRun(context.ctx, { trainingJobName: third })).toMatchObject({
      status: 'completed',
      deploymentStatus: 'failed',
    });
    const reason = 'withdrawn before its turn came: the stop of its training was requested';
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({ failureReason: reason, failureKind: 'other' });
    expect((await context.store.history.list({ trainingJobName: third })).at(-1)).toMatchObject({
      from: 'queued',
      to: 'failed',
      actor: 'api',
      detail: reason,
    });
    expect(await context.tagsOf(third)).toMatchObject({ 'autodeploy:turned-down': 'stopped' });
    await context.settle();
    expect((await context.store.runs.find(second))?.deploymentStatus).toBe('deployed');
    expect((await context.store.runs.find(first))?.deploymentStatus).toBe('superseded');
    // A caller may still request it.
    expect(await requestDeployment(context.ctx, { trainingJobName: third, force: false, trigger: 'api' })).toMatchObject({
      created: true,
      deployment: { attempts: 2 },
    });
  });

  it('refuses for a training whose deployment is in progress or over', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await context.untilQueued(job);
    await context.round();
    expect(await refused(stopRun(context.ctx, { trainingJobName: job }))).toBe('deployment_in_progress');
    await context.settle();
    expect(await refused(stopRun(context.ctx, { trainingJobName: job }))).toBe('nothing_to_stop');
    expect(await context.store.runs.find(job)).toMatchObject({ stopRequestedAt: null, deploymentStatus: 'deployed' });
    context.simulator.addFault({ kind: 'fail_training', during: 'Training', reason: 'out of memory' });
    const failed = await context.start();
    await context.settle();
    expect(await refused(stopRun(context.ctx, { trainingJobName: failed }))).toBe('nothing_to_stop');
    expect(context.effects()['training_job_stop_requested']).toBeUndefined();
  });

  it('does not deploy a training that completes at the same moment', async () => {
    const context = await startTestContext();
    const job = await context.start();
    context.clock.advance(200);
    const { runs } = context.store;
    const requestStop = runs.requestStop.bind(runs);
    runs.requestStop = async (params) => {
      // A worker records the end between the read and the stop.
      runs.requestStop = requestStop;
      await context.untilQueued(job);
      return requestStop(params);
    };
    const run = await stopRun(context.ctx, { trainingJobName: job });
    expect(run).toMatchObject({ status: 'completed', deploymentStatus: 'failed' });
    await context.settle();
    expect(Object.keys(context.effects())).not.toContain('model_created');
  });
});

describe('requestDeployment', () => {
  const deploy = (context: TestContext, trainingJobName: string, force = false) =>
    requestDeployment(context.ctx, { trainingJobName, force, trigger: 'api' });

  it('adopts a foreign training', async () => {
    const context = await startTestContext();
    await context.sdk.createTrainingJob(training('foreign'));
    expect(await refused(deploy(context, 'foreign'))).toBe('training_not_completed');
    expect(await context.store.runs.find('foreign')).toBeNull();
    context.clock.advance(200);
    expect(await deploy(context, 'foreign')).toMatchObject({ created: true, deployment: { status: 'queued', trigger: 'api' } });
    await context.settle();
    expect(await deploy(context, 'foreign')).toMatchObject({ created: false, deployment: { status: 'deployed' } });
    expect(await refused(deploy(context, 'unknown'))).toBe('not_found');
  });

  it('needs no poll, and creates one deployment for 20 requests at once', async () => {
    const context = await startTestContext();
    const job = await context.start();
    context.clock.advance(200);
    const responses = await Promise.all(Array.from({ length: 20 }, () => deploy(context, job)));
    expect(new Set(responses.map(({ deployment }) => deployment.deploymentId)).size).toBe(1);
    await context.settle();
    expect(context.effects()).toMatchObject({ model_created: 1, endpoint_create_requested: 1 });
    expect(await context.store.history.list({ trainingJobName: job })).toContainEqual(
      expect.objectContaining({ to: 'completed', actor: 'api' }),
    );
  });

  it('refuses a training that failed or was stopped', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'fail_training', reason: 'AlgorithmError' });
    const job = await context.start();
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'failed', failureReason: 'AlgorithmError' });
    expect(await refused(deploy(context, job))).toBe('training_not_completed');
  });

  it('does not replace a newer training, unless forced', async () => {
    const context = await startTestContext();
    const older = await context.start({}, false);
    const newer = await context.start();
    await context.settle();
    expect(await refused(deploy(context, older))).toBe('superseded');
    expect(await deploy(context, older, true)).toMatchObject({ created: true, deployment: { forced: true } });
    await context.settle();
    expect(await context.deploymentsOf(older)).toMatchObject([{ status: 'deployed' }]);
    const newest = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(newest)).toMatchObject([{ status: 'deployed' }]);
    expect(await context.deploymentsOf(newer)).toHaveLength(1);
  });

  it('returns the deployment of a live training, and refuses once a newer one has replaced it', async () => {
    const context = await startTestContext();
    const older = await context.start();
    await context.settle();
    expect(await deploy(context, older)).toMatchObject({ created: false, deployment: { status: 'deployed' } });
    await context.start();
    await context.settle();
    expect(await refused(deploy(context, older))).toBe('superseded');
  });

  it('tries a deployment that was rolled back again, as a new attempt', async () => {
    const context = await startTestContext();
    await context.start();
    await context.settle();
    context.simulator.addFault({ kind: 'roll_back_update' });
    const job = await context.start();
    await context.settle();
    expect(await deploy(context, job)).toMatchObject({ created: true, deployment: { attempts: 2 } });
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([
      { attempts: 2, status: 'deployed' },
      { attempts: 1, status: 'rolled_back' },
    ]);
  });

  it('deploys the training of a run that timed out', async () => {
    const context = await startTestContext({ maxTrainingWaitMs: 60_000, pollIntervalMs: 5000 });
    const job = await context.start();
    await context.settle({ everySeconds: 10 });
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'timed_out' });
    expect(await refused(deploy(context, job))).toBe('training_not_completed');
    context.clock.advance(200);
    expect(await deploy(context, job)).toMatchObject({ created: true });
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({
      status: 'completed',
      failureReason: null,
      deploymentStatus: 'deployed',
    });
  });
});
