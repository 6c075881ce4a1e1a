import { describe, expect, it, test } from 'vitest';
import { ClaimLostError } from '../../src/core/errors.ts';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { observeRun } from '../../src/services/training/observe-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import type { Operation } from 'sagemaker-simulator';
import { makeConfig } from '../../tools/testkit/simulator.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { endpointName, liveConfigOf, startLive, startTestContext, statusesOf, type TestContext } from './harness.ts';

describe('a training becomes a live endpoint', () => {
  it('creates the endpoint, and updates it with the next training, each effect once', async () => {
    const { context } = await startLive();
    const second = await context.start();
    await context.settle();
    const [deployment] = await context.deploymentsOf(second);
    expect(deployment).toMatchObject({ status: 'deployed', trigger: 'poll', attempts: 1 });
    expect(await liveConfigOf(context)).toBe(deployment?.endpointConfigName);
    expect(context.effects()).toEqual({
      training_job_created: 2,
      training_job_ended: 2,
      model_created: 2,
      endpoint_config_created: 2,
      endpoint_create_requested: 1,
      endpoint_update_requested: 1,
      endpoint_in_service: 2,
      tags_added: 1,
    });
  });

  it('tells its history', async () => {
    const { context, first } = await startLive();
    const history = await context.store.history.list({ trainingJobName: first });
    expect(history.map(({ subject, from, to, actor }) => [subject, from, to, actor])).toEqual([
      ['training', null, 'requested', 'api'],
      ['training', 'requested', 'training', 'api'],
      expect.arrayContaining(['training', 'training']),
      expect.arrayContaining(['training', 'training']),
      expect.arrayContaining(['training', 'training']),
      expect.arrayContaining(['training', 'training']),
      ['training', 'training', 'completed', 'poll'],
      ['deployment', null, 'queued', 'poll'],
      ['deployment', 'queued', 'in_progress', 'worker'],
      ['deployment', 'in_progress', 'in_progress', 'worker'],
      ['deployment', 'in_progress', 'in_progress', 'worker'],
      ['deployment', 'in_progress', 'in_progress', 'worker'],
      ['deployment', 'in_progress', 'deployed', 'worker'],
    ]);
    expect(
      history
        .map(({ detail }) => detail)
        .filter(Boolean)
        .join('\n'),
    ).toMatch(/model .* created\n.*configuration .* created\n.*being created on/);
  });

  it('tags what it creates', async () => {
    const { context, first } = await startLive();
    const { EndpointArn } = await context.sdk.describeEndpoint({ EndpointName: endpointName });
    const { Tags } = await context.sdk.listTags({ ResourceArn: EndpointArn });
    expect(Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      'autodeploy:managed-by': 'sagemaker-autodeploy',
      'autodeploy:training-job-name': first,
    });
  });

  it('tags the endpoint with the training that is live, and with the one that a person put there', async () => {
    const { context, first } = await startLive();
    const tagsOfEndpoint = async () =>
      context.ctx.sagemaker.listTags((await context.ctx.sagemaker.describeEndpoint(endpointName)).arn);
    const second = await context.start();
    await context.settle();
    expect(await tagsOfEndpoint()).toMatchObject({ 'autodeploy:training-job-name': second });
    expect(await tagsOfEndpoint()).not.toHaveProperty('autodeploy:forced');
    await requestDeployment(context.ctx, { trainingJobName: first, force: true, trigger: 'api' });
    await context.round();
    // Said before it is live: a database that is lost by then is rebuilt with it.
    expect(await context.sdk.describeEndpoint({ EndpointName: endpointName })).toMatchObject({ EndpointStatus: 'Updating' });
    expect(await tagsOfEndpoint()).toMatchObject({
      'autodeploy:training-job-name': second,
      'autodeploy:forced': first,
    });
    await context.settle();
    expect(await tagsOfEndpoint()).toMatchObject({
      'autodeploy:training-job-name': first,
      'autodeploy:forced': first,
    });
  });

  it('goes live where tags may not be written', async () => {
    const { context } = await startLive();
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'UnknownOperationException',
      message: '',
      match: { operation: 'AddTags' },
      times: 'forever',
    });
    const second = await context.start();
    await context.settle();
    expect(await statusesOf(context, second)).toEqual(['deployed']);
  });

  it('keeps the variant’s name and its autoscaled count', async () => {
    const context = await startTestContext();
    await makeConfig(context.sdk, 'theirs', { VariantName: 'blue' });
    await context.sdk.createEndpoint({ EndpointName: endpointName, EndpointConfigName: 'theirs' });
    context.clock.advance(60);
    await context.sdk.updateEndpointWeightsAndCapacities({
      EndpointName: endpointName,
      DesiredWeightsAndCapacities: [{ VariantName: 'blue', DesiredInstanceCount: 3 }],
    });
    context.clock.advance(60);
    await context.start();
    await context.settle();
    const { ProductionVariants } = await context.sdk.describeEndpoint({ EndpointName: endpointName });
    expect(ProductionVariants).toMatchObject([{ VariantName: 'blue', CurrentInstanceCount: 3 }]);
  });

  it('leaves alone what was not to be deployed', async () => {
    const context = await startTestContext();
    const job = await context.start({}, false);
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
    expect(context.effects()).not.toHaveProperty('model_created');
  });

  it('waits while the endpoint is busy on somebody else’s account', async () => {
    const { context } = await startLive();
    await makeConfig(context.sdk, 'theirs');
    const job = await context.start();
    context.clock.advance(90);
    await context.sdk.updateEndpoint({ EndpointName: endpointName, EndpointConfigName: 'theirs' });
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
  });

  it('waits until SageMaker sees a new endpoint configuration', async () => {
    const { context } = await startLive();
    context.simulator.changeSettings({ endpointConfigVisibleAfterMs: 20_000 });
    const job = await context.start();
    await context.settle({ everySeconds: 5 });
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    expect(context.effects()).toMatchObject({ endpoint_update_requested: 1 });
  });
});

