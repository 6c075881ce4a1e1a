import { SageMaker } from '@aws-sdk/client-sagemaker';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSageMaker } from '../../src/sagemaker/sagemaker.ts';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { observeRun } from '../../src/services/training/observe-run.ts';
import { reconcile } from '../../src/services/system/reconcile.ts';
import { removeRun } from '../../src/services/training/remove-run.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { stopRun } from '../../src/services/training/stop-run.ts';
import { startSimulator, training } from '../../tools/testkit/simulator.ts';
import { startTestContext, type TestContext } from './harness.ts';

const hour = 3_600_000;

/** The same service in a process of another region or account, which is another SageMaker. */
async function elsewhere(
  context: TestContext,
  { region = 'us-east-1', accountId = '123456789012' },
): Promise<TestContext['ctx']> {
  const { simulator } = await startSimulator({ accountId, now: () => context.clock.now });
  const client = { region, endpoint: simulator.url, credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' } };
  const sdk = new SageMaker(client);
  const sagemaker = createSageMaker({ client });
  onTestFinished(() => {
    sdk.destroy();
    sagemaker.close();
  });
  await sdk.createTrainingJob(training('foreign'));
  return { ...context.ctx, sagemaker };
}

const observe = (ctx: TestContext['ctx'], job: string) =>
  observeRun(ctx, { trainingJobName: job, actor: 'poll', failingSince: null });

describe.each([
  ['of another region', { region: 'eu-west-1' }, 'us-east-1, account 123456789012, and this process uses eu-west-1'],
  ['of another account', { accountId: '999999999999' }, 'uses us-east-1, account 999999999999'],
])('a process %s', (_, where, reported) => {
  it('ends no training that it cannot observe, and logs the reason once', async () => {
    const context = await startTestContext();
    const job = await context.start();
    const wrong = await elsewhere(context, where);
    for (const seconds of [600, 60, 60, 49 * 3600, 60]) {
      context.clock.advance(seconds);
      expect(await observe(wrong, job)).toMatchObject({ kind: 'snooze' });
    }
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'training', overdueSince: null });
    expect(await context.store.skipped.list()).toMatchObject([
      { kind: 'run_elsewhere', name: job, reason: expect.stringContaining(reported), count: 5 },
    ]);
    expect(context.lines.filter((line) => line.includes('"event":"skipped"'))).toHaveLength(1);
    // A process of the right region and account continues, and the warning passes.
    await context.settle();
    expect(await context.deploymentsOf(job)).toMatchObject([{ status: 'deployed' }]);
    context.clock.now += hour;
    await reconcile(context.ctx);
    expect(await context.store.skipped.list()).toEqual([]);
  });

  it('stops, deploys and removes nothing there, and reports why', async () => {
    const context = await startTestContext();
    const job = await context.start();
    const wrong = await elsewhere(context, where);
    const refusal = { code: 'sagemaker_unavailable', message: expect.stringContaining(reported) };
    await expect(stopRun(wrong, { trainingJobName: job })).rejects.toMatchObject(refusal);
    expect(await context.store.runs.find(job)).toMatchObject({ stopRequestedAt: expect.any(Number) });
    await expect(requestDeployment(wrong, { trainingJobName: job, force: false, trigger: 'api' })).rejects.toMatchObject(refusal);
    await expect(removeRun(wrong, { trainingJobName: job })).rejects.toMatchObject(refusal);
    await context.settle();
    expect(await context.store.runs.find(job)).toMatchObject({ status: 'stopped' });
  });

  it('creates no model and no endpoint there', async () => {
    const context = await startTestContext();
    const job = await context.start();
    const deploymentId = await context.untilQueued(job);
    const wrong = await elsewhere(context, where);
    await wrong.sagemaker.listTrainingJobs({});
    expect(await runDeployment(wrong, { deploymentId })).toMatchObject({ kind: 'snooze' });
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({ status: 'queued' });
    await context.settle();
    expect(await context.store.deployments.find(deploymentId)).toMatchObject({ status: 'deployed' });
  });
});

it('observeRun > ends a training that SageMaker no longer has', async () => {
  const context = await startTestContext();
  const job = await context.start();
  context.simulator.reset();
  context.clock.advance(301);
  await observe(context.ctx, job);
  context.clock.advance(60);
  await observe(context.ctx, job);
  expect(await context.store.runs.find(job)).toMatchObject({
    status: 'failed',
    failureReason: expect.stringContaining('no longer knows the training job'),
  });
});
