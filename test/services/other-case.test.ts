/** Names of training jobs in another case than SageMaker's spelling. */
import { describe, expect, it } from 'vitest';
import type { StateChange } from '../../src/core/sagemaker/state-change.ts';
import { createRun } from '../../src/services/training/create-run.ts';
import { observeOnEvent } from '../../src/services/events/observe-on-event.ts';
import { getRun } from '../../src/services/training/get-run.ts';
import { receiveEvent } from '../../src/services/events/receive-event.ts';
import { requestDeployment } from '../../src/services/deployment/request-deployment.ts';
import { findTrainingJob } from '../../src/services/training/find-training-job.ts';
import { stopRun } from '../../src/services/training/stop-run.ts';
import { training } from '../../tools/testkit/simulator.ts';
import { startTestContext, type TestContext } from './harness.ts';

const deploy = (context: TestContext, trainingJobName: string) =>
  requestDeployment(context.ctx, { trainingJobName, force: false, trigger: 'api' });
const event = (trainingJobName: string): StateChange => ({
  kind: 'training',
  trainingJobName,
  status: 'Completed',
  tags: {},
});
const observe = (context: TestContext, job: string) =>
  observeOnEvent(context.ctx, { trainingJobName: job, actor: 'event', failingSince: null });
const runs = async (context: TestContext): Promise<string[]> =>
  (await context.store.runs.list({ filter: {}, page: { limit: 100, cursor: null } })).items.map(
    ({ trainingJobName }) => trainingJobName,
  );

describe('a name in another case', () => {
  it('deploys the training that SageMaker means by it', async () => {
    const context = await startTestContext();
    await context.start({ trainingJobName: 'Case-1' }, false);
    await expect(deploy(context, 'CASE-1')).rejects.toMatchObject({
      code: 'training_not_completed',
      message: 'The training Case-1 is not completed: training; request the deployment again once it is',
    });
    context.clock.advance(200);
    expect(await deploy(context, 'CASE-1')).toMatchObject({ created: true, deployment: { trainingJobName: 'Case-1' } });
    expect(await deploy(context, 'case-1')).toMatchObject({ created: false, deployment: { trainingJobName: 'Case-1' } });
    await context.settle();
    expect(await deploy(context, 'CASE-1')).toMatchObject({ created: false, deployment: { status: 'deployed' } });
    expect(await runs(context)).toEqual(['Case-1']);
  });

  it("adopts a foreign training by SageMaker's spelling", async () => {
    const context = await startTestContext();
    await context.sdk.createTrainingJob(training('Foreign'));
    await expect(deploy(context, 'FOREIGN')).rejects.toMatchObject({
      message: 'The training Foreign is not completed: InProgress; request the deployment again once it is',
    });
    context.clock.advance(200);
    expect(await deploy(context, 'FOREIGN')).toMatchObject({ created: true, deployment: { trainingJobName: 'Foreign' } });
    expect(await deploy(context, 'foreign')).toMatchObject({ created: false });
    expect(await runs(context)).toEqual(['Foreign']);
  });

  it('says how a training ended that did not complete', async () => {
    const context = await startTestContext();
    await context.start({ trainingJobName: 'Case-1' });
    await stopRun(context.ctx, { trainingJobName: 'Case-1' });
    await context.settle();
    await expect(deploy(context, 'CASE-1')).rejects.toMatchObject({
      message: 'The training Case-1 is not completed: stopped; it has no model to deploy; start another training',
    });
  });

  it('reads and stops the run', async () => {
    const context = await startTestContext();
    await context.start({ trainingJobName: 'Case-1' });
    expect((await getRun(context.ctx, { trainingJobName: 'CASE-1' })).run.trainingJobName).toBe('Case-1');
    expect((await getRun(context.ctx, { trainingJobName: 'CASE-1' })).history).not.toEqual([]);
    expect((await stopRun(context.ctx, { trainingJobName: 'CASE-1' })).trainingJobName).toBe('Case-1');
    await context.settle();
    expect(await context.store.runs.find('Case-1')).toMatchObject({ status: 'stopped' });
  });

  it('stops nothing where SageMaker has no training of that name', async () => {
    const context = await startTestContext();
    context.simulator.addFault({ kind: 'throttle', match: { operation: 'CreateTrainingJob' } });
    await context.start({ trainingJobName: 'Case-1' });
    await expect(stopRun(context.ctx, { trainingJobName: 'CASE-1' })).rejects.toMatchObject({ code: 'not_found' });
    expect(await context.store.runs.find('Case-1')).toMatchObject({ stopRequestedAt: null });
  });

  it('in an event, observes the run, and adopts an orphan once', async () => {
    const context = await startTestContext();
    await context.start({ trainingJobName: 'ml-sentiment-training-Case' });
    context.clock.advance(200);
    expect(await receiveEvent(context.ctx, event('ML-SENTIMENT-TRAINING-CASE'))).toEqual({ accepted: true });
    expect(await observe(context, 'ML-SENTIMENT-TRAINING-CASE')).toEqual({ kind: 'complete', summary: 'done' });
    expect(await context.deploymentsOf('ml-sentiment-training-Case')).toMatchObject([{ trigger: 'event' }]);

    await context.loseDatabase();
    expect(await receiveEvent(context.ctx, event('ml-sentiment-training-CASE'))).toEqual({ accepted: true });
    for (let times = 0; times < 3; times += 1) await observe(context, 'ml-sentiment-training-CASE');
    expect(await runs(context)).toEqual(['ml-sentiment-training-Case']);
    expect(await context.store.runs.find('ml-sentiment-training-Case')).toMatchObject({ status: 'completed' });
  });

  it('is in use for another run', async () => {
    const context = await startTestContext();
    await context.start({ trainingJobName: 'Case-1' });
    const repeated = createRun(context.ctx, {
      autoDeploy: true,
      idempotencyKey: null,
      body: { trainingJobName: 'CASE-1' },
    });
    await expect(repeated).rejects.toMatchObject({
      code: 'training_job_exists',
      message: 'There is a training run named Case-1 already',
    });
    await context.sdk.createTrainingJob(training('Foreign'));
    const foreign = createRun(context.ctx, {
      autoDeploy: true,
      idempotencyKey: null,
      body: { trainingJobName: 'FOREIGN' },
    });
    await expect(foreign).rejects.toMatchObject({ code: 'training_job_exists' });
    expect(await runs(context)).toEqual(['Case-1']);
  });

  it("never takes another run's training for its own, also where tags cannot be read", async () => {
    const context = await startTestContext();
    await context.start({ trainingJobName: 'Case-1' });
    const run = await context.store.runs.find('Case-1');
    if (run === null) throw new Error('there is none');
    context.simulator.addFault({
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'no tags for you',
      match: { operation: 'ListTags' },
      times: 'forever',
    });
    expect((await findTrainingJob(context.ctx, { run, options: {} })).kind).toBe('own');
    const other = { ...run, runId: 'another', trainingJobName: 'CASE-1' };
    expect((await findTrainingJob(context.ctx, { run: other, options: {} })).kind).toBe('foreign');
  });
});