describe('an endpoint that does not come up', () => {
  it.each([
    ['with a reason', 'The primary container did not pass the ping health check.'],
    ['without one', null],
  ])('an update that SageMaker rolls back %s ends rolled_back, and the old model stays', async (_, reason) => {
    const { context, first } = await startLive();
    context.simulator.addFault({ kind: 'roll_back_update', reason, showRollingBack: reason !== null });
    const second = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(second)).toMatchObject([
      { status: 'rolled_back', failureReason: reason ?? 'SageMaker gave no reason' },
    ]);
    const [live] = await context.deploymentsOf(first);
    expect(await liveConfigOf(context)).toBe(live?.endpointConfigName);
    expect(context.effects()).toMatchObject({ endpoint_update_requested: 1 });
  });

  it('a creation that fails ends failed; the next deployment deletes the endpoint and creates it anew', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'fail_endpoint', reason: 'no such image' });
    const first = await context.start();
    await context.settle();
    expect(await context.deploymentsOf(first)).toMatchObject([
      { status: 'failed', failureReason: 'no such image', failureKind: 'image' },
    ]);
    const second = await context.start();
    await context.settle();
    expect(await statusesOf(context, second)).toEqual(['deployed']);
    expect(context.effects()).toMatchObject({ endpoint_create_requested: 2, endpoint_delete_requested: 1 });
  });

  it('an update of an endpoint that fails in that very moment is no end: it is deleted and created anew', async () => {
    const { context } = await startLive();
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    context.simulator.addFault({ kind: 'delay', ms: 500, match: { operation: 'CreateEndpointConfig' } });
    const advancing = runDeployment(context.ctx, { deploymentId });
    await eventually(
      () => context.store.deployments.find(deploymentId),
      (deployment) => deployment?.step === 'endpoint_config',
      { everyMs: 5 },
    );
    // After it was seen InService, and before UpdateEndpoint.
    await eventually(() => context.simulator.calls({ operation: 'DescribeEndpoint', name: endpointName }).length > 3, Boolean, {
      everyMs: 5,
    });
    await fetch(`${context.simulator.url}/_control/endpoints/${endpointName}/status`, {
      method: 'POST',
      body: JSON.stringify({ status: 'Failed', failureReason: 'meanwhile' }),
    });
    expect(await advancing).toMatchObject({ kind: 'snooze' });
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    expect(context.effects()).toMatchObject({ endpoint_delete_requested: 1, endpoint_create_requested: 2 });
  });

  it('an endpoint that never settles ends failed at the deadline', async () => {
    const { context } = await startLive();
    context.simulator.changeSettings({ endpointUpdateSeconds: 1_000_000 });
    const job = await context.start();
    const settled = context.settle({ everySeconds: 60, rounds: 140 });
    // It is looked at even then, since SageMaker is still at work.
    await expect(settled).rejects.toThrow('not settled');
    expect(await context.deploymentsOf(job)).toMatchObject([
      { status: 'failed', failureReason: 'not settled within 7200 s: the endpoint is Updating', failureKind: 'timeout' },
    ]);
  });
});

