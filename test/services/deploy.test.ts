import { describe, expect, it, test } from 'vitest';
import type { Deployment } from '../../src/core/deployment/deployment.ts';
import { ClaimLostError } from '../../src/core/errors.ts';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { observeRun } from '../../src/services/training/observe-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import type { Operation } from 'sagemaker-simulator';
import { makeConfig } from '../../tools/testkit/simulator.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { endpointName, liveConfigOf, startLive, startTestContext, statusesOf, type TestContext } from './harness.ts';

describe('runDeployment', () => {
  it('creates the endpoint, and updates it with the next training, each side effect once', async () => {
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

  it('writes its history', async () => {
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

  it('tags the endpoint with the training that is live, and with one that a caller forces on it', async () => {
    const { context, first } = await startLive();
    const tagsOfEndpoint = async () =>
      context.ctx.sagemaker.listTags((await context.ctx.sagemaker.describeEndpoint(endpointName)).arn);
    const second = await context.start();
    await context.settle();
    expect(await tagsOfEndpoint()).toMatchObject({ 'autodeploy:training-job-name': second });
    expect(await tagsOfEndpoint()).not.toHaveProperty('autodeploy:forced');
    await requestDeployment(context.ctx, { trainingJobName: first, force: true, trigger: 'api' });
    await context.round();
    // Before it is live: a database that is lost by then is rebuilt with it.
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

  it('goes live without the permission to write tags', async () => {
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

  it("keeps the variant's name and its autoscaled count", async () => {
    const context = await startTestContext();
    await makeConfig(context.sdk, 'foreign', { VariantName: 'blue' });
    await context.sdk.createEndpoint({ EndpointName: endpointName, EndpointConfigName: 'foreign' });
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

  it('does not run for a training without auto_deploy', async () => {
    const context = await startTestContext();
    const job = await context.start({}, false);
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'completed', deploymentStatus: 'none' });
    expect(context.effects()).not.toHaveProperty('model_created');
  });

  it('waits while another client updates the endpoint', async () => {
    const { context } = await startLive();
    await makeConfig(context.sdk, 'foreign');
    const job = await context.start();
    context.clock.advance(90);
    await context.sdk.updateEndpoint({ EndpointName: endpointName, EndpointConfigName: 'foreign' });
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

describe('runDeployment with an endpoint that does not go into service', () => {
  it.each([
    ['with a reason', 'The primary container did not pass the ping health check.'],
    ['without one', null],
  ])('ends as rolled_back after an update that SageMaker rolls back %s, and the old model stays', async (_, reason) => {
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

  it('ends as failed after a creation that fails; the next deployment creates the endpoint again', async () => {
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

  it('deletes and creates an endpoint that fails between its observation and its update', async () => {
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
    // After the observation of InService, and before UpdateEndpoint.
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

  it('ends as failed at the time limit when the endpoint stays Updating', async () => {
    const { context } = await startLive();
    context.simulator.changeSettings({ endpointUpdateSeconds: 1_000_000 });
    const job = await context.start();
    const settled = context.settle({ everySeconds: 60, rounds: 140 });
    // The service observes it even then, since SageMaker is still updating it.
    await expect(settled).rejects.toThrow('not settled');
    expect(await context.deploymentsOf(job)).toMatchObject([
      { status: 'failed', failureReason: 'not settled within 7200 s: the endpoint is Updating', failureKind: 'timeout' },
    ]);
  });
});

const steps: Operation[] = ['CreateTrainingJob', 'CreateModel', 'CreateEndpointConfig', 'UpdateEndpoint'];

describe('runDeployment loses and duplicates no side effect', () => {
  it.each([...steps, 'CreateEndpoint' as const])('when the response to %s is lost', async (operation) => {
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

  it.each(steps.slice(1))('when %s takes effect and responds with a 500', async (operation) => {
    const { context } = await startLive();
    context.simulator.addFault({ kind: 'error', afterEffect: true, match: { operation }, times: 1 });
    const job = await context.start();
    await context.settle();
    expect(await statusesOf(context, job)).toEqual(['deployed']);
    expect(context.effects()).toMatchObject({ model_created: 2, endpoint_config_created: 2, endpoint_update_requested: 1 });
  });

  it('when two workers run it at once: the first one stops before its next side effect', async () => {
    const { context } = await startLive();
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    // The first worker waits for its call to SageMaker; the second one claims the deployment meanwhile.
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

  it('when a call arrives after the end of its deployment: what has gone live since is restored', async () => {
    const { context } = await startLive();
    const older = await context.start();
    const deploymentId = await context.untilQueued(older);
    // The first worker's UpdateEndpoint is delayed by 3 s; other workers finish that deployment and a newer one meanwhile.
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

  it('and adopts no model of the same name with other content', async () => {
    const context = await startTestContext();
    const job = await context.start();
    await context.untilQueued(job);
    const [deployment] = await context.deploymentsOf(job);
    await context.sdk.createModel({
      ModelName: deployment?.modelName,
      ExecutionRoleArn: context.ctx.settings.roleArn,
      PrimaryContainer: { Image: 'another/image:1' },
    });
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([
      { status: 'failed', failureReason: `the model ${deployment?.modelName} exists with other content` },
    ]);
  });
});

describe('runDeployment retries', () => {
  test.each(['CreateModel', 'CreateEndpointConfig', 'UpdateEndpoint', 'DescribeEndpoint'] as const)(
    'a throttled %s',
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
    ['SageMaker is unavailable', { status: 503, code: 'ServiceUnavailable' }, 'unavailable'],
    ['the AWS session is expired', { status: 400, code: 'ExpiredTokenException' }, 'unauthenticated'],
    ['the AWS key is deleted', { status: 403, code: 'UnrecognizedClientException' }, 'unauthenticated'],
  ])('while %s for ten minutes, and so does the observation of a training: nothing fails', async (_, response, kind) => {
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
  });

  const denied = (operation: Operation) =>
    ({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'User is not authorized to perform: sagemaker:CreateModel',
      match: { operation },
      times: 'forever',
    }) as const;

  it("a denied call for five minutes, and ends with SageMaker's words", async () => {
    const { context } = await startLive();
    context.simulator.addFault(denied('CreateModel'));
    const job = await context.start();
    await context.settle();
    const [deployment] = await context.deploymentsOf(job);
    expect(deployment).toMatchObject({
      status: 'failed',
      failureReason:
        'CreateModel: User is not authorized to perform: sagemaker:CreateModel (it lacks sagemaker:CreateModel, which docs/iam/service-policy.json allows)',
    });
    expect((deployment?.finishedAt ?? 0) - (deployment?.startedAt ?? 0)).toBeGreaterThanOrEqual(300_000);
  });

  it('a denied call until it is allowed within five minutes', async () => {
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

  it('no call that SageMaker finds invalid', async () => {
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

describe('the newest training goes live', () => {
  /** Starts so many trainings that end together. */
  async function completeTogether(context: TestContext, count: number): Promise<string[]> {
    const jobs: string[] = [];
    for (let index = 0; index < count; index += 1) jobs.push(await context.start({ trainingJobName: `together-${index}` }));
    return jobs;
  }

  it('of 20 that complete together, with three updates at most; the others name what superseded them', async () => {
    const { context } = await startLive();
    const jobs = await completeTogether(context, 20);
    const newest = jobs.at(-1) ?? '';
    await context.settle();
    const all = (await Promise.all(jobs.map((job) => context.deploymentsOf(job)))).flat();
    expect(all.find(({ trainingJobName }) => trainingJobName === newest)).toMatchObject({ status: 'deployed' });
    expect(all.filter(({ status }) => !['deployed', 'superseded'].includes(status))).toEqual([]);
    for (const { status, supersededBy } of all) if (status === 'superseded') expect(supersededBy).toBe(newest);
    expect(context.effects()['endpoint_update_requested']).toBeLessThanOrEqual(3);
    const logged = context.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'deployment.superseded');
    const namesOf = (one: Deployment) => [one.trainingJobName, one.deploymentId, one.endpointName, one.supersededBy].join();
    expect(
      logged
        .map((line) => [line.training_job_name, line.deployment_id, line.endpoint_name, line.superseded_by].join())
        .toSorted(),
    ).toEqual(
      all
        .filter(({ status }) => status === 'superseded')
        .map(namesOf)
        .toSorted(),
    );
    const live = all.find(({ trainingJobName }) => trainingJobName === newest);
    expect(await liveConfigOf(context)).toBe(live?.endpointConfigName);
  });

  it.each([
    ['in the order of their start', false],
    ['in the opposite order', true],
  ])(
    'of 20 that complete one after the other %s, with a deployment in progress',
    async (_, opposite) => {
      const { context } = await startLive();
      context.simulator.changeSettings({ trainingSeconds: 1_000_000, endpointUpdateSeconds: 30 });
      const jobs = await completeTogether(context, 20);
      const newest = jobs.at(-1) ?? '';
      for (const job of opposite ? jobs.toReversed() : jobs) {
        await fetch(`${context.simulator.url}/_control/training-jobs/${job}/complete`, { method: 'POST' });
        // A round observes each, and the first one is in progress, before the next one ends.
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

  it('that works, when the newest one is rolled back', async () => {
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

  it('and an older one that completes later is superseded', async () => {
    const { context } = await startLive();
    const older = await context.start({ trainingJobName: 'older' });
    context.simulator.changeSettings({ trainingSeconds: 1 });
    const newer = await context.start({ trainingJobName: 'newer' });
    await context.settle();
    expect(await statusesOf(context, newer)).toEqual(['deployed']);
    expect(await context.deploymentsOf(older)).toMatchObject([{ status: 'superseded', supersededBy: 'newer' }]);
  });
});

describe('runDeployment after the database was lost', () => {
  it('does not replace a newer training that is live', async () => {
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