const steps: Operation[] = ['CreateTrainingJob', 'CreateModel', 'CreateEndpointConfig', 'UpdateEndpoint'];

describe('no effect is lost or made twice', () => {
  it.each([...steps, 'CreateEndpoint' as const])('when the answer to %s is lost', async (operation) => {
    const context = await startTestContext();
    if (operation !== 'CreateEndpoint') {
      await context.start();
      await context.settle();
    }
    const before = context.effects();
    context.simulator.addFault({ kind: 'lose_response', match: { operation }, times: 1 });
    const job = await context.start();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    const after = context.effects();
    const made = Object.fromEntries(Object.keys(after).map((kind) => [kind, (after[kind] ?? 0) - (before[kind] ?? 0)]));
    expect(made).toMatchObject({ training_job_created: 1, model_created: 1, endpoint_config_created: 1, endpoint_in_service: 1 });
    expect((made['endpoint_create_requested'] ?? 0) + (made['endpoint_update_requested'] ?? 0)).toBe(1);
  });

  it.each(steps.slice(1))('when %s is answered with a 500 after its effect', async (operation) => {
    const { context } = await startLive();
    context.simulator.addFault({ kind: 'error', afterEffect: true, match: { operation }, times: 1 });
    const job = await context.start();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    expect(context.effects()).toMatchObject({ model_created: 2, endpoint_config_created: 2, endpoint_update_requested: 1 });
  });

  it('when two workers carry one deployment on at once: the one that came first stops before its next effect', async () => {
    const { context } = await startLive();
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    // The first worker sits in its call to SageMaker; the second one takes the deployment in hand meanwhile.
    context.simulator.addFault({ kind: 'delay', ms: 500, match: { operation: 'CreateModel' } });
    const first = runDeployment(context.ctx, { deploymentId });
    await eventually(
      () => context.store.deployments.find(deploymentId),
      (deployment) => deployment?.status === 'in_progress',
      { everyMs: 5 },
    );
    const second = runDeployment(context.ctx, { deploymentId });
    await expect(first).rejects.toThrow(ClaimLostError);
    await second;
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    expect(context.effects()).toMatchObject({ model_created: 2, endpoint_config_created: 2, endpoint_update_requested: 1 });
  });

  it('when the clocks of two workers are a minute apart', async () => {
    const { context } = await startLive();
    const { ctx, clock } = context;
    const jobs = [await context.start(), await context.start()];
    const workers = [ctx, { ...ctx, now: () => clock.now + 60_000 }, { ...ctx, now: () => clock.now - 60_000 }];
    for (let count = 0; count < 60; count += 1) {
      const worker = workers[count % workers.length] ?? ctx;
      for (const { trainingJobName } of await context.store.runs.listUnfinished({ afterSeq: 0, limit: 10 })) {
        await observeRun(worker, { trainingJobName, actor: 'poll', failingSince: null });
      }
      for (const { deploymentId } of await context.store.deployments.listUnfinished({ afterSeq: 0, limit: 10 }))
        await runDeployment(worker, { deploymentId });
      clock.advance(5);
    }
    expect(await statusesOf(context, jobs[0] ?? '')).toEqual(['superseded']);
    expect(await statusesOf(context, jobs[1] ?? '')).toEqual(['deployed']);
    expect(context.effects()).toMatchObject({ training_job_created: 3, model_created: 2, endpoint_update_requested: 1 });
  });

  it('when a call arrives after its deployment is over: what has gone live since is deployed again', async () => {
    const { context } = await startLive();
    const older = await context.start();
    const deploymentId = await context.untilQueued(older);
    // The first worker’s UpdateEndpoint is on its way for 3 s; others finish that deployment and a newer one meanwhile.
    context.simulator.addFault({ kind: 'delay', ms: 3000, match: { operation: 'UpdateEndpoint' }, times: 1 });
    const late = runDeployment(context.ctx, { deploymentId });
    await eventually(
      () => context.store.deployments.find(deploymentId),
      (deployment) => deployment?.endpointChange?.action === 'update',
      { everyMs: 5 },
    );
    await context.settle();
    const newer = await context.start();
    await context.settle();
    const [live] = await context.deploymentsOf(newer);
    expect(await liveConfigOf(context)).toBe(live?.endpointConfigName);
    await expect(late).rejects.toThrow(ClaimLostError);
    await context.settle();
    expect(await liveConfigOf(context)).toBe(live?.endpointConfigName);
    expect(await statusesOf(context, newer)).toEqual(['deployed', 'deployed']);
    expect(context.simulator.effects({ kind: 'endpoint_update_requested' }).map(({ detail }) => detail?.['to'])).toHaveLength(4);
  });

  it('a model of the same name that is made of something else is not adopted', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await context.untilQueued(job);
    const [deployment] = await context.deploymentsOf(job);
    await context.sdk.createModel({
      ModelName: deployment?.modelName,
      ExecutionRoleArn: context.ctx.settings.roleArn,
      PrimaryContainer: { Image: 'somebody/else:1' },
    });
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([
      { status: 'failed', failureReason: `the model ${deployment?.modelName} exists with other content` },
    ]);
  });
});

describe('trouble', () => {
  test.each(['CreateModel', 'CreateEndpointConfig', 'UpdateEndpoint', 'DescribeEndpoint'] as const)(
    '%s throttled delays the deployment',
    async (operation) => {
      const { context } = await startLive();
      context.simulator.addFault({ kind: 'throttle', match: { operation }, times: 2 });
      const job = await context.start();
      await context.settle();
      expect(await statusesOf(context, job)).toEqual(['deployed']);
      expect(context.effects()).toMatchObject({ endpoint_update_requested: 1 });
    },
  );

  test.each([
    ['SageMaker is away', { status: 503, code: 'ServiceUnavailable' }, 'unavailable'],
    ['our session has expired', { status: 400, code: 'ExpiredTokenException' }, 'unauthenticated'],
    ['our key was deleted', { status: 403, code: 'UnrecognizedClientException' }, 'unauthenticated'],
  ])(
    '%s for ten minutes, during a training and during a deployment: nothing fails, and all goes on',
    async (_, response, kind) => {
      const { context } = await startLive();
      const away = { kind: 'error', ...response, times: 'forever' } as const;
      const job = await context.start();
      context.simulator.addFault(away);
      for (let count = 0; count < 5; count += 1) {
        await context.round();
        context.clock.advance(120);
      }
      expect(await context.store.runs.find(job)).toMatchObject({ status: 'training' });
      context.simulator.clearFaults();
      const deploymentId = await context.untilQueued(job);
      context.simulator.addFault(away);
      for (let count = 0; count < 5; count += 1) {
        await context.round();
        context.clock.advance(120);
      }
      expect(await context.store.deployments.find(deploymentId)).toMatchObject({ status: 'in_progress', lastErrorKind: kind });
      context.simulator.clearFaults();
      await context.settle();
      expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'deployed', failureReason: null, lastErrorKind: null }]);
      expect(context.effects()).toMatchObject({ model_created: 2, endpoint_update_requested: 1 });
    },
  );

  const denied = (operation: Operation) =>
    ({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'User is not authorized to perform: sagemaker:CreateModel',
      match: { operation },
      times: 'forever',
    }) as const;

  it('a denied call is tried for five minutes, then ends with SageMaker’s words', async () => {
    const { context } = await startLive();
    context.simulator.addFault(denied('CreateModel'));
    const job = await context.start();
    await context.settle();
    const [deployment] = await context.deploymentsOf(job);
    expect(deployment).toMatchObject({
      status: 'failed',
      failureReason: 'CreateModel: User is not authorized to perform: sagemaker:CreateModel',
    });
    expect((deployment?.finishedAt ?? 0) - (deployment?.startedAt ?? 0)).toBeGreaterThanOrEqual(300_000);
  });

  it('a denied call that is allowed within five minutes delays the deployment', async () => {
    const { context } = await startLive();
    context.simulator.addFault(denied('CreateModel'));
    const job = await context.start();
    for (let count = 0; count < 20; count += 1) {
      await context.round();
      context.clock.advance(15);
    }
    context.simulator.clearFaults();
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'deployed', failureReason: null }]);
  });

  it('what SageMaker finds invalid ends at once', async () => {
    const { context } = await startLive();
    const message = 'Could not find model data at s3://models/out/model.tar.gz.';
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'ValidationException',
      message,
      match: { operation: 'CreateModel' },
    });
    const job = await context.start();
    await context.settle();
    const [deployment] = await context.deploymentsOf(job);
    expect(deployment).toMatchObject({
      status: 'failed',
      failureReason: `CreateModel: ${message}`,
      startedAt: deployment?.finishedAt,
    });
  });
});

describe('the newest training wins', () => {
  /** Starts so many trainings, and ends them all at once. */
  async function completeTogether(context: TestContext, count: number): Promise<string[]> {
    const jobs: string[] = [];
    for (let index = 0; index < count; index += 1) jobs.push(await context.start({ trainingJobName: `together-${index}` }));
    return jobs;
  }

  it('of 20 that complete together, with a handful of updates, and the others say what superseded them', async () => {
    const { context } = await startLive();
    const jobs = await completeTogether(context, 20);
    const newest = jobs.at(-1) ?? '';
    await context.settle();
    const all = (await Promise.all(jobs.map((job) => context.deploymentsOf(job)))).flat();
    expect(all.find(({ trainingJobName }) => trainingJobName === newest)).toMatchObject({ status: 'deployed' });
    expect(all.filter(({ status }) => !['deployed', 'superseded'].includes(status))).toEqual([]);
    for (const { status, supersededBy } of all) if (status === 'superseded') expect(supersededBy).toBe(newest);
    expect(context.effects()['endpoint_update_requested']).toBeLessThanOrEqual(3);
    const live = all.find(({ trainingJobName }) => trainingJobName === newest);
    expect(await liveConfigOf(context)).toBe(live?.endpointConfigName);
  });

  it.each([
    ['in the order of their start', false],
    ['in the opposite order', true],
  ])(
    'of 20 that complete one after the other %s, with a deployment under way when they come',
    async (_, opposite) => {
      const { context } = await startLive();
      context.simulator.changeSettings({ trainingSeconds: 1_000_000, endpointUpdateSeconds: 30 });
      const jobs = await completeTogether(context, 20);
      const newest = jobs.at(-1) ?? '';
      for (const job of opposite ? jobs.toReversed() : jobs) {
        await fetch(`${context.simulator.url}/_control/training-jobs/${job}/complete`, { method: 'POST' });
        // Each is seen, and the one that is first is under way, before the next one ends.
        await context.round();
        context.clock.advance(0.04);
      }
      await context.settle();
      const all = (await Promise.all(jobs.map((job) => context.deploymentsOf(job)))).flat();
      expect(all).toHaveLength(20);
      expect(all.filter(({ status }) => status !== 'superseded').every(({ status }) => status === 'deployed')).toBe(true);
      expect(all.find(({ trainingJobName }) => trainingJobName === newest)).toMatchObject({ status: 'deployed' });
      for (const { status, supersededBy } of all) if (status === 'superseded') expect(supersededBy).toBe(newest);
      expect(context.effects()['endpoint_update_requested']).toBe(opposite ? 1 : 2);
    },
    120_000,
  );

  it('and when that one is rolled back, the newest that works goes live', async () => {
    const { context } = await startLive();
    context.simulator.addFault({
      kind: 'roll_back_update',
      match: { operation: 'UpdateEndpoint' },
      times: 1,
      reason: 'bad model',
    });
    const jobs = await completeTogether(context, 4);
    await context.settle();
    const statuses = await Promise.all(jobs.map(async (job) => (await statusesOf(context, job))[0]));
    expect(statuses[3]).toBe('rolled_back');
    expect(statuses[2]).toBe('deployed');
    expect(statuses.slice(0, 2).every((status) => status === 'deployed' || status === 'superseded')).toBe(true);
    const [live] = await context.deploymentsOf(jobs[2] ?? '');
    expect(await liveConfigOf(context)).toBe(live?.endpointConfigName);
  });

  it('an older training that completes later is superseded', async () => {
    const { context } = await startLive();
    const older = await context.start({ trainingJobName: 'older' });
    context.simulator.changeSettings({ trainingSeconds: 1 });
    const newer = await context.start({ trainingJobName: 'newer' });
    await context.settle();
    expect(await statusesOf(context, newer)).toEqual(['deployed']);
    expect(await context.deploymentsOf(older)).toMatchObject([{ status: 'superseded', supersededBy: 'newer' }]);
  });
});

describe('a lost database', () => {
  it('an older training does not replace a newer one that is live', async () => {
    const { context } = await startLive();
    const newer = await context.start();
    await context.settle();
    const before = context.effects();
    await context.loseDatabase();
    const [first] =
      (await context.sdk.listTrainingJobs({ SortBy: 'CreationTime', SortOrder: 'Ascending' })).TrainingJobSummaries ?? [];
    const older = first?.TrainingJobName ?? '';
    const { created } = await requestDeployment(context.ctx, { trainingJobName: older, force: false, trigger: 'api' });
    expect(created).toBe(true);
    await context.settle();
    expect(await context.deploymentsOf(older)).toMatchObject([
      { status: 'superseded', failureReason: expect.stringContaining(newer) },
    ]);
    await requestDeployment(context.ctx, { trainingJobName: newer, force: false, trigger: 'api' });
    await context.settle();
    expect(await statusesOf(context, newer)).toEqual(['deployed']);
    expect(context.effects()).toEqual(before);
  });
});
